import type { Context } from 'koa';
import { z } from 'zod';
import { Refusal } from '#src/platform/errors.ts';

const MOST_CHARACTERS = 1_000_000;

export const signatureForm = z.object({
  challenge: z.string().regex(/^[\w-]{43}$/),
  signature: z.string().trim().min(1, 'required').max(MOST_CHARACTERS, 'signature_unreadable'),
});

/** What a page with a text to sign is told. `path`: where its form goes, and its file lies beside. */
export function signatureHelp({
  path,
  id,
  text,
  sandbox,
}: {
  path: string;
  id: string;
  text: string;
  sandbox: boolean;
}) {
  const query = new URLSearchParams({ text });
  return {
    challenge: id,
    text,
    action: path,
    textUrl: `${path}/text/${id}`,
    signHereUrl: sandbox ? `/sandbox/certificates?${query}#sign` : undefined,
  };
}

/** As a file, byte for byte what is to be signed. */
export function sendText(ctx: Context, text: string | undefined): void {
  if (text === undefined) throw new Refusal('expired', 404);
  ctx.set('cache-control', 'no-store');
  ctx.attachment('challenge.txt');
  ctx.type = 'text/plain; charset=utf-8';
  ctx.body = text;
}
