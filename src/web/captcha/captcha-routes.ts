import Router from '@koa/router';
import type { Context } from 'koa';
import { Refusal } from '#src/platform/errors.ts';
import type { Captchas } from '#src/identity/captchas/captchas.ts';
import type { Pages } from '#src/web/middleware/page.ts';

/** The picture and the sound of a captcha, for the browser it was made for (F8). */
export function createCaptchaRoutes({ pages, captchas }: { pages: Pages; captchas: Captchas }): Router {
  const router = new Router({ prefix: '/captcha' });

  router.get('/:id/picture', async (ctx) => {
    const picture = await captchas.picture(ctx.params.id!, pages.of(ctx).browser);
    if (!picture) throw new Refusal('not_found', 404);
    ctx.type = 'image/png';
    ctx.body = picture;
  });

  router.get('/:id/sound', async (ctx) => {
    const page = pages.of(ctx);
    const sound = await captchas.sound(ctx.params.id!, page.browser, page.language);
    if (!sound) throw new Refusal('not_found', 404);
    ctx.type = 'audio/wav';
    answerInParts(ctx, sound);
  });

  return router;
}

/** Some players ask for the first bytes alone and give up when they get everything. */
function answerInParts(ctx: Context, body: Buffer): void {
  ctx.set('accept-ranges', 'bytes');
  const [, first, last] = /^bytes=(\d{1,9})-(\d{0,9})$/.exec(ctx.get('range')) ?? [];
  const from = Number(first);
  const to = Math.min(last ? Number(last) : Infinity, body.length - 1);
  if (first === undefined || from > to) {
    ctx.body = body;
    return;
  }
  ctx.status = 206;
  ctx.set('content-range', `bytes ${from}-${to}/${body.length}`);
  ctx.body = body.subarray(from, to + 1);
}
