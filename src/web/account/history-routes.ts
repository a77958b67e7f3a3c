import Router from '@koa/router';
import { z } from 'zod';
import type { ServiceCentres } from '#src/platform/config/service-centres.ts';
import { parseForm } from '#src/platform/pages/form.ts';
import type { Database } from '#src/platform/storage/database.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { AccountNotices } from '#src/identity/accounts/account-notices.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Clients } from '#src/identity/clients/clients.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { navigation, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';
import { tellEvent } from '#src/web/middleware/told-events.ts';

interface HistoryDeps {
  pages: Pages;
  db: Database;
  accounts: Accounts;
  accountSessions: AccountSessions;
  audit: Audit;
  clients: Clients;
  accountNotices: AccountNotices;
  centres: ServiceCentres;
}

const notMeForm = z.object({ event: z.coerce.number().int().min(1) });

/** What happened to the account, in plain words; who looked at it; and "this was not me" (L16, A3). */
export function createHistoryRoutes(deps: HistoryDeps): Router {
  const { pages, db, accountSessions, audit, accountNotices: notices } = deps;
  const router = new Router({ prefix: '/account/history' });
  router.use(requireSignIn(deps));

  router.get('/', async (ctx) => {
    const page = pages.of(ctx);
    const events = await audit.history(signedIn(ctx).account.id);
    const told = await Promise.all(events.map((event) => tellEvent(page, event, deps)));
    const isLook = ({ event }: { event: string }) => event === 'record_viewed' || event === 'record_unmasked';
    const shown = told.filter((one) => !isLook(one));
    await page.show('account/history', {
      ...navigation('history'),
      events: shown.map((one) => ({ ...one, mayReport: reportable.has(one.event) })),
      looks: told.filter(isLook),
      isReported: 'reported' in ctx.query,
    });
  });

  // A stranger did it: every other device is out at once, and the owner is told on every contact what to do next.
  router.post('/not-me', async (ctx) => {
    const { account, sessionUid } = signedIn(ctx);
    const form = parseForm(notMeForm, ctx.request.body);
    const page = pages.of(ctx);
    const known = form.ok && (await audit.history(account.id)).some(({ id }) => id === form.data.event);
    if (!known) return page.redirect('/account/history');
    await accountSessions.endOthers(account.id, sessionUid);
    await db.transaction().execute(async (transaction) => {
      await audit.record(auditEvent.notMe(account.id, form.data.event), transaction);
      const notice = { name: 'not-me', language: page.language } as const;
      await notices.tellEverywhere(transaction, account.id, notice);
    });
    notices.wake();
    page.redirect('/account/history?reported');
  });

  return router;
}

/** What a stranger could have done, and the owner would want to stop. */
const reportable = new Set([
  'signed_in',
  'consent_granted',
  'contact_changed',
  'contact_change_planned',
  'identity_changed',
  'letter_ordered',
  'address_changed',
  'data_exported',
  'deletion_planned',
]);
