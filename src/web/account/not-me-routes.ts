import Router from '@koa/router';
import { Refusal } from '#src/platform/errors.ts';
import type { Notices } from '#src/identity/protection/notices.ts';
import type { SecuritySettings } from '#src/identity/protection/security-settings.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import type { Pages } from '#src/web/middleware/page.ts';

interface NotMeDeps {
  pages: Pages;
  notices: Notices;
  securitySettings: SecuritySettings;
  accountSessions: AccountSessions;
}

/** The link in a notice. It needs no sign-in, because a stranger may have changed the way in; opening it changes nothing. */
export function createNotMeRoutes({ pages, notices, securitySettings, accountSessions }: NotMeDeps): Router {
  const router = new Router({ prefix: '/not-me' });

  router.get('/:token', async (ctx) => {
    const found = await notices.find(ctx.params.token!);
    if (!found) throw new Refusal('link_used', 410);
    const page = pages.of(ctx);
    const { event } = found.reported;
    await page.show('account/not-me', {
      action: ctx.path,
      what: page.t(event === 'new_device' ? 'not-me.new-device' : `security-change.${event}`),
      at: page.translator.dateTime(new Date(found.at)),
    });
  });

  router.post('/:token', async (ctx) => {
    const found = await notices.find(ctx.params.token!);
    const done =
      found &&
      (await accountSessions.endAll(found.accountId, (transaction) =>
        securitySettings.disown(transaction, ctx.params.token!),
      ));
    if (!done) throw new Refusal('link_used', 410);
    await pages.of(ctx).show('account/not-me-done', { recoverUrl: '/recover' });
  });

  return router;
}
