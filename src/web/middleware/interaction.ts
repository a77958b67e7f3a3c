import type { Context, Middleware } from 'koa';
import type { CurrentInteraction, Interactions } from '#src/protocols/oidc/interaction.ts';
import { rememberClient } from '#src/web/middleware/error-pages.ts';
import type { Pages } from '#src/web/middleware/page.ts';

/** Loads what the client's request needs next in this browser; shows who asks; speaks the language the client asked for. */
export function loadInteraction(pages: Pages, interactions: Interactions): Middleware {
  return async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) return next();
    const current = await interactions.current(ctx);
    const page = pages.of(ctx);
    page.preferLanguage(current.uiLocales);
    const { id, name, host, logoUri, policyUri, tosUri } = current.client;
    if (id !== 'account') {
      page.client = { name, host, logoUri, policyUri, tosUri };
      rememberClient(ctx, { name, uri: current.client.uri });
    }
    ctx.state.interaction = current;
    return next();
  };
}

export function interactionOf(ctx: Context): CurrentInteraction {
  return ctx.state.interaction as CurrentInteraction;
}
