import Router from '@koa/router';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';

/** The way out that every step offers. */
export function createInteractionRoutes({ pages, interactions }: { pages: Pages; interactions: Interactions }): Router {
  const router = new Router();

  // A plain link, as script-less conformance browsers need it; it harms nobody, since only this browser has the request.
  router.get('/interaction/:uid/abort', async (ctx) => {
    pages.of(ctx).redirect(await interactions.refused(ctx));
  });

  return router;
}
