import Router from '@koa/router';
import type { Context } from 'koa';
import { Refusal } from '#src/platform/errors.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { PasswordHasher } from '#src/identity/credentials/password-hasher.ts';
import {
  MAX_PASSWORD_LENGTH,
  suggestPassword,
  type PasswordPolicy,
  type RuleVerdict,
} from '#src/identity/credentials/password-policy.ts';
import {
  contactOf,
  factsOf,
  type Registration,
  type RegistrationFlow,
} from '#src/identity/registration/registration.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { showRequestingClient } from '#src/web/registration/requesting-client.ts';
import { passwordForm } from '#src/web/registration/registration-forms.ts';

interface PasswordRoutesDeps {
  pages: Pages;
  registration: Registration;
  interactions: Interactions;
  policy: PasswordPolicy;
  hasher: PasswordHasher;
  metrics: Metrics;
}

/** The last step: a password makes the account (P1 to P5), and the way goes back to where the person came from. */
export function createPasswordRoutes({
  pages,
  registration,
  interactions,
  policy,
  hasher,
  metrics,
}: PasswordRoutesDeps): Router {
  const router = new Router({ prefix: '/registration/:flow' });

  router.use(showRequestingClient({ pages, registration, interactions }));

  router.get('/', async (ctx) => {
    const flow = ctx.state.flow as RegistrationFlow;
    const page = pages.of(ctx);
    const step = registration.step(flow, page.browser);
    if (step === 'elsewhere') return page.show('registration/done-elsewhere', { signInUrl: signInUrl(flow) });
    if (step === 'create-password') return show(ctx, flow, {});
    const { interaction, clientName } = flow.record;
    await page.show('registration/done', {
      continueUrl: interaction ? `/interaction/${interaction}` : '/account',
      clientName,
    });
  });

  // The same as the button does with script, for browsers without.
  router.post('/suggestion', async (ctx) => {
    await show(ctx, await atPassword(ctx), { suggestion: suggestPassword() });
  });

  router.post('/password', async (ctx) => {
    const page = pages.of(ctx);
    const flow = await atPassword(ctx);
    const form = parseForm(passwordForm, ctx.request.body);
    if (!form.ok) return show(ctx, flow, { errors: form.errors }, 422);
    const { 'new-password': password, 'new-password-repeat': repeat } = form.data;
    // Nothing is computed on a password longer than any we accept.
    const rules = policy.check(password.slice(0, MAX_PASSWORD_LENGTH + 1), factsOf(flow.record));
    if (rules.some(({ ok }) => !ok))
      return show(ctx, flow, { rules, errors: { 'new-password': 'password_rules' } }, 422);
    if (password !== repeat)
      return show(ctx, flow, { rules, errors: { 'new-password-repeat': 'password_mismatch' } }, 422);

    const finished = await registration.finish(flow, page.browser, await hasher.hash(password));
    if (finished === 'taken') throw new Refusal('already_registered', 409);
    metrics.registrations.inc({ step: 'finished' });
    ctx.cookies.set('registered', finished.ticket, { ...pages.cookie, path: '/interaction', maxAge: 600_000 });
    page.redirect(`/registration/${flow.id}`);
  });

  async function atPassword(ctx: Context): Promise<RegistrationFlow> {
    const flow = await registration.find(ctx.params.flow!);
    if (!flow) throw new Refusal('expired', 404);
    if (registration.step(flow, pages.of(ctx).browser) !== 'create-password') throw new Refusal('wrong_browser', 403);
    return flow;
  }

  async function show(
    ctx: Context,
    flow: RegistrationFlow,
    { rules, errors = {}, suggestion }: { rules?: RuleVerdict[]; errors?: FieldErrors; suggestion?: string },
    status = 200,
  ): Promise<void> {
    const page = pages.of(ctx);
    const { familyName, givenName } = flow.record;
    ctx.state.formPath = `/registration/${flow.id}`;
    await page.show(
      'registration/create-password',
      {
        action: `/registration/${flow.id}/password`,
        suggestAction: `/registration/${flow.id}/suggestion`,
        rules: rules ?? policy.rules.map((code) => ({ code })),
        suggestion,
        contact: contactOf(flow.record).value,
        name: `${givenName} ${familyName}`,
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  return router;
}

function signInUrl({ record }: RegistrationFlow): string {
  return record.interaction ? `/interaction/${record.interaction}` : '/account';
}
