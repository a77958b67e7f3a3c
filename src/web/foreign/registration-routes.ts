import Router from '@koa/router';
import type { Context } from 'koa';
import type { Clock } from '#src/platform/clock.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Agreement } from '#src/identity/accounts/accounts.ts';
import type { DraftStep, ForeignDraft, ForeignDrafts } from '#src/identity/registration/foreign-drafts.ts';
import type { Registration } from '#src/identity/registration/registration.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import { emailForm, snilsForm } from '#src/web/foreign/foreign-forms.ts';
import { PassportPages } from '#src/web/foreign/passport-page.ts';
import type { CaptchaForms } from '#src/web/middleware/captcha-forms.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { interactionIn, showClientOf } from '#src/web/middleware/requesting-client.ts';

interface ForeignRegistrationDeps {
  pages: Pages;
  clock: Clock;
  interactions: Interactions;
  foreignDrafts: ForeignDrafts;
  registration: Registration;
  captchaForms: CaptchaForms;
  messages: Messages;
  metrics: Metrics;
  agreement: Agreement;
}

/** SNILS or none, passport, e-mail (F6 to F9); from there on registration is everybody's. */
export function createForeignRegistrationRoutes(deps: ForeignRegistrationDeps): Router {
  const { pages, foreignDrafts, registration, captchaForms } = deps;
  const passportPages = new PassportPages(deps);
  const router = new Router({ prefix: '/foreign/registration' });

  router.get('/', async (ctx) => {
    await showClientOf(ctx, deps, interactionIn(ctx));
    await showSnils(ctx, {}, {});
  });

  router.post('/', async (ctx) => {
    const interaction = interactionIn(ctx);
    await showClientOf(ctx, deps, interaction);
    const page = pages.of(ctx);
    const form = parseForm(snilsForm, ctx.request.body);
    if (!form.ok) return showSnils(ctx, keptValues(ctx.request.body, snilsFields), form.errors, 422);
    const id = await foreignDrafts.begin({ browser: page.browser, interaction, clientName: page.client?.name });
    await foreignDrafts.say(await foreignDrafts.find(id, page.browser), form.data);
    page.redirect(pathOf(id));
  });

  router.get('/:draft', async (ctx) => {
    const draft = await find(ctx);
    pages.of(ctx).redirect(pathOf(draft.id, foreignDrafts.step(draft)));
  });

  router.get('/:draft/snils', async (ctx) => {
    const { snils } = (await find(ctx)).record;
    await showSnils(ctx, { 'has-snils': snils === null ? 'no' : 'yes', snils: snils ?? '' }, {});
  });

  router.post('/:draft/snils', async (ctx) => {
    const draft = await find(ctx);
    const form = parseForm(snilsForm, ctx.request.body);
    if (!form.ok) return showSnils(ctx, keptValues(ctx.request.body, snilsFields), form.errors, 422);
    await foreignDrafts.say(draft, form.data);
    pages.of(ctx).redirect(pathOf(draft.id));
  });

  router.get('/:draft/passport', async (ctx) => {
    const draft = await find(ctx);
    await passportPages.show(ctx, passportPage(draft), { passport: draft.record.passport ?? {} });
  });

  router.post('/:draft/passport', async (ctx) => {
    const draft = await find(ctx);
    const passport = await passportPages.read(ctx, passportPage(draft));
    if (!passport) return;
    await foreignDrafts.say(draft, { passport });
    pages.of(ctx).redirect(pathOf(draft.id));
  });

  router.get('/:draft/email', async (ctx) => {
    const draft = await find(ctx);
    if (foreignDrafts.step(draft) !== 'email') return pages.of(ctx).redirect(pathOf(draft.id));
    await showEmail(ctx, draft, {}, {});
  });

  router.post('/:draft/email', async (ctx) => {
    const page = pages.of(ctx);
    const draft = await find(ctx);
    const { passport, snils, interaction, clientName } = draft.record;
    if (!passport || foreignDrafts.step(draft) !== 'email') return page.redirect(pathOf(draft.id));
    const values = keptValues(ctx.request.body, ['email', 'agree']);
    if (captchaForms.isAnotherAsked(ctx)) return showEmail(ctx, draft, values, {});
    const form = parseForm(emailForm, ctx.request.body);
    if (!form.ok) return showEmail(ctx, draft, values, form.errors, 422);
    const wrong = await captchaForms.check(ctx);
    if (wrong.captcha) return showEmail(ctx, draft, values, wrong, 422);
    const { familyName, givenName } = passport;
    const begun = await registration.begin(
      {
        familyName,
        givenName,
        email: form.data.email,
        language: page.language,
        agreement: deps.agreement,
        foreign: { passport, snils: snils ?? undefined, draft: draft.id },
      },
      { browser: page.browser, address: page.address, interaction, clientName },
    );
    if ('refused' in begun) return showEmail(ctx, draft, values, { email: 'too_many_codes' }, 422);
    deps.messages.wake();
    deps.metrics.registrations.inc({ step: 'begun' });
    page.redirect(`/registration/${begun.flowId}`);
  });

  async function find(ctx: Context): Promise<ForeignDraft> {
    const draft = await foreignDrafts.find(ctx.params.draft, pages.of(ctx).browser);
    await showClientOf(ctx, deps, draft.record.interaction);
    return draft;
  }

  async function showSnils(ctx: Context, values: Record<string, string>, errors: FieldErrors, status = 200) {
    const page = pages.of(ctx);
    const interaction = interactionIn(ctx);
    const action = interaction ? `${ctx.path}?interaction=${interaction}` : ctx.path;
    const data = { action, values, of: 5, errors: fieldErrors(page, errors) };
    await page.show('foreign/foreign-snils', data, status);
  }

  function passportPage(draft: ForeignDraft) {
    return { action: pathOf(draft.id, 'passport'), backUrl: pathOf(draft.id, 'snils'), of: 5, step: 2 };
  }

  async function showEmail(
    ctx: Context,
    draft: ForeignDraft,
    values: Record<string, string>,
    errors: FieldErrors,
    status = 200,
  ): Promise<void> {
    const page = pages.of(ctx);
    await page.show(
      'foreign/foreign-email',
      {
        action: pathOf(draft.id, 'email'),
        backUrl: pathOf(draft.id, 'passport'),
        of: 5,
        termsUrl: '/terms',
        privacyUrl: '/privacy',
        values,
        errors: fieldErrors(page, errors),
        ...(await captchaForms.shown(ctx)),
      },
      status,
    );
  }

  return router;
}

const snilsFields = ['has-snils', 'snils'];

function pathOf(draft: string, step?: DraftStep): string {
  return `/foreign/registration/${draft}${step ? `/${step}` : ''}`;
}
