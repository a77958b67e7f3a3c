import Router from '@koa/router';
import type { Clock } from '#src/platform/clock.ts';
import type { Config } from '#src/platform/config/config.ts';
import type { Devices } from '#src/identity/devices/devices.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Closing } from '#src/identity/closing/closing.ts';
import type { Consents } from '#src/identity/consents/consents.ts';
import type { Releases } from '#src/identity/consents/releases.ts';
import type { Sessions } from '#src/identity/sessions/sessions.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { exportOf } from '#src/web/account/data-export.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { navigation, requireFreshSignIn, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';

export interface DataDeps {
  pages: Pages;
  accounts: Accounts;
  identities: Identities;
  accountSessions: AccountSessions;
  devices: Devices;
  sessions: Sessions;
  consents: Consents;
  releases: Releases;
  audit: Audit;
  closing: Closing;
  clock: Clock;
  factors: Factors;
  freshSignInMinutes: number;
  settings: Config['verification'];
}

/** Everything that is kept about the person: what was agreed to, all of it as a file, and the end of it (L6). */
export function createDataRoutes(deps: DataDeps): Router {
  const { pages, accounts, audit, closing, settings } = deps;
  const router = new Router({ prefix: '/account/data' });
  const fresh = requireFreshSignIn({ ...deps, home: '/account/data' });
  router.use(requireSignIn(deps));

  router.get('/', async (ctx) => {
    const { account } = signedIn(ctx);
    const page = pages.of(ctx);
    const dueAt = await closing.dueAt(account.id);
    const agreements = await accounts.agreements(account.id);
    await page.show('account/data', {
      ...navigation('data'),
      agreements: agreements.map(({ document, version, acceptedAt }) => ({
        document,
        version,
        acceptedAt: page.translator.dateTime(acceptedAt),
      })),
      deletionAt: dueAt && page.translator.date(dueAt, 'Europe/Moscow'),
      days: settings.deletionDays,
    });
  });

  router.post('/export', fresh, async (ctx) => {
    const { account } = signedIn(ctx);
    const file = await exportOf(account, deps);
    await audit.record(auditEvent.dataExported(account.id));
    ctx.set('cache-control', 'no-store');
    ctx.attachment('openesia-account.json');
    ctx.type = 'application/json; charset=utf-8';
    ctx.body = JSON.stringify(file, null, 2);
  });

  router.get('/delete', fresh, async (ctx) => {
    await pages.of(ctx).show('account/delete', { ...navigation('data'), days: settings.deletionDays });
  });

  router.post('/delete', fresh, async (ctx) => {
    const page = pages.of(ctx);
    await closing.plan(signedIn(ctx).account.id, page.language);
    page.redirect('/account/data');
  });

  router.post('/keep', async (ctx) => {
    await closing.cancel(signedIn(ctx).account.id);
    pages.of(ctx).redirect('/account/data');
  });

  return router;
}
