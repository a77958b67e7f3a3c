import Router from '@koa/router';
import type { Config } from '#src/platform/config/config.ts';
import type { Pages } from '#src/web/middleware/page.ts';

/** What this is and where to go; and the texts everybody may read. */
export function createStartRoutes({
  pages,
  config,
}: {
  pages: Pages;
  config: Pick<Config, 'sandbox' | 'service'>;
}): Router {
  const router = new Router();

  router.get('/', async (ctx) => {
    const page = pages.of(ctx);
    await page.show('start/welcome', {
      signInUrl: '/account',
      registerUrl: '/registration',
      demos: config.sandbox
        ? [
            { url: '/demo/university', name: page.t('demo.university.name') },
            { url: '/demo/broker', name: page.t('demo.broker.name') },
          ]
        : [],
      sandboxUrl: config.sandbox ? '/sandbox' : undefined,
      inboxUrl: config.sandbox ? '/sandbox/inbox' : undefined,
    });
  });

  router.get('/terms', async (ctx) => pages.of(ctx).show('support/terms', { version: config.service.termsVersion }));
  router.get('/privacy', async (ctx) =>
    pages.of(ctx).show('support/privacy', { version: config.service.privacyVersion }),
  );
  router.get('/signed-out', async (ctx) => pages.of(ctx).show('sign-out/signed-out', { signInUrl: '/account' }));

  return router;
}
