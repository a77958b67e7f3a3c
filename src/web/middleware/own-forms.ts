import { bodyParser } from '@koa/bodyparser';
import type { Context, Middleware } from 'koa';
import { Refusal } from '#src/platform/errors.ts';
import { isFormToken, type Pages } from '#src/web/middleware/page.ts';

const BODY_LIMIT = '56kb';
/** A signature with the chain and proofs that some programs add. */
const SIGNATURE_LIMIT = '1mb';

/** Reads a posted form. Anything but a form is refused before it is read; no browser compresses one. */
export function readForms(): Middleware {
  const parser = (formLimit: string) => bodyParser({ enableTypes: ['form'], formLimit, encoding: 'utf-8' });
  const [parse, parseSignature] = [parser(BODY_LIMIT), parser(SIGNATURE_LIMIT)];
  return async (ctx, next) => {
    if (ctx.method === 'POST' && (!ctx.is('urlencoded') || ctx.get('content-encoding')))
      throw new Refusal('unsupported_media', 415);
    return /\/(signature|certificate)$/.test(ctx.path) ? parseSignature(ctx, next) : parse(ctx, next);
  };
}

/**
 * A state change must come from a form of ours in this browser (B9): by Fetch Metadata, by Origin where a browser does not
 * send it, and in any case by the form's token, which is bound to the browser's cookies.
 */
export function requireOwnForms(pages: Pages, issuer: string): Middleware {
  return (ctx, next) => {
    if (['GET', 'HEAD', 'OPTIONS'].includes(ctx.method)) return next();
    if (!isSameOrigin(ctx, issuer)) throw new Refusal('csrf', 403);
    const secrets = pages.formSecretsOf(ctx);
    if (secrets.length === 0) throw new Refusal('cookies_required', 403);
    if (!isFormToken(secrets, (ctx.request.body as Record<string, unknown> | undefined)?.csrf))
      throw new Refusal('csrf', 403);
    return next();
  };
}

function isSameOrigin(ctx: Context, issuer: string): boolean {
  const site = ctx.get('sec-fetch-site');
  if (site) return site === 'same-origin';
  const origin = ctx.get('origin');
  return origin === '' || origin === issuer;
}
