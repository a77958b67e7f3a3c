import type { ServiceCentres } from '#src/platform/config/service-centres.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Clients } from '#src/identity/clients/clients.ts';
import { consoleNavigation, ConsoleRouter, type Policy } from '#src/web/middleware/console-router.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { tellEvent } from '#src/web/middleware/told-events.ts';

interface ConflictsDeps {
  pages: Pages;
  accounts: Accounts;
  audit: Audit;
  clients: Clients;
  centres: ServiceCentres;
}

const officers: Policy = { roles: ['security_officer'], office: 'any' };
const SHOWN = 100;

/** Papers that two accounts claim (G4): the accounts by number, without a name. */
export function createConflictsRoutes({ pages, accounts, audit, clients, centres }: ConflictsDeps): ConsoleRouter {
  const router = new ConsoleRouter({ prefix: '/console/conflicts', entry: 'conflicts' });

  router.get('/', officers, async (ctx) => {
    const page = pages.of(ctx);
    const found = (await audit.conflicts(SHOWN)).map(async (event) => ({
      ...(await tellEvent(page, event, { clients, centres })),
      oid: (await accounts.find(event.accountId))?.oid,
    }));
    await page.show('console/conflicts', { ...consoleNavigation(ctx), conflicts: await Promise.all(found) });
  });

  return router;
}
