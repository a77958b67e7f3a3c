import Router from '@koa/router';
import type { Context } from 'koa';
import { Refusal } from '#src/platform/errors.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import type { PasswordHasher } from '#src/identity/credentials/password-hasher.ts';
import {
  contactOf,
  factsOf,
  type Registration,
  type RegistrationFlow,
} from '#src/identity/registration/registration.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import type { NewPassword, PasswordPage } from '#src/web/middleware/new-password.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { showRequestingClient } from '#src/web/registration/requesting-client.ts';

interface PasswordRoutesDeps {
  pages: Pages;
  registration: Registration;
  interactions: Interactions;
  newPassword: NewPassword;
  hasher: PasswordHasher;
  messages: Messages;
  metrics: Metrics;
}

/** The last step: a password makes the account (P1 to P5), and the way goes back to where the person came from. */
export function createPasswordRoutes({
  pages,
  registration,
  interactions,
  newPassword,
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
    if (step === 'create-password') return newPassword.show(ctx, pageOf(flow));
    if (step === 'elsewhere') return page.show('registration/elsewhere', { signInUrl: wayBack(flow) });
    if (step === 'done-elsewhere') return page.show('registration/done-elsewhere', { signInUrl: '/account' });
    const { clientName, foreign, foreignLogin } = flow.record;
    await page.show('registration/done', {
      continueUrl: wayBack(flow),
      clientName,
      isForeign: !!foreign,
      foreignLogin,
    });
  });

  router.post('/suggestion', async (ctx) => {
    const flow = await find(ctx);
    if (!isAtPassword(ctx, flow)) return pages.of(ctx).redirect(`/registration/${flow.id}`);
    await newPassword.suggest(ctx, pageOf(flow));
  });

  router.post('/password', async (ctx) => {
    const page = pages.of(ctx);
    const flow = await find(ctx);
    if (!isAtPassword(ctx, flow)) return pressedAgain(ctx, flow);
    const password = await newPassword.read(ctx, pageOf(flow));
    if (password === undefined) return;
    const finished = await registration.finish(flow, page, await hasher.hash(password));
    if (finished === 'taken') throw new Refusal('already_registered', 409);
    if (finished === 'finished') return pressedAgain(ctx, await find(ctx));
    messages.wake();
    metrics.registrations.inc({ step: 'finished' });
    goOn(ctx, flow, finished.ticket);
  });

  async function pressedAgain(ctx: Context, flow: RegistrationFlow): Promise<void> {
    const { 'new-password': password } = ctx.request.body as Record<string, unknown>;
    const ticket =
      typeof password === 'string' ? await registration.ticketAgain(flow, pages.of(ctx), password) : undefined;
    goOn(ctx, flow, ticket);
  }

  function goOn(ctx: Context, flow: RegistrationFlow, ticket: string | undefined): void {
    if (ticket) ctx.cookies.set('registered', ticket, { ...pages.cookie, path: '/interaction', maxAge: 600_000 });
    pages.of(ctx).redirect(`/registration/${flow.id}`);
  }

  async function find(ctx: Context): Promise<RegistrationFlow> {
    const flow = await registration.find(ctx.params.flow);
    if (!flow) throw new Refusal('expired', 404);
    if (!registration.isKnownTo(flow, pages.of(ctx).browser)) throw new Refusal('wrong_browser', 403);
    return flow;
  }

  function isAtPassword(ctx: Context, flow: RegistrationFlow): boolean {
    return registration.step(flow, pages.of(ctx).browser) === 'create-password';
  }

  return router;
}

/** The client's request in the browser that began it; there the ticket, or else the login and password, is asked for. */
function wayBack({ record }: RegistrationFlow): string {
  return record.interaction ? `/interaction/${record.interaction}` : '/account';
}

function pageOf({ id, record }: RegistrationFlow): PasswordPage {
  const path = `/registration/${id}`;
  return {
    path,
    action: `${path}/password`,
    suggestAction: `${path}/suggestion`,
    contact: contactOf(record).value,
    name: `${record.givenName} ${record.familyName}`,
    facts: factsOf(record),
    ...(record.foreign ? { step: 5, of: 5 } : { step: 3 }),
  };
}
