import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { Clock } from '#src/platform/clock.ts';
import { parseForm } from '#src/platform/pages/form.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import type { Credentials } from '#src/identity/credentials/credentials.ts';
import { factsOfAccount } from '#src/identity/credentials/facts-of-account.ts';
import type { PasswordHasher } from '#src/identity/credentials/password-hasher.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import type { SecuritySettings } from '#src/identity/protection/security-settings.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import type { NewPassword, PasswordPage } from '#src/web/middleware/new-password.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { requireFreshSignIn, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';

interface ChangePasswordDeps {
  pages: Pages;
  clock: Clock;
  accounts: Accounts;
  identities: Identities;
  accountSessions: AccountSessions;
  factors: Factors;
  credentials: Credentials;
  hasher: PasswordHasher;
  newPassword: NewPassword;
  securitySettings: SecuritySettings;
  freshSignInMinutes: number;
}

const PATH = '/account/security/password';

const currentForm = z.object({
  'current-password': z.string().min(1, 'required').max(4096, 'password_current'),
});

/** A new password for somebody who is signed in and knows the present one (C6, P5, P6). */
export function createChangePasswordRoutes(deps: ChangePasswordDeps): Router {
  const { pages, accountSessions, credentials, hasher, newPassword, securitySettings } = deps;
  const router = new Router({ prefix: PATH });
  router.use(requireSignIn(deps), requireFreshSignIn({ ...deps, home: PATH }));

  router.get('/', async (ctx) => newPassword.show(ctx, await pageFor(ctx)));

  router.post('/suggestion', async (ctx) => newPassword.suggest(ctx, await pageFor(ctx)));

  router.post('/', async (ctx) => {
    const { account, session } = signedIn(ctx);
    const form = parseForm(currentForm, ctx.request.body);
    const at = await pageFor(ctx);
    const password = await newPassword.read(ctx, at, form.ok ? {} : form.errors);
    if (!form.ok || password === undefined) return;
    if (!(await credentials.isPresent(account.id, form.data['current-password'], pages.of(ctx).address)))
      return newPassword.show(ctx, at, { errors: { 'current-password': 'password_current' } }, 422);
    if (await credentials.wasUsed(account.id, password))
      return newPassword.show(ctx, at, { errors: { 'new-password': 'password_reused' } }, 422);
    await securitySettings.changePassword(account.id, await hasher.hash(password));
    await accountSessions.strengthened(ctx, session);
    pages.of(ctx).redirect('/account/security?changed=password');
  });

  async function pageFor(ctx: Context): Promise<PasswordPage> {
    const facts = await factsOfAccount(deps, signedIn(ctx).account.id);
    return {
      path: PATH,
      action: PATH,
      suggestAction: `${PATH}/suggestion`,
      view: 'account/change-password',
      backUrl: '/account/security',
      contact: facts.phones[0] ?? facts.emails[0] ?? '',
      name: facts.names.join(' '),
      facts,
    };
  }

  return router;
}
