import type { Context, Middleware } from 'koa';
import { errors } from 'oidc-provider';
import { written } from '#src/platform/request-scope.ts';
import type { ProtocolPages } from '#src/protocols/oidc/provider.ts';

const fault = { error: 'server_error', error_description: 'oops! something went wrong' };

/**
 * No code or token leaves before it is kept. The library has answered by then, so its answer is taken back when what it
 * used had been used before, its grant had ended, or the database failed.
 */
export function answerWhenWritten(pages: ProtocolPages): Middleware {
  return async (ctx, next) => {
    await next();
    try {
      await written();
    } catch (error) {
      ctx.remove('location');
      ctx.remove('set-cookie');
      await takeBack(ctx, error as Error);
    }
  };

  async function takeBack(ctx: Context, cause: Error): Promise<void> {
    const isRefusal = cause instanceof errors.OIDCProviderError && cause.statusCode < 500;
    ctx.status = isRefusal ? cause.statusCode : 500;
    const { error, error_description } = isRefusal ? cause : fault;
    if (ctx.accepts('json', 'html') === 'html') await pages.error(ctx, { error, error_description }, cause);
    else ctx.body = { error, error_description };
    if (!isRefusal) pages.reportFault(ctx, cause);
  }
}
