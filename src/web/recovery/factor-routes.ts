import Router from '@koa/router';
import type { Context } from 'koa';
import type { Config } from '#src/platform/config/config.ts';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { maskContact } from '#src/identity/accounts/contact.ts';
import type { Attempt, FactorKind } from '#src/identity/factors/factor.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import type { SmsFactor } from '#src/identity/factors/sms-factor.ts';
import type { Proving } from '#src/identity/recovery/proving.ts';
import type { RecoveryFlow } from '#src/identity/recovery/recovery-flows.ts';
import { answerError, beginError, codeForm, factorKind, passkeyAnswerForm } from '#src/web/middleware/factor-forms.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { findFlow, pathOf, type FlowDeps } from '#src/web/recovery/flow.ts';

interface FactorDeps extends FlowDeps {
  pages: Pages;
  proving: Proving;
  factors: Factors;
  smsFactor: SmsFactor;
  config: Pick<Config, 'service'>;
}

/** The second factor is asked for here too, and it is never the phone that got the code (E6). */
export function createFactorRoutes(deps: FactorDeps): Router {
  const { pages, proving, factors } = deps;
  const router = new Router({ prefix: '/recover/:flow' });

  router.get('/', async (ctx, next) => {
    const flow = await findFlow(ctx, deps);
    if ((await proving.step(flow, pages.of(ctx).browser)) !== 'factor') return next();
    await show(ctx, flow, {});
  });

  router.get('/factor', async (ctx) => {
    const flow = await atFactor(ctx);
    if (flow) await show(ctx, flow, {});
  });

  router.get('/factor/choose', async (ctx) => {
    const flow = await atFactor(ctx);
    if (!flow) return;
    const path = pathOf(flow);
    const choices = await proving.factorChoices(flow);
    await pages.of(ctx).show('second-factor/choose-factor', {
      phone: await maskedPhone(flow),
      kinds: choices.map((kind) => ({ kind, url: `${path}/factor?with=${kind}` })),
      sendAction: `${path}/factor/resend`,
      recoverUrl: `${path}/another-way`,
      abortUrl: wayOut(flow),
    });
  });

  router.post('/factor', async (ctx) => {
    const flow = await atFactor(ctx);
    const kind = flow && (await chosen(ctx, flow));
    if (!flow || !kind) return flow && show(ctx, flow, {});
    const form = parseForm(kind === 'passkey' ? passkeyAnswerForm : codeForm, ctx.request.body);
    if (!form.ok) return show(ctx, flow, form.errors, 422);
    const verdict = await proving.giveFactor(flow, kind, attemptOf(ctx, flow), form.data.code);
    if (verdict === 'right') return pages.of(ctx).redirect(pathOf(flow));
    await show(ctx, flow, { [kind === 'passkey' ? 'form' : 'code']: answerError(kind, verdict) }, 422);
  });

  router.post('/factor/resend', async (ctx) => {
    const flow = await atFactor(ctx);
    const kind = flow && (await chosen(ctx, flow));
    if (!flow || !kind) return flow && show(ctx, flow, {});
    const { verdict } = await factors.begin(kind, attemptOf(ctx, flow));
    if (verdict === 'ready') return pages.of(ctx).redirect(`${pathOf(flow)}/factor?with=${kind}`);
    await show(ctx, flow, { resend: beginError(verdict) }, 422);
  });

  /** Undefined: led to the step that is not done. */
  async function atFactor(ctx: Context): Promise<RecoveryFlow | undefined> {
    const flow = await findFlow(ctx, deps);
    if ((await proving.step(flow, pages.of(ctx).browser)) === 'factor') return flow;
    pages.of(ctx).redirect(pathOf(flow));
    return undefined;
  }

  async function chosen(ctx: Context, flow: RecoveryFlow): Promise<FactorKind | undefined> {
    const choices = await proving.factorChoices(flow);
    const body = ctx.request.body as Record<string, unknown> | undefined;
    const wanted = factorKind.safeParse(body?.with ?? ctx.query.with);
    return wanted.success && choices.includes(wanted.data) ? wanted.data : choices[0];
  }

  async function show(ctx: Context, flow: RecoveryFlow, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const path = pathOf(flow);
    const kind = await chosen(ctx, flow);
    // Nothing is left but another contact or a service centre.
    if (!kind) return page.redirect(`${path}/another-way`);
    const attempt = attemptOf(ctx, flow);
    const times = await factors.times(kind, attempt);
    ctx.state.formPath = `${path}/factor`;
    await page.show(
      kind === 'passkey' ? 'second-factor/use-passkey' : 'second-factor/enter-code',
      {
        title: page.t(`enter-code.${kind}.title`),
        kind,
        passkeyOptions: kind === 'passkey' ? (await factors.begin(kind, attempt)).shown : undefined,
        phone: kind === 'sms' ? await maskedPhone(flow) : undefined,
        action: `${path}/factor`,
        resendAction: `${path}/factor/resend`,
        isSent: times !== undefined,
        secondsLeft: times ? secondsUntil(times.expiresAt) : 0,
        resendInSeconds: times ? secondsUntil(times.mayResendAt) : 0,
        rememberDays: 0,
        chooseUrl: `${path}/factor/choose`,
        abortUrl: wayOut(flow),
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  function attemptOf(ctx: Context, { record }: RecoveryFlow): Attempt {
    const { browser, address, language } = pages.of(ctx);
    const site = deps.config.service.name;
    return { accountId: record.accountId!, browser, address, language, purpose: 'recover', site };
  }

  async function maskedPhone({ record }: RecoveryFlow): Promise<string> {
    const phone = await deps.smsFactor.phoneOf(record.accountId!);
    return phone === undefined ? '' : maskContact({ kind: 'phone', value: phone });
  }

  return router;
}

function wayOut({ record }: RecoveryFlow): string {
  return record.interaction ? `/interaction/${record.interaction}` : '/account';
}

function secondsUntil(at: Date): number {
  return Math.max(0, Math.ceil((at.getTime() - Date.now()) / 1000));
}
