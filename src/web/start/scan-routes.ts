import Router from '@koa/router';
import type { Pages } from '#src/web/middleware/page.ts';

/** GosScan: the page that a phone keeps on its home screen to scan sign-in codes with (L9). */
export function createScanRoutes({ pages }: { pages: Pages }): Router {
  const router = new Router();

  router.get('/gosscan', async (ctx) => {
    ctx.set('permissions-policy', 'camera=(self), microphone=(), geolocation=(), payment=()');
    await pages.of(ctx).show('start/gosscan');
  });

  return router;
}
