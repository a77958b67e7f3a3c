import type { Context } from 'koa';
import { Refusal } from '#src/platform/errors.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { fullName } from '#src/identity/accounts/account.ts';
import type { EnrolledKind } from '#src/identity/factors/factor.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import { restoreReasons } from '#src/identity/restoring/restoration.ts';
import type { Restoring } from '#src/identity/restoring/restoring.ts';
import { papersToRestore, type ClerkAtWork } from '#src/identity/visits/visit.ts';
import type { ShownVisit, Visits } from '#src/identity/visits/visits.ts';
import { deskCodeErrors, numbersForm, wishForm } from '#src/web/console/restore-forms.ts';
import {
  consoleNavigation,
  ConsoleRouter,
  operatorOf,
  ownOffice,
  type Policy,
} from '#src/web/middleware/console-router.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import { sentCodeForm } from '#src/web/middleware/sent-code-form.ts';
import type { Pages } from '#src/web/middleware/page.ts';

interface RestoreDeps {
  pages: Pages;
  visits: Visits;
  factors: Factors;
  restoring: Restoring;
}

const clerks: Policy = { roles: ['clerk'], office: 'own' };
const PREFIX = '/console/restore';
const lostFields = ['lost-sms', 'lost-totp', 'lost-passkey'] as const;

