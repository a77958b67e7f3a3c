import Router from '@koa/router';
import type { Context } from 'koa';
import { qrCode } from '#src/platform/pages/qr-code.ts';
import { z } from 'zod';
import type { Config } from '#src/platform/config/config.ts';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { isUniqueViolation } from '#src/platform/storage/database.ts';
import { maskContact } from '#src/identity/accounts/contact.ts';
import type { Attempt, EnrolledKind, Enrolled } from '#src/identity/factors/factor.ts';
import type { Enrolments } from '#src/identity/factors/enrolments.ts';
import type { SmsFactor } from '#src/identity/factors/sms-factor.ts';
import { showBackupCodes } from '#src/web/account/backup-codes.ts';
import type { SecurityDeps } from '#src/web/account/security-routes.ts';
import { navigation, requireFreshSignIn, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';
import { answerError, beginError, codeForm } from '#src/web/middleware/factor-forms.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';

interface EnrolmentDeps extends SecurityDeps {
  enrolments: Enrolments;
  smsFactor: SmsFactor;
  config: Pick<Config, 'service'>;
}

const SMS = '/account/security/sms';
const AUTHENTICATOR = '/account/security/authenticator';

const authenticatorForm = codeForm.extend({ enrolment: z.string().regex(/^[\w-]{43}$/) });

/** Codes by SMS on and off, and a new authenticator app. Each is proven by a code before it counts. */
export function createEnrolmentRoutes(deps: EnrolmentDeps): Router {
  const { pages, accounts, factors, enrolments, smsFactor, securitySettings, accountSessions, config } = deps;
  const router = new Router({ prefix: '/account/security' });

  router.use(requireSignIn(deps), requireFreshSignIn(deps));

  router.get('/sms', async (ctx) => showSms(ctx, {}));

  router.post('/sms/code', async (ctx) => {
    const { verdict } = await factors.begin('sms', attemptOf(ctx));
    if (verdict === 'ready') return pages.of(ctx).redirect(SMS);
    await showSms(ctx, { resend: beginError(verdict) }, 422);
  });

  router.post('/sms', async (ctx) => {
    const { account } = signedIn(ctx);
    const form = parseForm(codeForm, ctx.request.body);
    if (!form.ok) return showSms(ctx, form.errors, 422);
    const { verdict } = await factors.confirm('sms', attemptOf(ctx), form.data.code);
    if (verdict !== 'right') return showSms(ctx, { code: answerError('sms', verdict) }, 422);
    const on = (await factors.list(account.id)).find(({ kind }) => kind === 'sms');
    if (!on) return add(ctx, 'sms', {});
    await securitySettings.removeFactor(account.id, on.id, { isMeant: true });
    await accountSessions.endOthers(account.id, signedIn(ctx).sessionUid);
    pages.of(ctx).redirect('/account/security');
  });

  router.get('/authenticator', async (ctx) =>
    showAuthenticator(ctx, await enrolments.begin('totp', attemptOf(ctx)), {}),
  );

  router.post('/authenticator', async (ctx) => {
    const id = String((ctx.request.body as Record<string, unknown>).enrolment);
    const attempt = attemptOf(ctx);
    const enrolment = await enrolments.find(id, attempt);
    if (!enrolment) return pages.of(ctx).redirect(AUTHENTICATOR);
    const form = parseForm(authenticatorForm, ctx.request.body);
    if (!form.ok) return showAuthenticator(ctx, { id, shown: enrolment.shown }, form.errors, 422);
    const { verdict, enrolled } = await enrolments.confirm(id, attempt, form.data.code);
    if (verdict === 'right') return add(ctx, 'totp', enrolled!);
    await showAuthenticator(ctx, { id, shown: enrolment.shown }, { code: answerError('totp', verdict) }, 422);
  });

  /** The first factor brings backup codes with it; sessions elsewhere were begun with less and end. */
  async function add(ctx: Context, kind: EnrolledKind, enrolled: Enrolled): Promise<void> {
    const { account, session } = signedIn(ctx);
    const codes = await securitySettings.addFactor(account.id, { kind, ...enrolled }).catch((error: unknown) => {
      if (isUniqueViolation(error, 'factors_sms_key')) return [];
      throw error;
    });
    await accountSessions.strengthened(ctx, session);
    await showBackupCodes(ctx, pages, codes);
  }

  async function showSms(ctx: Context, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const { account } = signedIn(ctx);
    const phone = await smsFactor.phoneOf(account.id);
    const times = await factors.times('sms', attemptOf(ctx));
    const list = await factors.list(account.id);
    const isOn = list.some(({ kind }) => kind === 'sms');
    ctx.state.formPath = SMS;
    await page.show(
      'account/sms-codes',
      {
        ...navigation('security'),
        title: page.t(isOn ? 'sms-codes.title-off' : 'sms-codes.title'),
        isOn,
        isLast: isOn && list.length === 1,
        phone: phone === undefined ? undefined : maskContact({ kind: 'phone', value: phone }),
        action: SMS,
        resendAction: `${SMS}/code`,
        isSent: times !== undefined,
        secondsLeft: times ? secondsUntil(times.expiresAt) : 0,
        resendInSeconds: times ? secondsUntil(times.mayResendAt) : 0,
        backUrl: '/account/security',
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  async function showAuthenticator(
    ctx: Context,
    { id, shown }: { id: string; shown: string },
    errors: FieldErrors,
    status = 200,
  ): Promise<void> {
    const page = pages.of(ctx);
    const { account } = signedIn(ctx);
    const contact = (await accounts.contacts(account.id)).find(({ verified }) => verified)?.value;
    const { generateURI } = await import('otplib');
    const uri = generateURI({ issuer: config.service.name, label: contact ?? String(account.oid), secret: shown });
    ctx.state.formPath = AUTHENTICATOR;
    await page.show(
      'account/authenticator',
      {
        ...navigation('security'),
        enrolment: id,
        key: shown.replace(/(.{4})(?=.)/g, '$1 '),
        uri,
        qr: qrCode(uri),
        action: AUTHENTICATOR,
        backUrl: '/account/security',
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  function attemptOf(ctx: Context): Attempt {
    const { browser, address, language } = pages.of(ctx);
    const { id: accountId } = signedIn(ctx).account;
    return { accountId, browser, address, language, purpose: 'change-factors', site: config.service.name };
  }

  return router;
}

function secondsUntil(at: Date): number {
  return Math.max(0, Math.ceil((at.getTime() - Date.now()) / 1000));
}
