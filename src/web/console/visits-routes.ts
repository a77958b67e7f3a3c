import type { Context } from 'koa';
import type { Clock } from '#src/platform/clock.ts';
import { Refusal } from '#src/platform/errors.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { fullName } from '#src/identity/accounts/account.ts';
import { identityPapers, purposes, type ClerkAtWork } from '#src/identity/visits/visit.ts';
import type { ShownVisit, Visits } from '#src/identity/visits/visits.ts';
import { findForm, papersForm } from '#src/web/console/visits-forms.ts';
import {
  consoleNavigation,
  ConsoleRouter,
  operatorOf,
  ownOffice,
  type Policy,
} from '#src/web/middleware/console-router.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Page, Pages } from '#src/web/middleware/page.ts';

interface VisitsRoutesDeps {
  pages: Pages;
  clock: Clock;
  visits: Visits;
}

const clerks: Policy = { roles: ['clerk'], office: 'own' };

/** A clerk with a person before them: find, compare, papers, confirm, done (R12, S3). */
export function createVisitsRoutes({ pages, clock, visits }: VisitsRoutesDeps): ConsoleRouter {
  const router = new ConsoleRouter({ prefix: '/console/visits', entry: 'visits' });

  router.get('/', clerks, (ctx) => showFind(ctx, {}, {}));

  router.post('/', clerks, async (ctx) => {
    const values = keptValues(ctx.request.body, ['document', 'document-number', 'purpose']);
    const form = parseForm(findForm(clock.now()), ctx.request.body);
    if (!form.ok) return showFind(ctx, values, form.errors, 422);
    const opened = await visits.open(clerkOf(ctx), form.data.document, form.data.purpose);
    if (typeof opened === 'string')
      return showFind(
        ctx,
        values,
        { [fieldOf[opened] ?? 'form']: `visit_${opened}` },
        opened === 'too_many' ? 429 : 422,
      );
    pages.of(ctx).redirect(pathOf(opened.id));
  });

  router.get('/:id', clerks, async (ctx) => {
    const visit = await visitOf(ctx);
    const page = pages.of(ctx);
    if (visit.outcome)
      return page.show('console/visit-done', {
        ...consoleNavigation(ctx),
        outcome: visit.outcome,
        name: fullName(visit.account.profile),
      });
    await page.show('console/visit', { ...consoleNavigation(ctx), ...described(page, visit) });
  });

  router.post('/:id/numbers', clerks, async (ctx) => {
    await visits.unmask(clerkOf(ctx), (await visitOf(ctx)).id);
    pages.of(ctx).redirect(pathOf(ctx.params.id as string));
  });

  router.post('/:id/refusal', clerks, async (ctx) => {
    await visits.refuse(clerkOf(ctx), (await visitOf(ctx)).id);
    pages.of(ctx).redirect(pathOf(ctx.params.id as string));
  });

  router.get('/:id/papers', clerks, async (ctx) => showPapers(ctx, await visitOf(ctx), {}, {}));

  router.post('/:id/papers', clerks, async (ctx) => {
    const visit = await visitOf(ctx);
    const values = keptValues(ctx.request.body, ['identity-paper', 'snils']);
    const form = parseForm(papersForm, ctx.request.body);
    if (!form.ok) return showPapers(ctx, visit, values, form.errors, 422);
    const { 'identity-paper': identity, snils } = form.data;
    const isRecorded = await visits.recordPapers(clerkOf(ctx), visit.id, snils ? [identity, 'snils'] : [identity]);
    if (!isRecorded)
      return showPapers(ctx, visit, values, { [snils ? 'identity-paper' : 'snils']: 'papers_missing' }, 422);
    pages.of(ctx).redirect(`${pathOf(visit.id)}/confirmation`);
  });

  router.get('/:id/confirmation', clerks, async (ctx) => showConfirmation(ctx, await visitOf(ctx), {}));

  router.post('/:id/confirmation', clerks, async (ctx) => {
    const visit = await visitOf(ctx);
    const verdict = await visits.confirm(clerkOf(ctx), visit.id);
    // Pressed twice: the visit says how it ended.
    if (verdict === 'refused' && !(await visitOf(ctx)).outcome)
      return showConfirmation(ctx, visit, { form: 'visit_changed' }, 422);
    pages.of(ctx).redirect(pathOf(visit.id));
  });

  async function visitOf(ctx: Context): Promise<ShownVisit> {
    const id = ctx.params.id as string;
    const visit = /^[0-9a-f-]{36}$/.test(id) ? await visits.find(clerkOf(ctx), id) : undefined;
    if (!visit) throw new Refusal('not_found', 404);
    return visit;
  }

  async function showFind(ctx: Context, values: Record<string, string>, errors: FieldErrors, status = 200) {
    const page = pages.of(ctx);
    ctx.state.formPath = '/console/visits';
    const data = {
      values: { document: 'rf_passport', ...values },
      errors: fieldErrors(page, errors),
    };
    await page.show('console/find-person', { ...consoleNavigation(ctx), purposes, ...data }, status);
  }

  async function showPapers(
    ctx: Context,
    visit: ShownVisit,
    values: Record<string, string>,
    errors: FieldErrors,
    status = 200,
  ) {
    const page = pages.of(ctx);
    if (visit.outcome || visit.purpose !== 'confirm') return page.redirect(pathOf(visit.id));
    ctx.state.formPath = `${pathOf(visit.id)}/papers`;
    const data = { values, errors: fieldErrors(page, errors), identityPapers: papersOf(page, visit) };
    await page.show('console/visit-papers', { ...consoleNavigation(ctx), ...described(page, visit), ...data }, status);
  }

  async function showConfirmation(ctx: Context, visit: ShownVisit, errors: FieldErrors, status = 200) {
    const page = pages.of(ctx);
    if (visit.outcome) return page.redirect(pathOf(visit.id));
    if (visit.papers.length === 0) return page.redirect(`${pathOf(visit.id)}/papers`);
    ctx.state.formPath = `${pathOf(visit.id)}/confirmation`;
    const papers = visit.papers.map((kind) => page.t(`document.${kind}`));
    const data = { ...described(page, visit), papers, errors: fieldErrors(page, errors) };
    await page.show('console/visit-confirmation', { ...consoleNavigation(ctx), ...data }, status);
  }

  return router;
}

