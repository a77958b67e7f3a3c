import Router from '@koa/router';
import type { Context } from 'koa';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Proving, RecoveryStep } from '#src/identity/recovery/proving.ts';
import type { RecoveryFlow } from '#src/identity/recovery/recovery-flows.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { findFlow, pathOf, type FlowDeps } from '#src/web/recovery/flow.ts';
import { answerForm, numberForm } from '#src/web/recovery/recovery-forms.ts';

interface ProofDeps extends FlowDeps {
  pages: Pages;
  proving: Proving;
}

/** What else the account asks for once the channel is proven: a document number, the answer to the question (P12, P13). */
export function createProofRoutes(deps: ProofDeps): Router {
  const { pages, proving } = deps;
  const router = new Router({ prefix: '/recover/:flow' });

  router.get('/', async (ctx, next) => {
    const flow = await findFlow(ctx, deps);
    const step = await stepOf(ctx, flow);
    if (step === 'document') return showDocument(ctx, flow, {}, {});
    if (step === 'question') return showQuestion(ctx, flow, {});
    if (step === 'elsewhere') return pages.of(ctx).show('recovery/recovery-elsewhere');
    return next();
  });

  router.post('/document', at('document'), async (ctx) => {
    const flow = ctx.state.flow as RecoveryFlow;
    const values = keptValues(ctx.request.body, ['document-number']);
    const form = parseForm(numberForm, ctx.request.body);
    if (!form.ok) return showDocument(ctx, flow, values, form.errors, 422);
    const verdict = await proving.giveDocument(flow, pages.of(ctx).browser, form.data['document-number']);
    if (verdict === 'right') return pages.of(ctx).redirect(pathOf(flow));
    const code = verdict === 'closed' ? 'too_many_lookups' : 'document_not_linked';
    await showDocument(ctx, flow, values, { 'document-number': code }, 422);
  });

  router.post('/answer', at('question'), async (ctx) => {
    const flow = ctx.state.flow as RecoveryFlow;
    const form = parseForm(answerForm, ctx.request.body);
    if (!form.ok) return showQuestion(ctx, flow, form.errors, 422);
    const verdict = await proving.giveAnswer(flow, pages.of(ctx).browser, form.data['security-answer']);
    if (verdict === 'right') return pages.of(ctx).redirect(pathOf(flow));
    await showQuestion(ctx, flow, { 'security-answer': verdict === 'closed' ? 'answers_closed' : 'answer_wrong' }, 422);
  });

  /** On any other page the visitor is led to the step that is not done. */
  function at(step: RecoveryStep) {
    return async (ctx: Context, next: () => Promise<unknown>) => {
      const flow = await findFlow(ctx, deps);
      ctx.state.flow = flow;
      return (await stepOf(ctx, flow)) === step ? next() : pages.of(ctx).redirect(pathOf(flow));
    };
  }

  function stepOf(ctx: Context, flow: RecoveryFlow) {
    return proving.step(flow, pages.of(ctx).browser);
  }

  async function showDocument(
    ctx: Context,
    flow: RecoveryFlow,
    values: Record<string, string>,
    errors: FieldErrors,
    status = 200,
  ): Promise<void> {
    const page = pages.of(ctx);
    ctx.state.formPath = pathOf(flow);
    const data = { action: `${pathOf(flow)}/document`, serviceCentreUrl: '/recover/service-centre', values };
    await page.show('recovery/recovery-document', { ...data, errors: fieldErrors(page, errors) }, status);
  }

  async function showQuestion(ctx: Context, flow: RecoveryFlow, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const question = await proving.question(flow);
    if (!question) return page.redirect(pathOf(flow));
    ctx.state.formPath = pathOf(flow);
    const asked = 'own' in question ? question.own : page.t(`security-question.listed.${question.listed}`);
    const data = { action: `${pathOf(flow)}/answer`, asked, serviceCentreUrl: '/recover/service-centre' };
    await page.show('recovery/security-answer', { ...data, errors: fieldErrors(page, errors) }, status);
  }

  return router;
}
