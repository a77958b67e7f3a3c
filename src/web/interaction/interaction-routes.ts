import Router from '@koa/router';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import { loadInteraction } from '#src/web/middleware/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';

/** Before the page of each step: what is asked now; and the way out of all of them. */
export function createInteractionRoutes({ pages, interactions }: { pages: Pages; interactions: Interactions }): Router {
  const router = new Router();
  router.use('/interaction/:uid', loadInteraction(pages, interactions));

  // A plain link, as script-less conformance browsers need it; it harms nobody, since only this browser has the request.
  router.get('/interaction/:uid/abort', async (ctx) => {
    pages.of(ctx).redirect(await interactions.refused(ctx));
  });

  return router;
}
