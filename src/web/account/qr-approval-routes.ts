import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Approver, QrSignIns } from '#src/identity/protection/qr-sign-ins.ts';
import type { SecurityDeps } from '#src/web/account/security-routes.ts';
import { requireFreshSignIn, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';

const numberForm = z.object({ number: z.string('number_wrong').regex(/^\d\d$/, 'number_wrong') });

/** The phone's side (L11): what is asked, where, and the number that only the computer shows. The link alone allows nothing. */
export function createQrApprovalRoutes(deps: SecurityDeps & { qrSignIns: QrSignIns }): Router {
  const { pages, qrSignIns } = deps;
  const router = new Router({ prefix: '/qr/:token' });

  router.use(requireSignIn(deps), requireFreshSignIn(deps));

  router.get('/', async (ctx) => show(ctx, {}));

  router.post('/', async (ctx) => {
    const form = parseForm(numberForm, ctx.request.body);
    if (!form.ok) return show(ctx, form.errors, 422);
    const verdict = await qrSignIns.approve(tokenIn(ctx), approver(ctx), form.data.number);
    if (verdict === 'done') return showEnd(ctx, 'approved');
    if (verdict === 'over') return showEnd(ctx, 'over', 410);
    await show(ctx, { number: verdict === 'wrong' ? 'number_wrong' : 'number_too_soon' }, 422);
  });

  router.post('/denial', async (ctx) => {
    await qrSignIns.deny(tokenIn(ctx), approver(ctx));
    await showEnd(ctx, 'denied');
  });

  async function show(ctx: Context, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const path = `/qr/${tokenIn(ctx)}`;
    const seen = await qrSignIns.see(tokenIn(ctx), signedIn(ctx).account.id);
    if (!seen) return showEnd(ctx, 'over', 410);
    const { record, waitSeconds } = seen;
    ctx.state.formPath = path;
    await page.show(
      'account/qr-approval',
      {
        site: record.client.name,
        host: record.client.host,
        device: record.deviceName ?? page.t('security.unknown-device'),
        at: page.translator.dateTime(new Date(record.startedAt)),
        offered: record.offered,
        waitSeconds,
        action: path,
        denyAction: `${path}/denial`,
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  async function showEnd(ctx: Context, end: 'approved' | 'denied' | 'over', status = 200): Promise<void> {
    const page = pages.of(ctx);
    const title = page.t(`qr-end.${end}`);
    await page.show('account/qr-end', { end, title, scanUrl: '/gosscan', securityUrl: '/account/security' }, status);
  }

  return router;
}

function approver(ctx: Context): Approver {
  const { account, session } = signedIn(ctx);
  return { accountId: account.id, amr: session.amr, generation: account.generation };
}

function tokenIn(ctx: Context): string {
  return String(ctx.params.token);
}
