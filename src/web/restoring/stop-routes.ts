import Router from '@koa/router';
import { Refusal } from '#src/platform/errors.ts';
import type { Activations } from '#src/identity/restoring/activations.ts';
import type { GivingBack } from '#src/identity/restoring/giving-back.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import type { Pages } from '#src/web/middleware/page.ts';

interface StopDeps {
  pages: Pages;
  activations: Activations;
  givingBack: GivingBack;
  accountSessions: AccountSessions;
}

/** What an old contact got: it stops a restoration, in any browser, before and after. Opening it changes nothing (E8). */
export function createStopRoutes({ pages, activations, givingBack, accountSessions }: StopDeps): Router {
  const router = new Router({ prefix: '/restoration/stop/:token' });

  router.get('/', async (ctx) => {
    if (!(await activations.findStoppable(ctx.params.token!))) throw new Refusal('link_used', 410);
    await pages.of(ctx).show('account/stop-restoration', { action: ctx.path });
  });

  router.post('/', async (ctx) => {
    const found = await activations.findStoppable(ctx.params.token!);
    if (!found) throw new Refusal('link_used', 410);
    const isStopped = await accountSessions.endAll(found.accountId, (transaction) =>
      givingBack.stop(transaction, found.accountId, ctx.params.token!),
    );
    if (!isStopped) throw new Refusal('link_used', 410);
    await pages.of(ctx).show('account/restoration-stopped');
  });

  return router;
}
