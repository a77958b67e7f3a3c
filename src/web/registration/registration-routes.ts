import Router from '@koa/router';
import type { Context } from 'koa';
import type { Config } from '#src/platform/config/config.ts';
import { Refusal } from '#src/platform/errors.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import {
  contactOf,
  type Registration,
  type RegistrationFlow,
  type RegistrationStep,
} from '#src/identity/registration/registration.ts';
import type { Agreement } from '#src/identity/accounts/accounts.ts';
import { spellContact } from '#src/identity/accounts/contact.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { applicantForm } from '#src/web/registration/registration-forms.ts';
import { interactionIn } from '#src/web/middleware/requesting-client.ts';
import { sentCodeForm } from '#src/web/middleware/sent-code-form.ts';
import { showRequestingClient } from '#src/web/registration/requesting-client.ts';

export interface RegistrationRoutesDeps {
  pages: Pages;
  registration: Registration;
  messages: Messages;
  metrics: Metrics;
  agreement: Agreement;
  settings: Config['codes'];
  interactions: Interactions;
}

/** Name and contact, then the proof of the contact (R4 to R8). */
export function createRegistrationRoutes(deps: RegistrationRoutesDeps): Router {
  const { pages, registration, messages, metrics, settings } = deps;
  const router = new Router({ prefix: '/registration' });

  router.use(showRequestingClient(deps));

  router.get('/', async (ctx) => showStart(ctx, {}, {}));

  router.post('/', async (ctx) => {
    const page = pages.of(ctx);
    const form = parseForm(applicantForm, ctx.request.body);
    if (!form.ok) return showStart(ctx, keptValues(ctx.request.body, startFields), form.errors, 422);
    const { 'last-name': familyName, 'first-name': givenName, phone, email } = form.data;
    const interaction = interactionIn(ctx);
    const begun = await registration.begin(
      { familyName, givenName, phone, email, language: page.language, agreement: deps.agreement },
      {
        browser: page.browser,
        address: page.address,
        interaction,
        clientName: page.client?.name,
      },
    );
    if ('refused' in begun) {
      const code = begun.refused === 'too_many' ? 'too_many_codes' : begun.refused;
      return showStart(ctx, keptValues(ctx.request.body, startFields), { [phone ? 'phone' : 'email']: code }, 422);
    }
    messages.wake();
    metrics.registrations.inc({ step: 'begun' });
    page.redirect(`/registration/${begun.flowId}`);
  });

  // The e-mail link. Opening it changes nothing, because mail scanners open every link; the button on the page uses it (R8).
  router.get('/link/:token', async (ctx) => {
    const flow = await registration.findByLink(ctx.params.token!);
    if (!flow) throw new Refusal('link_used', 410);
    await pages.of(ctx).show('registration/confirm-email', {
      action: ctx.path,
      contact: flow.record.email,
      ...(flow.record.foreign ? { step: 4, of: 5 } : { step: 2 }),
    });
  });

  router.post('/link/:token', async (ctx) => {
    const page = pages.of(ctx);
    const flow = await registration.proveByLink(ctx.params.token!, page.browser);
    if (!flow) throw new Refusal('link_used', 410);
    metrics.registrations.inc({ step: 'contact_proven' });
    page.redirect(`/registration/${flow.id}`);
  });

  router.get('/:flow', async (ctx, next) => {
    const flow = await find(ctx);
    ctx.state.flow = flow;
    const step = registration.step(flow, pages.of(ctx).browser);
    if (step === 'check-phone') return showCode(ctx, flow, {});
    if (step === 'check-email') return showEmail(ctx, flow, {});
    return next();
  });

  router.post('/:flow/code', async (ctx) => {
    const page = pages.of(ctx);
    const flow = await find(ctx);
    if (!isAt(ctx, flow, 'check-phone')) return page.redirect(`/registration/${flow.id}`);
    const form = parseForm(sentCodeForm, ctx.request.body);
    if (!form.ok) return showCode(ctx, flow, form.errors, 422);
    const verdict = await registration.proveByCode(flow, page.browser, form.data.code);
    // A second press of the button comes too late for the code, and finds that the first has proven the phone.
    if (verdict === 'expired' && !isAt(ctx, await find(ctx), 'check-phone'))
      return page.redirect(`/registration/${flow.id}`);
    if (verdict !== 'right') return showCode(ctx, flow, { code: codeErrors[verdict] }, 422);
    metrics.registrations.inc({ step: 'contact_proven' });
    page.redirect(`/registration/${flow.id}`);
  });

  router.post('/:flow/resend', async (ctx) => {
    const page = pages.of(ctx);
    const flow = await find(ctx);
    const [atPhone, atEmail] = [isAt(ctx, flow, 'check-phone'), isAt(ctx, flow, 'check-email')];
    if (!atPhone && !atEmail) return page.redirect(`/registration/${flow.id}`);
    const verdict = await registration.resend(flow, page.address);
    messages.wake();
    if (verdict === 'sent') return page.redirect(`/registration/${flow.id}`);
    const errors = { resend: verdict === 'too_soon' ? 'resend_too_soon' : 'too_many_codes' };
    return atPhone ? showCode(ctx, flow, errors, 422) : showEmail(ctx, flow, errors, 422);
  });

  async function find(ctx: Context): Promise<RegistrationFlow> {
    const flow = await registration.find(ctx.params.flow);
    if (!flow) throw new Refusal('expired', 404);
    if (!registration.isKnownTo(flow, pages.of(ctx).browser)) throw new Refusal('wrong_browser', 403);
    return flow;
  }

  function isAt(ctx: Context, flow: RegistrationFlow, step: RegistrationStep): boolean {
    return registration.step(flow, pages.of(ctx).browser) === step;
  }

  async function showStart(
    ctx: Context,
    values: Record<string, string>,
    errors: FieldErrors,
    status = 200,
  ): Promise<void> {
    const page = pages.of(ctx);
    const interaction = interactionIn(ctx);
    const query = interaction ? `?interaction=${interaction}` : '';
    await page.show(
      'registration/enter-name-and-contact',
      {
        action: `/registration${query}`,
        foreignUrl: `/foreign${query}`,
        signInUrl: interaction ? `/interaction/${interaction}` : '/account',
        termsUrl: '/terms',
        privacyUrl: '/privacy',
        values,
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  async function showCode(ctx: Context, flow: RegistrationFlow, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const times = await registration.codeTimes(flow);
    ctx.state.formPath = `/registration/${flow.id}`;
    await page.show(
      'registration/check-your-phone',
      {
        ...common(flow),
        action: `/registration/${flow.id}/code`,
        secondsLeft: times ? secondsUntil(times.expiresAt) : 0,
        resendInSeconds: times ? secondsUntil(times.mayResendAt) : 0,
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  async function showEmail(ctx: Context, flow: RegistrationFlow, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    ctx.state.formPath = `/registration/${flow.id}`;
    const data = { ...common(flow), minutes: settings.emailLinkMinutes, resendInSeconds: settings.resendSeconds };
    await page.show('registration/check-your-email', { ...data, errors: fieldErrors(page, errors) }, status);
  }

  return router;
}

const startFields = ['last-name', 'first-name', 'phone', 'email', 'agree'];
const codeErrors = { wrong: 'code_invalid', expired: 'code_expired', closed: 'too_many_codes' } as const;

function common(flow: RegistrationFlow) {
  const { interaction, foreign } = flow.record;
  if (foreign) return { ...resending(flow), of: 5, changeUrl: `/foreign/registration/${foreign.draft}/email` };
  return { ...resending(flow), changeUrl: interaction ? `/registration?interaction=${interaction}` : '/registration' };
}

function resending(flow: RegistrationFlow) {
  return {
    contact: spellContact(contactOf(flow.record)),
    resendAction: `/registration/${flow.id}/resend`,
  };
}

function secondsUntil(at: Date): number {
  return Math.max(0, Math.ceil((at.getTime() - Date.now()) / 1000));
}
