import type { Middleware } from 'koa';
import { written } from '#src/identity/sessions/read-ahead.ts';
import type { ProtocolPages } from '#src/protocols/oidc/provider.ts';

const fault = { error: 'server_error', error_description: 'oops! something went wrong' };

/** No code or token leaves before it is kept. The library has answered by then, so its answer is taken back. */
export function answerWhenWritten(pages: ProtocolPages): Middleware {
  return async (ctx, next) => {
    await next();
    try {
      await written();
    } catch (error) {
      const cause = error as Error;
      ctx.remove('location');
      ctx.remove('set-cookie');
      ctx.status = 500;
      pages.reportFault(cause);
      if (ctx.accepts('json', 'html') === 'html') await pages.error(ctx, fault, cause);
      else ctx.body = fault;
    }
  };
}
