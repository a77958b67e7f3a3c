import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Clock } from '#src/platform/clock.ts';
import type { Config } from '#src/platform/config/config.ts';
import { Refusal } from '#src/platform/errors.ts';
import type { ConsoleSessions } from '#src/identity/operators/console-sessions.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { ConsoleCookies } from '#src/web/console/console-sign-in.ts';
import type { ConsoleRouter, ConsoleState } from '#src/web/middleware/console-router.ts';
import type { Pages } from '#src/web/middleware/page.ts';

export interface ConsoleDeps {
  pages: Pages;
  clock: Clock;
  config: Pick<Config, 'issuer' | 'operators'>;
  consoleSessions: ConsoleSessions;
  accountSessions: AccountSessions;
}

const HOME = '/console';

/** The operators' side of the product: its own sign-in and session (K3), then areas, each route with its policy (K1). */
export function createConsole(deps: ConsoleDeps, areas: readonly ConsoleRouter[]): Middleware {
  const cookies = new ConsoleCookies(deps.config.issuer);
  const steps = [signIn(deps, cookies), admit(deps, cookies, areas), ...areas.flatMap((area) => area.middleware())];
  return (ctx, next) => (ctx.path === HOME || ctx.path.startsWith(`${HOME}/`) ? inTurn(steps, ctx) : next());
}

/** Back from the provider. What counts is this session's sign-in, and that it is younger than the wish for it. */
function signIn({ pages, accountSessions, consoleSessions }: ConsoleDeps, cookies: ConsoleCookies): Middleware {
  const router = new Router();
  router.get('/console/signed-in', async (ctx) => {
    const page = pages.of(ctx);
    const start = cookies.takeStart(ctx);
    if (ctx.query.error) return page.redirect('/');
    const session = await accountSessions.current(ctx);
    const isNew = start && session && session.signedInAt.getTime() / 1000 >= start.startedAt;
    if (!isNew) throw new Refusal('console_sign_in', 403);
    const { uid: sessionUid, ...proven } = session;
    const begun = await consoleSessions.begin({ ...proven, sessionUid });
    if (typeof begun === 'string') throw new Refusal(begun, 403);
    cookies.keep(ctx, begun.token);
    page.redirect(safeConsolePath(start.returnTo));
  });
  return router.routes() as unknown as Middleware;
}

/** Nobody goes on without a session of the console, looked up now. */
function admit(deps: ConsoleDeps, cookies: ConsoleCookies, areas: readonly ConsoleRouter[]): Middleware {
  const { pages, clock, consoleSessions, config } = deps;
  return async (ctx, next) => {
    const context = ctx as Context;
    const token = cookies.session(context);
    const current = token === undefined ? undefined : await consoleSessions.current(token);
    const here = ctx.method === 'GET' ? ctx.path : HOME;
    if (!current) return cookies.begin(context, here);
    const { operator } = current;
    pages.of(context).isSignedIn = true;
    const freshMs = config.operators.freshSignInMinutes * 60_000;
    ctx.state.console = {
      operator,
      sessionUid: current.sessionUid,
      entries: areas.filter((area) => area.isFor(operator)).map(({ entry, prefix }) => ({ name: entry, path: prefix })),
      askForFreshSignIn() {
        if (clock.now().getTime() - operator.signedInAt.getTime() <= freshMs) return false;
        cookies.begin(context, here);
        return true;
      },
    } satisfies ConsoleState;
    return next();
  };
}

function safeConsolePath(path: string): string {
  return /^\/console(\/[a-z0-9-]+)*$/.test(path) ? path : HOME;
}

/** After the last one comes nothing: an unknown address stays 404. */
function inTurn([step, ...rest]: readonly Middleware[], ctx: Context): Promise<void> {
  return step === undefined ? Promise.resolve() : Promise.resolve(step(ctx as never, () => inTurn(rest, ctx)));
}
