import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { Clock } from '#src/platform/clock.ts';
import { Refusal } from '#src/platform/errors.ts';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { AccountCertificates } from '#src/identity/certificates/account-certificates.ts';
import type { SignatureChecks } from '#src/identity/certificates/signature-checks.ts';
import type { Clients } from '#src/identity/clients/clients.ts';
import type { SecurityQuestions } from '#src/identity/credentials/security-questions.ts';
import type { Devices } from '#src/identity/devices/devices.ts';
import type { Factor } from '#src/identity/factors/factor.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import type { SecuritySettings } from '#src/identity/protection/security-settings.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { securityOverview } from '#src/web/account/security-page.ts';
import { navigation, requireFreshSignIn, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';

export interface SecurityDeps {
  pages: Pages;
  clock: Clock;
  accounts: Accounts;
  accountSessions: AccountSessions;
  factors: Factors;
  accountCertificates: AccountCertificates;
  signatureChecks: SignatureChecks;
  devices: Devices;
  securitySettings: SecuritySettings;
  clients: Clients;
  questions: SecurityQuestions;
  audit: Audit;
  freshSignInMinutes: number;
}

const uuid = z.string().regex(/^[0-9a-f-]{36}$/);
const deviceForm = z.object({ device: uuid });
const nameForm = z.object({
  'factor-name': z.string().trim().min(1, 'required').max(50, 'factor_name_too_long'),
});
const removalForm = z.object({ 'confirm-last': z.string().optional() });

/** How the account is protected: what there is, and changes that need a fresh sign-in. */
export function createSecurityRoutes(deps: SecurityDeps): Router {
  const { pages, factors, securitySettings, accountSessions } = deps;
  const router = new Router({ prefix: '/account/security' });
  const fresh = requireFreshSignIn(deps);

  router.use(requireSignIn(deps));

  router.get('/', async (ctx) => {
    const page = pages.of(ctx);
    await page.show('account/security', {
      ...navigation('security'),
      isPasswordChanged: ctx.query.changed === 'password',
      ...(await securityOverview(deps, signedIn(ctx).account.id, page)),
    });
  });

  router.post('/backup-codes', fresh, async (ctx) => {
    const { account } = signedIn(ctx);
    if (!(await factors.isOn(account.id))) return toOverview(ctx);
    const codes = await securitySettings.renewBackupCodes(account.id);
    await pages
      .of(ctx)
      .show('account/backup-codes', { ...navigation('security'), codes, continueUrl: '/account/security' });
  });

  router.post('/devices/forget', fresh, async (ctx) => {
    const form = parseForm(deviceForm, ctx.request.body);
    if (form.ok) await securitySettings.forgetDevice(signedIn(ctx).account.id, form.data.device);
    toOverview(ctx);
  });

  router.get('/factor/:id', fresh, async (ctx) => showFactor(ctx, await find(ctx), {}));

  router.post('/factor/:id/name', fresh, async (ctx) => {
    const factor = await find(ctx);
    const form = parseForm(nameForm, ctx.request.body);
    if (!form.ok) return showFactor(ctx, factor, form.errors, 422);
    await securitySettings.renameFactor(signedIn(ctx).account.id, factor.id, form.data['factor-name']);
    toOverview(ctx);
  });

  router.post('/factor/:id/first', fresh, async (ctx) => {
    await securitySettings.putFirst(signedIn(ctx).account.id, (await find(ctx)).id);
    toOverview(ctx);
  });

  // Codes by SMS are switched off on their own page, with a code.
  router.post('/factor/:id/removal', fresh, async (ctx) => {
    const { account, sessionUid } = signedIn(ctx);
    const factor = await find(ctx);
    if (factor.kind === 'sms') return pages.of(ctx).redirect('/account/security/sms');
    const form = parseForm(removalForm, ctx.request.body);
    const isMeant = form.ok && form.data['confirm-last'] !== undefined;
    if ((await securitySettings.removeFactor(account.id, factor.id, { isMeant })) === 'last')
      return showFactor(ctx, factor, { 'confirm-last': 'confirm_last_factor' }, 422);
    await accountSessions.endOthers(account.id, sessionUid);
    toOverview(ctx);
  });

  async function find(ctx: Context): Promise<Factor> {
    const list = await factors.list(signedIn(ctx).account.id);
    const factor = list.find(({ id }) => id === ctx.params.id);
    if (!factor) throw new Refusal('not_found', 404);
    return factor;
  }

  async function showFactor(ctx: Context, factor: Factor, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const path = `/account/security/factor/${factor.id}`;
    const list = await factors.list(signedIn(ctx).account.id);
    ctx.state.formPath = path;
    await page.show(
      'account/factor',
      {
        ...navigation('security'),
        title: factor.name ?? page.t(`factor.${factor.kind}`),
        kind: factor.kind,
        isFirst: list[0]!.id === factor.id,
        isLast: list.length === 1,
        nameAction: `${path}/name`,
        firstAction: `${path}/first`,
        removeAction: `${path}/removal`,
        smsUrl: '/account/security/sms',
        backUrl: '/account/security',
        values: { 'factor-name': factor.name ?? '' },
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  function toOverview(ctx: Context): void {
    pages.of(ctx).redirect('/account/security');
  }

  return router;
}
