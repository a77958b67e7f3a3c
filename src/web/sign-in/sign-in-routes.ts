import Router from '@koa/router';
import type { Context } from 'koa';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import type { Credentials } from '#src/identity/credentials/credentials.ts';
import type { PasskeySignIns } from '#src/identity/protection/passkey-sign-ins.ts';
import type { Reset } from '#src/identity/recovery/reset.ts';
import type { Registration } from '#src/identity/registration/registration.ts';
import type { CaptchaForms } from '#src/web/middleware/captcha-forms.ts';
import { deviceOf } from '#src/web/middleware/device.ts';
import { passkeyForm } from '#src/web/middleware/factor-forms.ts';
import { interactionOf } from '#src/web/middleware/interaction.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import { createFirstFactor, type FirstFactorDeps } from '#src/web/sign-in/first-factor.ts';
import { signInForm } from '#src/web/sign-in/sign-in-forms.ts';

interface SignInDeps extends FirstFactorDeps {
  credentials: Credentials;
  passkeySignIns: PasskeySignIns;
  registration: Registration;
  captchaForms: CaptchaForms;
  reset: Reset;
  metrics: Metrics;
}

/** Login and password, or a passkey, inside a client's request (L1 to L3, L6). */
export function createSignInRoutes(deps: SignInDeps): Router {
  const { pages, credentials, passkeySignIns, registration, reset, captchaForms, metrics } = deps;
  const passed = createFirstFactor(deps);
  const router = new Router();

  router.get('/interaction/:uid', async (ctx, next) => {
    const current = interactionOf(ctx);
    if (current.step !== 'login') return next();
    const page = pages.of(ctx);
    if (current.isAlreadySignedIn) return page.redirect(current.returnTo);
    const ticket = ctx.cookies.get('registered', { signed: true });
    const accountId = ticket && (await registration.redeemTicket(ticket, page.browser));
    // The account was made with this ticket; after any reset since then it opens nothing.
    if (accountId) return passed(ctx, { accountId, amr: ['pwd'], generation: 0, isFirst: true });
    const recovered = ctx.cookies.get('recovered', { signed: true });
    const login = recovered && (await reset.loginOf(recovered, page.browser));
    await show(ctx, { login: login || (current.loginHint ?? '') }, {}, 200, Boolean(login));
  });

  router.post('/interaction/:uid/sign-in', async (ctx) => {
    const current = interactionOf(ctx);
    const page = pages.of(ctx);
    if (current.step !== 'login') return page.redirect(`/interaction/${current.uid}`);
    if (current.isAlreadySignedIn) return page.redirect(current.returnTo);
    if (captchaForms.isAnotherAsked(ctx)) return show(ctx, keptValues(ctx.request.body, ['login']), {});
    const form = parseForm(signInForm, ctx.request.body);
    if (!form.ok) return show(ctx, keptValues(ctx.request.body, ['login']), form.errors, 422);
    const { secret: deviceSecret } = deviceOf(ctx, pages);
    if (await credentials.asksForCaptcha({ login: form.data.login, deviceSecret })) {
      const wrong = await captchaForms.checkStranger(ctx);
      if (wrong.captcha) return show(ctx, { login: form.data.login }, wrong, 422);
    }
    const proven = await credentials.prove({ ...form.data, address: page.address, deviceSecret });
    metrics.signIns.inc({ outcome: proven ? 'right' : 'refused' });
    if (!proven) return show(ctx, { login: form.data.login }, { login: 'login_failed' }, 422);
    if (ctx.cookies.get('recovered')) ctx.cookies.set('recovered', null, { ...pages.cookie, path: '/interaction' });
    const { accountId, generation, hasFactors } = proven;
    await passed(ctx, { accountId, generation, hasFactors, amr: ['pwd'] });
  });

  // A passkey in place of the password (L6, L7).
  router.post('/interaction/:uid/passkey', async (ctx) => {
    const current = interactionOf(ctx);
    const page = pages.of(ctx);
    if (current.step !== 'login') return page.redirect(`/interaction/${current.uid}`);
    if (current.isAlreadySignedIn) return page.redirect(current.returnTo);
    const form = parseForm(passkeyForm, ctx.request.body);
    const { secret: deviceSecret } = deviceOf(ctx, pages);
    const outcome = await passkeySignIns.finish(
      { browser: page.browser, deviceSecret },
      form.ok ? form.data.passkey : '',
    );
    metrics.signIns.inc({ outcome: 'accountId' in outcome ? 'right' : 'refused' });
    if ('accountId' in outcome) return passed(ctx, outcome);
    await show(ctx, { login: '' }, { form: outcome.refused }, 422);
  });

  async function show(
    ctx: Context,
    values: Record<string, string>,
    errors: FieldErrors,
    status = 200,
    isRecovered = false,
  ): Promise<void> {
    const page = pages.of(ctx);
    const { uid } = interactionOf(ctx);
    const { secret: deviceSecret } = deviceOf(ctx, pages);
    const isAsked = errors.captcha !== undefined || (await credentials.asksForCaptcha({ deviceSecret }));
    ctx.state.formPath = `/interaction/${uid}`;
    await page.show(
      'sign-in/sign-in',
      {
        action: `/interaction/${uid}/sign-in`,
        passkeyAction: `/interaction/${uid}/passkey`,
        passkeyOptions: (await passkeySignIns.isOffered(deviceSecret))
          ? await passkeySignIns.begin(page.browser)
          : undefined,
        otherWaysUrl: `/interaction/${uid}/other-ways`,
        registerUrl: `/registration?interaction=${uid}`,
        recoverUrl: `/recover?interaction=${uid}`,
        notice: isRecovered ? page.t('sign-in.recovered') : undefined,
        abortUrl: `/interaction/${uid}/abort`,
        ...(isAsked ? await captchaForms.shownToStranger(ctx, errors) : {}),
        values,
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  return router;
}
