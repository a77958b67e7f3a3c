import Router from '@koa/router';
import type { Context } from 'koa';
import { Refusal } from '#src/platform/errors.ts';
import { fullName } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import type { Credentials } from '#src/identity/credentials/credentials.ts';
import { factsOfAccount } from '#src/identity/credentials/facts-of-account.ts';
import type { PasswordHasher } from '#src/identity/credentials/password-hasher.ts';
import type { Reset } from '#src/identity/recovery/reset.ts';
import type { Activations } from '#src/identity/restoring/activations.ts';
import type { GivingBack } from '#src/identity/restoring/giving-back.ts';
import type { Activation } from '#src/identity/restoring/restoration.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import type { NewPassword, PasswordPage } from '#src/web/middleware/new-password.ts';
import type { Pages } from '#src/web/middleware/page.ts';

interface ActivationDeps {
  pages: Pages;
  accounts: Accounts;
  identities: Identities;
  credentials: Credentials;
  hasher: PasswordHasher;
  newPassword: NewPassword;
  activations: Activations;
  givingBack: GivingBack;
  reset: Reset;
  accountSessions: AccountSessions;
}

/** The person sets the password of an account that a service centre gave back; opening the link does not use it (E8). */
export function createActivationRoutes(deps: ActivationDeps): Router {
  const { pages, accounts, credentials, hasher, newPassword, activations, givingBack } = deps;
  const router = new Router({ prefix: '/activation/:token' });

  router.get('/', async (ctx) => newPassword.show(ctx, await pageOf(ctx, await activationOf(ctx))));

  router.post('/suggestion', async (ctx) => newPassword.suggest(ctx, await pageOf(ctx, await activationOf(ctx))));

  router.post('/password', async (ctx) => {
    const { accountId, contact } = await activationOf(ctx);
    const at = await pageOf(ctx, { accountId, contact });
    const password = await newPassword.read(ctx, at);
    if (password === undefined) return;
    if (await credentials.wasUsed(accountId, password))
      return newPassword.show(ctx, at, { errors: { 'new-password': 'password_reused' } }, 422);
    const hash = await hasher.hash(password);
    await deps.accountSessions.endAll(accountId, async (transaction) => {
      await givingBack.finish(transaction, { token: ctx.params.token!, accountId, hash });
      return true;
    });
    await givingBack.after(accountId);
    const page = pages.of(ctx);
    const ticket = await deps.reset.ticketFor(contact.value, page.browser);
    ctx.cookies.set('recovered', ticket, { ...pages.cookie, path: '/interaction', maxAge: 900_000 });
    page.redirect('/account');
  });

  async function activationOf(ctx: Context): Promise<Activation> {
    const found = await activations.find(ctx.params.token as string);
    if (!found) throw new Refusal('link_used', 410);
    return found;
  }

  async function pageOf(ctx: Context, { accountId, contact }: Activation): Promise<PasswordPage> {
    const path = `/activation/${ctx.params.token!}`;
    const account = (await accounts.find(accountId))!;
    const facts = await factsOfAccount(deps, accountId);
    const own = contact.kind === 'phone' ? facts.phones : facts.emails;
    own.push(contact.value);
    return {
      path,
      action: `${path}/password`,
      suggestAction: `${path}/suggestion`,
      contact: contact.value,
      name: fullName(account.profile),
      facts,
    };
  }

  return router;
}
