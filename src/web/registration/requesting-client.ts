import type { Context, Middleware } from 'koa';
import type { Registration } from '#src/identity/registration/registration.ts';
import { isOwnClient } from '#src/protocols/oidc/own-clients.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';

interface RequestingClientDeps {
  pages: Pages;
  registration: Registration;
  interactions: Interactions;
}

/** Registration that began inside a client's request says whose, on every page. */
export function showRequestingClient({ pages, registration, interactions }: RequestingClientDeps): Middleware {
  return async (ctx, next) => {
    // The router has not read its parameters yet.
    const [, flowId] = /^\/registration\/([\w-]{43})(?:\/|$)/.exec(ctx.path) ?? [];
    const flow = flowId ? await registration.find(flowId) : undefined;
    const uid = flow?.record.interaction ?? interactionIn(ctx);
    const client = uid && (await interactions.clientOf(uid));
    if (client && !isOwnClient(client.id)) pages.of(ctx).client = client;
    return next();
  };
}

/** The client's request to go back to. It opens nothing by itself: the browser also needs the request's cookie. */
export function interactionIn(ctx: Context): string | undefined {
  const uid = ctx.query.interaction;
  return typeof uid === 'string' && /^[\w-]{20,64}$/.test(uid) ? uid : undefined;
}
