import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { Clock } from '#src/platform/clock.ts';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import type { Credentials } from '#src/identity/credentials/credentials.ts';
import type { PasswordHasher } from '#src/identity/credentials/password-hasher.ts';
import {
  MAX_PASSWORD_LENGTH,
  type PasswordPolicy,
  type PersonalFacts,
  type RuleVerdict,
} from '#src/identity/credentials/password-policy.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import type { SecuritySettings } from '#src/identity/protection/security-settings.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
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
  policy: PasswordPolicy;
  securitySettings: SecuritySettings;
  freshSignInMinutes: number;
}

const PATH = '/account/security/password';

const changeForm = z.object({
  'current-password': z.string().min(1, 'required').max(4096, 'password_current'),
  'new-password': z.string().min(1, 'required'),
  'new-password-repeat': z.string().default(''),
});

/** A new password for somebody who is signed in and knows the present one (C6, P5, P6). */
export function createChangePasswordRoutes(deps: ChangePasswordDeps): Router {
  const { pages, accounts, identities, accountSessions, credentials, hasher, policy, securitySettings } = deps;
  const router = new Router({ prefix: PATH });
  router.use(requireSignIn(deps), requireFreshSignIn({ ...deps, home: PATH }));

  router.get('/', async (ctx) => show(ctx, {}));

  router.post('/suggestion', async (ctx) =>
    show(ctx, { suggestion: policy.suggest(await factsOf(signedIn(ctx).account.id)) }),
  );

  router.post('/', async (ctx) => {
    const { account, sessionUid } = signedIn(ctx);
    const form = parseForm(changeForm, ctx.request.body);
    if (!form.ok) return show(ctx, { errors: form.errors }, 422);
    const { 'current-password': current, 'new-password': password, 'new-password-repeat': repeat } = form.data;
    // Nothing is computed on a password longer than any we accept.
    const rules = policy.check(password.slice(0, MAX_PASSWORD_LENGTH + 1), await factsOf(account.id));
    if (rules.some(({ ok }) => !ok)) return show(ctx, { rules, errors: { 'new-password': 'password_rules' } }, 422);
    if (password !== repeat) return show(ctx, { rules, errors: { 'new-password-repeat': 'password_mismatch' } }, 422);
    if (!(await credentials.isPresent(account.id, current, pages.of(ctx).address)))
      return show(ctx, { rules, errors: { 'current-password': 'password_current' } }, 422);
    if (await credentials.wasUsed(account.id, password))
      return show(ctx, { rules, errors: { 'new-password': 'password_reused' } }, 422);
    await securitySettings.changePassword(account.id, await hasher.hash(password));
    await accountSessions.endOthers(account.id, sessionUid);
    pages.of(ctx).redirect('/account/security?changed=password');
  });

  async function factsOf(accountId: string): Promise<PersonalFacts> {
    const { familyName, givenName, middleName, birthdate } = (await accounts.find(accountId))!.profile;
    const contacts = await accounts.contacts(accountId);
    const valuesOf = (wanted: string) => contacts.filter(({ kind }) => kind === wanted).map(({ value }) => value);
    return {
      names: [familyName, givenName, middleName ?? ''].filter(Boolean),
      birthdate,
      phones: valuesOf('phone'),
      emails: valuesOf('email'),
      snils: (await identities.documents(accountId)).find(({ kind }) => kind === 'snils')?.value,
    };
  }

  async function show(
    ctx: Context,
    { rules, errors = {}, suggestion }: { rules?: RuleVerdict[]; errors?: FieldErrors; suggestion?: string },
    status = 200,
  ): Promise<void> {
    const page = pages.of(ctx);
    const facts = await factsOf(signedIn(ctx).account.id);
    ctx.state.formPath = PATH;
    await page.show(
      'account/change-password',
      {
        action: PATH,
        suggestAction: `${PATH}/suggestion`,
        backUrl: '/account/security',
        rules: rules ?? policy.rules.map((code) => ({ code })),
        suggestion,
        contact: facts.phones[0] ?? facts.emails[0] ?? '',
        name: facts.names.join(' '),
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  return router;
}
