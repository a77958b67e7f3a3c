import Router from '@koa/router';
import { z } from 'zod';
import type { Logger } from '#src/platform/logger.ts';
import { readForms } from '#src/web/middleware/own-forms.ts';
import type { DemoSystem } from '#src/web/demo/demo-system.ts';

const notice = z.object({ logout_token: z.string().max(10_000) });

/** Where the provider says that somebody signed out elsewhere. A server posts here, no browser: stands before the own-forms guard. */
export function createBackchannelRoutes({ systems, logger }: { systems: DemoSystem[]; logger: Logger }): Router {
  const router = new Router();
  for (const { path, relyingParty, sessions, client } of systems) {
    router.post(`${path}/backchannel-logout`, readForms(), async (ctx) => {
      ctx.set('cache-control', 'no-store');
      const form = notice.safeParse(ctx.request.body);
      const word = form.success && (await relyingParty.readLogoutToken(form.data.logout_token).catch(refused));
      if (word && sessions.endByLogout(word)) {
        ctx.status = 200;
        ctx.body = '';
        return;
      }
      ctx.status = 400;
      ctx.body = { error: 'invalid_request' };
    });

    function refused(error: unknown): undefined {
      logger.warn({ demo: client.site, reason: (error as Error).name }, 'a demo logout token was refused');
    }
  }
  return router;
}