/** Within a visit: two papers, the new contact, its code (P19, P21). There is no password here, and no way to one. */
export function createRestoreRoutes({ pages, visits, factors, restoring }: RestoreDeps): ConsoleRouter {
  const router = new ConsoleRouter({ prefix: PREFIX, entry: 'visits' });

  router.get('/:id/papers', clerks, async (ctx) => showPapers(ctx, await visitOf(ctx), {}));

  router.post('/:id/papers', clerks, async (ctx) => {
    const visit = await visitOf(ctx);
    const form = parseForm(numbersForm, ctx.request.body);
    if (!form.ok) return showPapers(ctx, visit, form.errors, 422);
    const { 'first-number': first, 'second-number': second } = form.data;
    const verdict = await visits.compareNumbers(clerkOf(ctx), visit.id, [first, second]);
    if (verdict === 'wrong') return showPapers(ctx, visit, { 'first-number': 'papers_differ' }, 422);
    if (verdict === 'too_many') return showPapers(ctx, visit, { form: 'papers_tries' }, 429);
    pages.of(ctx).redirect(verdict === 'right' ? `${PREFIX}/${visit.id}/contact` : pathOf(visit));
  });

  router.get('/:id/contact', clerks, async (ctx) => showContact(ctx, await visitOf(ctx), {}, {}));

  router.post('/:id/contact', clerks, async (ctx) => {
    const visit = await visitOf(ctx);
    const values = keptValues(ctx.request.body, ['contact', 'reason', ...lostFields]);
    const form = parseForm(wishForm, ctx.request.body);
    if (!form.ok || !arePapersSeen(visit)) return showContact(ctx, visit, values, form.ok ? {} : form.errors, 422);
    const { contact, reason } = form.data;
    const lost = lostFields.filter((field) => form.data[field]).map((field) => field.slice(5) as EnrolledKind);
    const { browser, address } = pages.of(ctx);
    const proposed = await restoring.propose(
      clerkOf(ctx),
      { id: visit.id, accountId: visit.account.id },
      { contact, reason, lost },
      { browser, address },
    );
    if (typeof proposed === 'string') return showContact(ctx, visit, values, { contact: proposed }, 422);
    pages.of(ctx).redirect(`${PREFIX}/${visit.id}/code/${proposed.flowId}`);
  });

  router.get('/:id/code/:flow', clerks, async (ctx) => showCode(ctx, await visitOf(ctx), {}));

  router.post('/:id/code/:flow', clerks, async (ctx) => {
    const visit = await visitOf(ctx);
    const flow = await flowOf(ctx, visit);
    const form = parseForm(sentCodeForm, ctx.request.body);
    if (!form.ok) return showCode(ctx, visit, form.errors, 422);
    const verdict = await restoring.prove(clerkOf(ctx), flow, form.data.code);
    if (verdict === 'asked' || verdict === 'sent') return pages.of(ctx).redirect(pathOf(visit));
    if (verdict === 'over') return showCode(ctx, visit, { form: 'visit_changed' }, 422);
    await showCode(ctx, visit, { code: deskCodeErrors[verdict] }, 422);
  });

  async function visitOf(ctx: Context): Promise<ShownVisit> {
    const id = ctx.params.id as string;
    const visit = /^[0-9a-f-]{36}$/.test(id) ? await visits.find(clerkOf(ctx), id) : undefined;
    if (visit?.purpose !== 'restore') throw new Refusal('not_found', 404);
    return visit;
  }

  async function flowOf(ctx: Context, visit: ShownVisit) {
    const id = ctx.params.flow as string;
    const flow = await restoring.find(clerkOf(ctx), visit.id, id, pages.of(ctx).browser);
    if (!flow) throw new Refusal('not_found', 404);
    return flow;
  }

  async function showPapers(ctx: Context, visit: ShownVisit, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const papers = papersToRestore(visit.documents);
    if (visit.outcome || !papers) return page.redirect(pathOf(visit));
    ctx.state.formPath = `${PREFIX}/${visit.id}/papers`;
    const [first, second] = papers.map(({ kind }) => page.t(`document.${kind}`));
    const data = { ...described(visit), first, second, values: {}, errors: fieldErrors(page, errors) };
    await page.show('console/restore-papers', { ...consoleNavigation(ctx), ...data }, status);
  }

  async function showContact(
    ctx: Context,
    visit: ShownVisit,
    values: Record<string, string>,
    errors: FieldErrors,
    status = 200,
  ): Promise<void> {
    const page = pages.of(ctx);
    if (visit.outcome) return page.redirect(pathOf(visit));
    if (!arePapersSeen(visit)) return page.redirect(`${PREFIX}/${visit.id}/papers`);
    ctx.state.formPath = `${PREFIX}/${visit.id}/contact`;
    const kinds = [...new Set((await factors.list(visit.account.id)).map(({ kind }) => kind))];
    const lost = kinds.map((kind) => ({ id: `lost-${kind}`, label: page.t(`factor.${kind}`) }));
    const data = { ...described(visit), lost, reasons: restoreReasons, values, errors: fieldErrors(page, errors) };
    await page.show('console/restore-contact', { ...consoleNavigation(ctx), ...data }, status);
  }

  async function showCode(ctx: Context, visit: ShownVisit, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    if (visit.outcome) return page.redirect(pathOf(visit));
    const { record } = await flowOf(ctx, visit);
    ctx.state.formPath = ctx.path;
    const data = {
      ...described(visit),
      action: ctx.path,
      contact: record.contact.value,
      backPath: `${PREFIX}/${visit.id}/contact`,
      submit: page.t('restore-code.submit'),
      errors: fieldErrors(page, errors),
    };
    await page.show('console/restore-code', { ...consoleNavigation(ctx), ...data, values: {} }, status);
  }

  return router;
}

function arePapersSeen({ papers, documents }: ShownVisit): boolean {
  const needed = papersToRestore(documents)?.map(({ kind }) => kind);
  return needed !== undefined && needed.join(' ') === papers.join(' ');
}

function described({ id, account }: ShownVisit) {
  return { restorePath: `${PREFIX}/${id}`, visitPath: `/console/visits/${id}`, name: fullName(account.profile) };
}

function pathOf({ id }: ShownVisit): string {
  return `/console/visits/${id}`;
}

function clerkOf(ctx: Context): ClerkAtWork {
  return { accountId: operatorOf(ctx).accountId, office: ownOffice(ctx, 'clerk') };
}
