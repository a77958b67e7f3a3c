import Router from '@koa/router';
import type { Context } from 'koa';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import type { Credentials } from '#src/identity/credentials/credentials.ts';
import type { Devices } from '#src/identity/devices/devices.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import type { PendingSignIns } from '#src/identity/factors/pending-sign-ins.ts';
import type { SignIns } from '#src/identity/protection/sign-ins.ts';
import type { Registration } from '#src/identity/registration/registration.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import { deviceOf, keepDevice } from '#src/web/middleware/device.ts';
import { interactionOf } from '#src/web/middleware/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import { attemptOf, keepPending, secondFactorPath } from '#src/web/middleware/pending-sign-in.ts';
import { signInForm } from '#src/web/sign-in/sign-in-forms.ts';

interface SignInDeps {
  pages: Pages;
  interactions: Interactions;
  credentials: Credentials;
  factors: Factors;
  devices: Devices;
  pendingSignIns: PendingSignIns;
  signIns: SignIns;
  registration: Registration;
  metrics: Metrics;
}

/** Login and password, inside a client's request (L1 to L3). */
export function createSignInRoutes(deps: SignInDeps): Router {
  const { pages, interactions, credentials, factors, devices, signIns, registration, metrics } = deps;
  const router = new Router();

  router.get('/interaction/:uid', async (ctx, next) => {
    const current = interactionOf(ctx);
    if (current.step !== 'login') return next();
    const page = pages.of(ctx);
    if (current.isAlreadySignedIn) return page.redirect(current.returnTo);
    const ticket = ctx.cookies.get('registered', { signed: true });
    const accountId = ticket && (await registration.redeemTicket(ticket, page.browser));
    if (accountId) return passed(ctx, accountId, true);
    await show(ctx, { login: current.loginHint ?? '' }, {});
  });

  router.post('/interaction/:uid/sign-in', async (ctx) => {
    const current = interactionOf(ctx);
    const page = pages.of(ctx);
    if (current.step !== 'login') return page.redirect(`/interaction/${current.uid}`);
    if (current.isAlreadySignedIn) return page.redirect(current.returnTo);
    const form = parseForm(signInForm, ctx.request.body);
    if (!form.ok) return show(ctx, keptValues(ctx.request.body, ['login']), form.errors, 422);
    const { secret: deviceSecret } = deviceOf(ctx, pages);
    const accountId = await credentials.check({ ...form.data, address: page.address, deviceSecret });
    metrics.signIns.inc({ outcome: accountId ? 'right' : 'refused' });
    if (!accountId) return show(ctx, { login: form.data.login }, { login: 'login_failed' }, 422);
    await passed(ctx, accountId);
  });

  /** With a second factor switched on there is no session yet, unless the person had this device remembered. */
  async function passed(ctx: Context, accountId: string, isFirst = false): Promise<void> {
    const { uid, client } = interactionOf(ctx);
    const device = deviceOf(ctx, pages);
    const amr = ['pwd'];
    const [asked] = await factors.choices(accountId);
    if (asked && !(await devices.isRemembered(accountId, device.secret))) {
      await keepPending(ctx, deps, { accountId, amr });
      await factors.begin(asked, attemptOf(ctx, pages, accountId));
      return pages.of(ctx).redirect(secondFactorPath(uid, asked));
    }
    keepDevice(ctx, pages, await signIns.complete({ accountId, client, amr, device, isFirst }));
    pages.of(ctx).redirect(await interactions.signedIn(ctx, accountId, amr));
  }

  async function show(ctx: Context, values: Record<string, string>, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const { uid } = interactionOf(ctx);
    ctx.state.formPath = `/interaction/${uid}`;
    await page.show(
      'sign-in/sign-in',
      {
        action: `/interaction/${uid}/sign-in`,
        registerUrl: `/registration?interaction=${uid}`,
        recoverUrl: '/help',
        abortUrl: `/interaction/${uid}/abort`,
        values,
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  return router;
}
