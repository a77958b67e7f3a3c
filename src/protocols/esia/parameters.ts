import type { Context } from 'koa';
import { EsiaError } from '#src/protocols/esia/esia-error.ts';

/** Of one request, by name, exactly as sent after URL decoding: signatures are made over these strings. */
export type Parameters = ReadonlyMap<string, string>;

const MOST_BYTES = 64 * 1024;

/** From the query and the form together: some clients put everything in one, some split it. */
export async function readParameters(ctx: Context): Promise<Parameters> {
  const query = [...new URLSearchParams(ctx.querystring)];
  const body = ctx.method === 'POST' ? [...new URLSearchParams(await readForm(ctx))] : [];
  const parameters = new Map<string, string>();
  for (const [name, value] of [...query, ...body]) {
    const known = parameters.get(name);
    // Twice the same is a client that splits badly; twice something else is a question of whom to believe.
    if (known !== undefined && known !== value) throw new EsiaError('007003', `parameter ${name} is repeated`, name);
    parameters.set(name, value);
  }
  return parameters;
}

/** Absent and empty are the same. */
export function valueOf(parameters: Parameters, name: string): string {
  return parameters.get(name) ?? '';
}

/** Some clients send no type with an empty body; anything but a form is refused unread. */
async function readForm(ctx: Context): Promise<string> {
  if (ctx.get('content-encoding') || (ctx.get('content-type') && !ctx.is('urlencoded') && ctx.length !== 0))
    throw new EsiaError('007003', 'the body is not application/x-www-form-urlencoded');
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    // Events, since an iterator over the stream costs more than all the rest of the reading.
    ctx.req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MOST_BYTES) chunks.push(chunk);
      else reject(new EsiaError('007003', 'the form is longer than 64 kB'));
    });
    ctx.req.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    ctx.req.on('error', reject);
    ctx.req.on('close', () => ctx.req.complete || reject(new EsiaError('007003', 'the form ended early')));
  });
}
