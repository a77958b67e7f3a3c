import Router from '@koa/router';
import type { Context } from 'koa';
import { Refusal } from '#src/platform/errors.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { PasswordHasher } from '#src/identity/credentials/password-hasher.ts';
import {
  MAX_PASSWORD_LENGTH,
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
  messages: Messages;
  metrics: Metrics;
}

/** The last step: a password makes the account (P1 to P5), and the way goes back to where the person came from. */
export function createPasswordRoutes({
  pages,
  registration,
  interactions,
  policy,
  hasher,
  messages,
  metrics,
}: PasswordRoutesDeps): Router {
  const router = new Router({ prefix: '/registration/:flow' });

  router.use(showRequestingClient({ pages, registration, interactions }));

  router.get('/', async (ctx) => {
    const flow = ctx.state.flow as RegistrationFlow;
    const page = pages.of(ctx);
    const step = registration.step(flow, page.browser);
    if (step === 'create-password') return show(ctx, flow, {});
    if (step === 'elsewhere') return page.show('registration/elsewhere', { signInUrl: wayBack(flow) });
    if (step === 'done-elsewhere') return page.show('registration/done-elsewhere', { signInUrl: '/account' });
    await page.show('registration/done', { continueUrl: wayBack(flow), clientName: flow.record.clientName });
  });

  // The same as the button does with script, for browsers without.
  router.post('/suggestion', async (ctx) => {
    const flow = await find(ctx);
    if (!isAtPassword(ctx, flow)) return pages.of(ctx).redirect(`/registration/${flow.id}`);
    await show(ctx, flow, { suggestion: policy.suggest(factsOf(flow.record)) });
  });

  router.post('/password', async (ctx) => {
    const page = pages.of(ctx);
    const flow = await find(ctx);
    if (!isAtPassword(ctx, flow)) return page.redirect(`/registration/${flow.id}`);
    const form = parseForm(passwordForm, ctx.request.body);
    if (!form.ok) return show(ctx, flow, { errors: form.errors }, 422);
    const { 'new-password': password, 'new-password-repeat': repeat } = form.data;
    // Nothing is computed on a password longer than any we accept.
    const rules = policy.check(password.slice(0, MAX_PASSWORD_LENGTH + 1), factsOf(flow.record));
    if (rules.some(({ ok }) => !ok))
      return show(ctx, flow, { rules, errors: { 'new-password': 'password_rules' } }, 422);
    if (password !== repeat)
      return show(ctx, flow, { rules, errors: { 'new-password-repeat': 'password_mismatch' } }, 422);

    const finished = await registration.finish(flow, page, await hasher.hash(password));
    if (finished === 'taken') throw new Refusal('already_registered', 409);
    if (finished === 'finished') return page.redirect(`/registration/${flow.id}`);
    messages.wake();
    metrics.registrations.inc({ step: 'finished' });
    ctx.cookies.set('registered', finished.ticket, { ...pages.cookie, path: '/interaction', maxAge: 600_000 });
    page.redirect(`/registration/${flow.id}`);
  });

  async function find(ctx: Context): Promise<RegistrationFlow> {
    const flow = await registration.find(ctx.params.flow);
    if (!flow) throw new Refusal('expired', 404);
    if (!registration.isKnownTo(flow, pages.of(ctx).browser)) throw new Refusal('wrong_browser', 403);
    return flow;
  }

  function isAtPassword(ctx: Context, flow: RegistrationFlow): boolean {
    return registration.step(flow, pages.of(ctx).browser) === 'create-password';
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

/** The client's request in the browser that began it; there the ticket, or else the login and password, is asked for. */
function wayBack({ record }: RegistrationFlow): string {
  return record.interaction ? `/interaction/${record.interaction}` : '/account';
}
