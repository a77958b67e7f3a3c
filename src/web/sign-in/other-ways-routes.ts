import Router from '@koa/router';
import type { SignatureSignIns } from '#src/identity/protection/signature-sign-ins.ts';
import type { PasskeySignIns } from '#src/identity/protection/passkey-sign-ins.ts';
import { deviceOf, isMobile } from '#src/web/middleware/device.ts';
import { interactionOf } from '#src/web/middleware/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';

/** The ways to sign in besides the password (L4). */
export function createOtherWaysRoutes({
  pages,
  passkeySignIns,
  signatureSignIns,
}: {
  pages: Pages;
  passkeySignIns: PasskeySignIns;
  signatureSignIns: SignatureSignIns;
}): Router {
  const router = new Router({ prefix: '/interaction/:uid' });

  router.get('/other-ways', async (ctx) => {
    const { step, uid } = interactionOf(ctx);
    const page = pages.of(ctx);
    if (step !== 'login') return page.redirect(`/interaction/${uid}`);
    const isOffered = await passkeySignIns.isOffered(deviceOf(ctx, pages).secret);
    await page.show('sign-in/other-ways', {
      passkeyAction: `/interaction/${uid}/passkey`,
      passkeyOptions: isOffered ? await passkeySignIns.begin(page.browser) : undefined,
      qrAction: isMobile(ctx) ? undefined : `/interaction/${uid}/qr`,
      signatureUrl: isMobile(ctx) || !signatureSignIns.isOffered ? undefined : `/interaction/${uid}/signature`,
      passwordUrl: `/interaction/${uid}`,
      abortUrl: `/interaction/${uid}/abort`,
    });
  });

  return router;
}
