import type { Config } from '#src/platform/config/config.ts';
import type { ServiceCentres } from '#src/platform/config/service-centres.ts';
import type { ConsoleSessions } from '#src/identity/operators/console-sessions.ts';
import { roles } from '#src/identity/operators/operator.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { ConsoleCookies } from '#src/web/console/console-sign-in.ts';
import {
  consoleNavigation,
  consoleOf,
  ConsoleRouter,
  operatorOf,
  type Policy,
} from '#src/web/middleware/console-router.ts';
import type { Pages } from '#src/web/middleware/page.ts';

interface HomeDeps {
  pages: Pages;
  config: Pick<Config, 'issuer'>;
  centres: ServiceCentres;
  consoleSessions: ConsoleSessions;
  accountSessions: AccountSessions;
}

const everybody: Policy = { roles, office: 'any' };

/** Where every operator begins and ends. */
export function createHomeRoutes({
  pages,
  config,
  centres,
  consoleSessions,
  accountSessions,
}: HomeDeps): ConsoleRouter {
  const router = new ConsoleRouter({ prefix: '/console', entry: 'home' });
  const cookies = new ConsoleCookies(config.issuer);

  router.get('/', everybody, async (ctx) => {
    const held = operatorOf(ctx).roles.map(({ role, office }) => ({ role, centre: centres.get(office ?? '') }));
    await pages.of(ctx).show('console/console-home', { ...consoleNavigation(ctx), roles: held });
  });

  // The sign-in was made for the console, on a computer that others may use next: it ends with it.
  router.post('/sign-out', everybody, async (ctx) => {
    const { operator, sessionUid } = consoleOf(ctx);
    await consoleSessions.end(cookies.session(ctx)!);
    await accountSessions.end(operator.accountId, sessionUid);
    cookies.forget(ctx);
    pages.of(ctx).redirect('/signed-out');
  });

  return router;
}
