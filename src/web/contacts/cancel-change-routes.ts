import Router from '@koa/router';
import { Refusal } from '#src/platform/errors.ts';
import type { ContactChanges } from '#src/identity/contacts/contact-changes.ts';
import type { Pages } from '#src/web/middleware/page.ts';

/** The link that an old contact got: it stops a change, in any browser, signed in or not. Opening it changes nothing. */
export function createCancelChangeRoutes({
  pages,
  contactChanges,
}: {
  pages: Pages;
  contactChanges: ContactChanges;
}): Router {
  const router = new Router({ prefix: '/account/cancel-change' });

  router.get('/:token', async (ctx) => {
    if (!(await contactChanges.mayCancel(ctx.params.token!))) throw new Refusal('link_used', 410);
    await pages.of(ctx).show('account/cancel-change', { action: ctx.path });
  });

  router.post('/:token', async (ctx) => {
    if (!(await contactChanges.cancelByLink(ctx.params.token!))) throw new Refusal('link_used', 410);
    await pages.of(ctx).show('account/change-cancelled');
  });

  return router;
}
