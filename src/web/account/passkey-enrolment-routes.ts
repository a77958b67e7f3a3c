import Router from '@koa/router';
import type { Context } from 'koa';
import type { Config } from '#src/platform/config/config.ts';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { isUniqueViolation } from '#src/platform/storage/database.ts';
import type { Attempt, Enrolled } from '#src/identity/factors/factor.ts';
import { showBackupCodes } from '#src/web/account/backup-codes.ts';
import type { SecurityDeps } from '#src/web/account/security-routes.ts';
import { navigation, requireFreshSignIn, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';
import { deviceOf } from '#src/web/middleware/device.ts';
import { passkeyForm } from '#src/web/middleware/factor-forms.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';

const PASSKEY = '/account/security/passkey';

/** A new passkey: face, finger or PIN of the person's own device. From then on this browser offers it first (L5, L6). */
export function createPasskeyEnrolmentRoutes(deps: SecurityDeps & { config: Pick<Config, 'service'> }): Router {
  const { pages, factors, securitySettings, accountSessions, config } = deps;
  const router = new Router({ prefix: '/account/security' });

  router.use(requireSignIn(deps), requireFreshSignIn(deps));

  router.get('/passkey', async (ctx) => show(ctx, {}));

  router.post('/passkey', async (ctx) => {
    const form = parseForm(passkeyForm, ctx.request.body);
    if (!form.ok) return show(ctx, { form: 'passkey_not_made' }, 422);
    const { enrolled } = await factors.confirm('passkey', attemptOf(ctx), form.data.passkey);
    if (!enrolled) return show(ctx, { form: 'passkey_not_made' }, 422);
    const codes = await add(ctx, enrolled);
    if (!codes) return show(ctx, { form: 'passkey_not_made' }, 422);
    await accountSessions.strengthened(ctx, signedIn(ctx).session);
    await showBackupCodes(ctx, pages, codes);
  });

  /** Undefined: somebody has this credential already. */
  async function add(ctx: Context, enrolled: Enrolled): Promise<string[] | undefined> {
    const { secret: deviceSecret } = deviceOf(ctx, pages);
    const factor = { kind: 'passkey', deviceSecret, ...enrolled } as const;
    return securitySettings.addFactor(signedIn(ctx).account.id, factor).catch((error: unknown) => {
      if (isUniqueViolation(error, 'passkeys_credential_key')) return undefined;
      throw error;
    });
  }

  async function show(ctx: Context, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const { shown } = await factors.prepare('passkey', attemptOf(ctx));
    ctx.state.formPath = PASSKEY;
    await page.show(
      'account/passkey',
      {
        ...navigation('security'),
        action: PASSKEY,
        passkeyOptions: shown,
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
