import type { Context } from 'koa';
import { z } from 'zod';
import { Refusal } from '#src/platform/errors.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { countryName } from '#src/identity/accounts/countries.ts';
import { rejectionReasons } from '#src/identity/reviews/review.ts';
import type { Reviews, ShownReview } from '#src/identity/reviews/reviews.ts';
import { passportIn } from '#src/identity/verification/foreign-passport.ts';
import { consoleNavigation, ConsoleRouter, operatorOf, type Policy } from '#src/web/middleware/console-router.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import { describePassport } from '#src/web/middleware/foreign-profile.ts';
import type { Pages } from '#src/web/middleware/page.ts';

interface ReviewsDeps {
  pages: Pages;
  reviews: Reviews;
}

const reviewers: Policy = { roles: ['reviewer'], office: 'any' };
const PATH = '/console/reviews';

const decisionForm = z
  .object({
    decision: z.enum(['approve', 'reject'], 'decision_required'),
    reason: z.enum(['', ...rejectionReasons], 'reason_required').default(''),
  })
  .superRefine(({ decision, reason }, issue) => {
    if (decision === 'reject' && reason === '')
      issue.addIssue({ code: 'custom', path: ['reason'], message: 'reason_required' });
  });

/** Profiles of foreign citizens: the queue, one profile, the decision (A1, F15, F18). */
export function createReviewsRoutes({ pages, reviews }: ReviewsDeps): ConsoleRouter {
  const router = new ConsoleRouter({ prefix: PATH, entry: 'reviews' });

  router.get('/', reviewers, (ctx) => showQueue(ctx, {}));

  // Opening a profile is a look: counted, written down and told to the person.
  router.post('/:id/look', reviewers, async (ctx) => {
    const id = ctx.params.id as string;
    const verdict = isId(id) ? await reviews.take(operatorOf(ctx).accountId, id) : 'gone';
    if (verdict === 'taken_over') return pages.of(ctx).redirect(`${PATH}/${id}`);
    if (verdict === 'too_many') return showQueue(ctx, { form: 'visit_too_many' }, 429);
    await showQueue(ctx, { form: verdict === 'own_record' ? 'visit_own_record' : `review_${verdict}` }, 422);
  });

  router.get('/:id', reviewers, async (ctx) => showReview(ctx, await reviewOf(ctx), {}, {}));

  router.post('/:id/decision', { ...reviewers, isFresh: true }, async (ctx) => {
    const review = await reviewOf(ctx);
    const values = keptValues(ctx.request.body, ['decision', 'reason']);
    const form = parseForm(decisionForm, ctx.request.body);
    if (!form.ok) return showReview(ctx, review, values, form.errors, 422);
    const { decision, reason } = form.data;
    const wanted = decision === 'approve' || reason === '' ? ({ approve: true } as const) : { reject: reason };
    const verdict = await reviews.decide(operatorOf(ctx).accountId, review.id, wanted);
    if (verdict === 'gone') throw new Refusal('not_found', 404);
    pages.of(ctx).redirect(`${PATH}/${review.id}`);
  });

  async function reviewOf(ctx: Context): Promise<ShownReview> {
    const id = ctx.params.id as string;
    const review = isId(id) ? await reviews.find(operatorOf(ctx).accountId, id) : undefined;
    if (!review) throw new Refusal('not_found', 404);
    return review;
  }

  async function showQueue(ctx: Context, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const { accountId } = operatorOf(ctx);
    ctx.state.formPath = PATH;
    const queue = (await reviews.queue()).map(({ id, country, status: state, at, reviewer }) => ({
      id,
      country: `${country} ${countryName(country, page.language)}`,
      state: state === 'in_review' && reviewer === accountId ? 'own' : state,
      at: page.translator.dateTime(at),
    }));
    await page.show('console/reviews', { ...consoleNavigation(ctx), queue, errors: fieldErrors(page, errors) }, status);
  }

  async function showReview(
    ctx: Context,
    { id, account, documents, otherOwners, status: state, reference }: ShownReview,
    values: Record<string, string>,
    errors: FieldErrors,
    status = 200,
  ): Promise<void> {
    const page = pages.of(ctx);
    if (state !== 'in_review') return page.show('console/review-done', { ...consoleNavigation(ctx), state, reference });
    const passport = passportIn(account.profile, documents);
    ctx.state.formPath = `${PATH}/${id}`;
    await page.show(
      'console/review-profile',
      {
        ...consoleNavigation(ctx),
        action: `${PATH}/${id}/decision`,
        reference,
        facts: passport ? describePassport(page, passport) : [],
        numbers: documents
          .filter(({ kind }) => kind !== 'foreign')
          .map(({ kind, value }) => ({ label: page.t(`document.${kind}`), value })),
        otherOwners,
        reasons: rejectionReasons,
        values,
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  return router;
}

function isId(text: string): boolean {
  return /^[0-9a-f-]{36}$/.test(text);
}
