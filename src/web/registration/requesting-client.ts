import type { Middleware } from 'koa';
import type { Registration } from '#src/identity/registration/registration.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { interactionIn, showClientOf } from '#src/web/middleware/requesting-client.ts';

interface RequestingClientDeps {
  pages: Pages;
  registration: Registration;
  interactions: Interactions;
}

/** Registration that began inside a client's request says whose, on every page. */
export function showRequestingClient(deps: RequestingClientDeps): Middleware {
  return async (ctx, next) => {
    // The router has not read its parameters yet.
    const [, flowId] = /^\/registration\/([\w-]{43})(?:\/|$)/.exec(ctx.path) ?? [];
    const flow = flowId ? await deps.registration.find(flowId) : undefined;
    await showClientOf(ctx, deps, flow?.record.interaction ?? interactionIn(ctx));
    return next();
  };
}
