import Router from '@koa/router';
import type { Context } from 'koa';
import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import { qrCode } from '#src/platform/pages/qr-code.ts';
import { QR_SECONDS, type QrSignIns } from '#src/identity/protection/qr-sign-ins.ts';
import { deviceOf, isMobile } from '#src/web/middleware/device.ts';
import { interactionOf } from '#src/web/middleware/interaction.ts';
import { createFirstFactor, type FirstFactorDeps } from '#src/web/sign-in/first-factor.ts';

interface QrDeps extends FirstFactorDeps {
  clock: Clock;
  config: Pick<Config, 'issuer'>;
  qrSignIns: QrSignIns;
}

const COOKIE = 'qr';
/** How often the page looks again where there is no script. */
const REFRESH_SECONDS = 5;

/** The computer's side of signing in from the phone (L9, L10). Phones are not offered it (L4). */
export function createQrRoutes(deps: QrDeps): Router {
  const { pages, qrSignIns, clock, config } = deps;
  const passed = createFirstFactor(deps);
  const router = new Router({ prefix: '/interaction/:uid/qr' });

  router.use(async (ctx, next) => {
    const { step, uid, isAlreadySignedIn, returnTo } = interactionOf(ctx);
    if (step !== 'login') return pages.of(ctx).redirect(`/interaction/${uid}`);
    if (isAlreadySignedIn) return pages.of(ctx).redirect(returnTo);
    if (isMobile(ctx)) return pages.of(ctx).redirect(`/interaction/${uid}/other-ways`);
    return next();
  });

  router.post('/', async (ctx) => {
    const { uid, client } = interactionOf(ctx);
    const { secret: deviceSecret, name: deviceName } = deviceOf(ctx, pages);
    const { browser, address } = pages.of(ctx);
    const { id, name, host } = client;
    const start = { interaction: uid, browser, deviceSecret, deviceName, client: { id, name, host } };
    const token = await qrSignIns.start(start, address, tokenIn(ctx));
    if (token === undefined) return show(ctx, { state: 'too_many' }, 429);
    ctx.cookies.set(COOKIE, token, { ...pages.cookie, path: `/interaction/${uid}` });
    pages.of(ctx).redirect(`/interaction/${uid}/qr`);
  });

  router.get('/', async (ctx) => {
    const token = tokenIn(ctx);
    const record = token === undefined ? undefined : await qrSignIns.at(token, place(ctx));
    if (!record) return show(ctx, { state: 'over' });
    if (record.status === 'approved') {
      const approver = await qrSignIns.collect(token!, place(ctx));
      // What the phone has proven, and no more (H4).
      if (approver) return passed(ctx, { ...approver, isRelayed: true });
      return show(ctx, { state: 'over' });
    }
    if (record.status !== 'waiting') return show(ctx, { state: record.status });
    const gone = (clock.now().getTime() - new Date(record.startedAt).getTime()) / 1000;
    const link = `${config.issuer}/qr/${token}`;
    await show(ctx, {
      state: 'waiting',
      number: record.number,
      qr: qrCode(link),
      scanAddress: `${new URL(config.issuer).host}/gosscan`,
      secondsLeft: Math.max(0, Math.ceil(QR_SECONDS - gone)),
      refreshSeconds: REFRESH_SECONDS,
      statusUrl: `${pathOf(ctx)}/status`,
    });
  });

  router.get('/status', async (ctx) => {
    const token = tokenIn(ctx);
    const record = token === undefined ? undefined : await qrSignIns.at(token, place(ctx));
    ctx.body = { state: record?.status ?? 'over', number: record?.number };
  });

  async function show(ctx: Context, data: Record<string, unknown>, status = 200): Promise<void> {
    const { uid } = interactionOf(ctx);
    ctx.state.formPath = pathOf(ctx);
    const links = { otherWaysUrl: `/interaction/${uid}/other-ways`, abortUrl: `/interaction/${uid}/abort` };
    await pages.of(ctx).show('sign-in/qr-code', { ...data, ...links, action: pathOf(ctx) }, status);
  }

  function place(ctx: Context) {
    return { interaction: interactionOf(ctx).uid, browser: pages.of(ctx).browser };
  }

  return router;
}

function tokenIn(ctx: Context): string | undefined {
  return ctx.cookies.get(COOKIE, { signed: true });
}

function pathOf(ctx: Context): string {
  return `/interaction/${interactionOf(ctx).uid}/qr`;
}
