import Router from '@koa/router';
import type { Context } from 'koa';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Credentials } from '#src/identity/credentials/credentials.ts';
import type { Registration } from '#src/identity/registration/registration.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import { interactionOf } from '#src/web/middleware/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import { signInForm } from '#src/web/sign-in/sign-in-forms.ts';

interface SignInDeps {
  pages: Pages;
  interactions: Interactions;
  credentials: Credentials;
  registration: Registration;
  audit: Audit;
  metrics: Metrics;
}

/** Login and password, inside a client's request (L1 to L3). */
export function createSignInRoutes(deps: SignInDeps): Router {
  const { pages, interactions, credentials, registration, audit, metrics } = deps;
  const router = new Router();

  router.get('/interaction/:uid', async (ctx, next) => {
    const current = interactionOf(ctx);
    if (current.step !== 'login') return next();
    const page = pages.of(ctx);
    if (current.isAlreadySignedIn) return page.redirect(current.returnTo);
    const ticket = ctx.cookies.get('registered', { signed: true });
    const accountId = ticket && (await registration.redeemTicket(ticket, page.browser));
    if (accountId) return signIn(ctx, accountId);
    await show(ctx, { login: current.loginHint ?? '' }, {});
  });

  router.post('/interaction/:uid/sign-in', async (ctx) => {
    const current = interactionOf(ctx);
    const page = pages.of(ctx);
    if (current.step !== 'login') return page.redirect(`/interaction/${current.uid}`);
    if (current.isAlreadySignedIn) return page.redirect(current.returnTo);
    const form = parseForm(signInForm, ctx.request.body);
    if (!form.ok) return show(ctx, keptValues(ctx.request.body, ['login']), form.errors, 422);
    const accountId = await credentials.check({ ...form.data, address: page.address });
    metrics.signIns.inc({ outcome: accountId ? 'right' : 'refused' });
    if (!accountId) return show(ctx, { login: form.data.login }, { login: 'login_failed' }, 422);
    await signIn(ctx, accountId);
  });

  async function signIn(ctx: Context, accountId: string): Promise<void> {
    await audit.record(auditEvent.signedIn(accountId, interactionOf(ctx).client.id, 'pwd'));
    pages.of(ctx).redirect(await interactions.signedIn(ctx, accountId, ['pwd']));
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