/** Where on the form a refusal belongs. */
const fieldOf: Partial<Record<string, string>> = { nobody: 'document-number' };

function clerkOf(ctx: Context): ClerkAtWork {
  return { accountId: operatorOf(ctx).accountId, office: ownOffice(ctx, 'clerk') };
}

function pathOf(id: string): string {
  return `/console/visits/${id}`;
}

function described(page: Page, { id, account: { profile }, documents, isUnmasked, purpose }: ShownVisit) {
  const { birthdate, birthplace } = profile;
  return {
    visitPath: pathOf(id),
    nextPath: purpose === 'restore' ? `/console/restore/${id}/papers` : `${pathOf(id)}/papers`,
    purpose,
    isUnmasked,
    person: {
      name: fullName(profile),
      birthdate: birthdate && page.translator.date(new Date(`${birthdate}T00:00:00Z`)),
      birthplace,
    },
    documents: documents.map(({ kind, value, details }) => ({
      label: page.t(`document.${kind}`),
      value,
      issued: details?.issuedAt && page.translator.date(new Date(`${details.issuedAt}T00:00:00Z`)),
    })),
    hasSnils: documents.some(({ kind }) => kind === 'snils'),
  };
}

function papersOf(page: Page, { documents }: ShownVisit) {
  const kinds = documents.map(({ kind }) => kind).filter((kind) => identityPapers.has(kind));
  return [...new Set(kinds)].map((kind) => ({ kind, label: page.t(`document.${kind}`) }));
}
