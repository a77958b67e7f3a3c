import { timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import { Refusal } from '#src/platform/errors.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import { hashToken } from '#src/platform/security/random.ts';

const wrongTokens = { name: 'admin-token', limit: 10, windowSeconds: 60 };

/**
 * Nothing behind it is reached without one of the tokens. An address that tried too many wrong ones is not listened to,
 * right or wrong, until the minute is over. Without any token the API is not there at all.
 */
export function requireAdminToken(budgets: Budgets, tokens: readonly string[]): Middleware {
  const known = tokens.map((token) => hashToken(token));
  return async (ctx, next) => {
    if (known.length === 0) throw new Refusal('not_found', 404);
    const address = String(ctx.state.address);
    if (!(await budgets.allows(wrongTokens, address)))
      throw new Refusal('too_many_attempts', 429, wrongTokens.windowSeconds);
    const sent = hashToken(bearerOf(ctx));
    // Every token is compared, so that the time tells nothing.
    const matches = known.filter((token) => timingSafeEqual(token, sent)).length;
    if (matches > 0) return next();
    const allowed = await budgets.take(wrongTokens, address);
    throw allowed ? new Refusal('unauthorized', 401) : new Refusal('too_many_attempts', 429, wrongTokens.windowSeconds);
  };
}

function bearerOf(ctx: Context): string {
  return /^Bearer +(\S+) *$/i.exec(ctx.get('authorization'))?.[1] ?? '';
}
