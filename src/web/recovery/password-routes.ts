import Router from '@koa/router';
import type { Context } from 'koa';
import { fullName } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Credentials } from '#src/identity/credentials/credentials.ts';
import type { PasswordHasher } from '#src/identity/credentials/password-hasher.ts';
import type { Proving } from '#src/identity/recovery/proving.ts';
import type { RecoveryFlow } from '#src/identity/recovery/recovery-flows.ts';
import type { Reset } from '#src/identity/recovery/reset.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import type { NewPassword, PasswordPage } from '#src/web/middleware/new-password.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { findFlow, pathOf, type FlowDeps } from '#src/web/recovery/flow.ts';

interface PasswordDeps extends FlowDeps {
  pages: Pages;
  accounts: Accounts;
  proving: Proving;
  reset: Reset;
  credentials: Credentials;
  hasher: PasswordHasher;
  newPassword: NewPassword;
  accountSessions: AccountSessions;
}

/** The new password ends everything the old one opened, and nobody is signed in by it (P14, P24, E5). */
export function createNewPasswordRoutes(deps: PasswordDeps): Router {
  const { pages, accounts, proving, reset, credentials, hasher, newPassword, accountSessions, interactions } = deps;
  const router = new Router({ prefix: '/recover/:flow' });

  router.get('/', async (ctx) => {
    const flow = await atPassword(ctx);
    if (flow) await newPassword.show(ctx, await pageOf(flow));
  });

  router.post('/suggestion', async (ctx) => {
    const flow = await atPassword(ctx);
    if (flow) await newPassword.suggest(ctx, await pageOf(flow));
  });

  router.post('/password', async (ctx) => {
    const flow = await atPassword(ctx);
    const password = flow && (await newPassword.read(ctx, await pageOf(flow)));
    if (!flow || password === undefined) return;
    if (await credentials.wasUsed(flow.record.accountId!, password))
      return newPassword.show(ctx, await pageOf(flow), { errors: { 'new-password': 'password_reused' } }, 422);
    const page = pages.of(ctx);
    const at = { browser: page.browser, hash: await hasher.hash(password), recipient: await reset.recipient(flow) };
    await accountSessions.endAll(flow.record.accountId!, async (transaction) => {
      await reset.finish(transaction, flow, at);
      return true;
    });
    const ticket = await reset.after(flow, page.browser);
    ctx.cookies.set('recovered', ticket, { ...pages.cookie, path: '/interaction', maxAge: 900_000 });
    page.redirect(await wayBack(flow, page.browser));
  });

  /** Undefined: led to the step that is not done. */
  async function atPassword(ctx: Context): Promise<RecoveryFlow | undefined> {
    const flow = await findFlow(ctx, deps);
    if ((await proving.step(flow, pages.of(ctx).browser)) === 'password') return flow;
    pages.of(ctx).redirect(pathOf(flow));
    return undefined;
  }

  async function pageOf(flow: RecoveryFlow): Promise<PasswordPage> {
    const path = pathOf(flow);
    const account = (await accounts.find(flow.record.accountId!))!;
    return {
      path,
      action: `${path}/password`,
      suggestAction: `${path}/suggestion`,
      contact: flow.record.reach!.value,
      name: fullName(account.profile),
      facts: await reset.facts(flow),
    };
  }

  /** The client's request waits in the browser where it began; elsewhere, or when it is over, the account. */
  async function wayBack({ record }: RecoveryFlow, browser: string): Promise<string> {
    const { interaction } = record;
    const isHere = interaction !== undefined && record.browser === browser;
    return isHere && (await interactions.clientOf(interaction)) ? `/interaction/${interaction}` : '/account';
  }

  return router;
}
