import { bodyParser } from '@koa/bodyparser';
import type { Context, Middleware } from 'koa';
import { z } from 'zod';

/** Tells a program what is wrong: a code it can act on, and words for whoever reads its log. */
export function refuseJson(ctx: Context, status: number, error: string, message: string): void {
  ctx.status = status;
  ctx.body = { error, message };
}

/** Reads a JSON object, and nothing but JSON: a page of another site cannot post it without asking first. */
export function readJson({ limitKb }: { limitKb: number }): Middleware {
  const parse = bodyParser({
    enableTypes: ['json'],
    jsonLimit: `${limitKb}kb`,
    encoding: 'utf-8',
    parsedMethods: ['POST', 'PUT'],
  });
  const empty = () => Promise.resolve();
  return async (ctx, next) => {
    if (ctx.method !== 'POST' && ctx.method !== 'PUT') return next();
    if (!ctx.is('json')) return refuseJson(ctx, 415, 'unsupported_media', 'send content-type: application/json');
    const parsed = await parse(ctx as never, empty).then(
      () => true,
      () => false,
    );
    if (!parsed || !z.object({}).loose().safeParse(ctx.request.body).success)
      return refuseJson(ctx, 400, 'invalid_json', `the body must be a JSON object of at most ${limitKb} kB`);
    return next();
  };
}
