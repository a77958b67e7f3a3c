import Router from '@koa/router';
import { Refusal } from '#src/platform/errors.ts';
import type { EmailConfirmations } from '#src/identity/registration/email-confirmations.ts';
import type { Pages } from '#src/web/middleware/page.ts';

interface ConfirmEmailDeps {
  pages: Pages;
  emailConfirmations: EmailConfirmations;
}

/** The link to an address given beside the phone. It works in any browser, signed in or not, and tells nothing of the account. */
export function createConfirmEmailRoutes({ pages, emailConfirmations }: ConfirmEmailDeps): Router {
  const router = new Router({ prefix: '/account/confirm-email' });

  router.get('/:token', async (ctx) => {
    const unproven = await emailConfirmations.find(ctx.params.token!);
    if (!unproven) throw new Refusal('link_used', 410);
    await pages.of(ctx).show('registration/confirm-email', { action: ctx.path, contact: unproven.email });
  });

  router.post('/:token', async (ctx) => {
    const verdict = await emailConfirmations.confirm(ctx.params.token!);
    if (verdict === 'taken') throw new Refusal('already_registered', 409);
    if (verdict === 'link_used') throw new Refusal('link_used', 410);
    await pages.of(ctx).show('registration/email-confirmed', { accountUrl: '/account' });
  });

  return router;
}
