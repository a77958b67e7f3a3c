import { bodyParser } from '@koa/bodyparser';
import type { Context } from 'koa';
import { EsiaError } from '#src/protocols/esia/esia-error.ts';

/** Of one request, by name, exactly as sent after URL decoding: signatures are made over these strings. */
export type Parameters = ReadonlyMap<string, string>;

const LIMIT = '64kb';
const parse = bodyParser({ enableTypes: ['form'], formLimit: LIMIT, encoding: 'utf-8', onError: refuseBody });

/** From the query and the form together: some clients put everything in one, some split it. */
export async function readParameters(ctx: Context): Promise<Parameters> {
  if (ctx.method === 'POST') await parse(ctx as never, () => Promise.resolve());
  const query = [...new URLSearchParams(ctx.querystring)];
  const body = ctx.method === 'POST' ? [...new URLSearchParams(ctx.request.rawBody ?? '')] : [];
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

function refuseBody(error: Error): never {
  throw new EsiaError('007003', `the form cannot be read: ${error.message}`);
}
