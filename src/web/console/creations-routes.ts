import type { Context } from 'koa';
import { z } from 'zod';
import type { Clock } from '#src/platform/clock.ts';
import { Refusal } from '#src/platform/errors.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { isPersonName, normalizeName } from '#src/identity/accounts/person-name.ts';
import type { Creating, Newcomer } from '#src/identity/restoring/creating.ts';
import { checkBirthdate, checkIssueDay } from '#src/identity/verification/calendar.ts';
import {
  checkDepartmentCode,
  checkPassportNumber,
  checkSeries,
  checkSnils,
  type Checked,
} from '#src/identity/verification/russian-documents.ts';
import type { ClerkAtWork } from '#src/identity/visits/visit.ts';
import { deskCodeErrors, deskContact } from '#src/web/console/restore-forms.ts';
import {
  consoleNavigation,
  ConsoleRouter,
  operatorOf,
  ownOffice,
  type Policy,
} from '#src/web/middleware/console-router.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Page, Pages } from '#src/web/middleware/page.ts';
import { sentCodeForm } from '#src/web/middleware/sent-code-form.ts';

const clerks: Policy = { roles: ['clerk'], office: 'own' };
const PREFIX = '/console/creations';
const paperFields = [
  'last-name',
  'first-name',
  'middle-name',
  'birth-date',
  'passport-series',
  'passport-number',
  'passport-date',
  'passport-code',
  'snils',
] as const;

/** A new account for a person at the desk: papers, contact, code (P19, P21). */
export function createCreationsRoutes(deps: { pages: Pages; clock: Clock; creating: Creating }): ConsoleRouter {
  const { pages, clock, creating } = deps;
  const router = new ConsoleRouter({ prefix: PREFIX, entry: 'creations' });

  router.get('/', clerks, (ctx) => showForm(ctx, {}, {}));

  router.post('/', clerks, async (ctx) => {
    const values = keptValues(ctx.request.body, [...paperFields, 'contact', 'agree']);
    const form = parseForm(newcomerForm(clock.now()), ctx.request.body);
    if (!form.ok) return showForm(ctx, values, form.errors, 422);
    const { browser, address, language } = pages.of(ctx);
    const proposed = await creating.propose(clerkOf(ctx), form.data, { browser, address, language });
    if (proposed === 'visit_too_many') return showForm(ctx, values, { form: proposed }, 429);
    if (typeof proposed === 'string')
      return showForm(ctx, values, { [proposed === 'person_known' ? 'form' : 'contact']: proposed }, 422);
    pages.of(ctx).redirect(`${PREFIX}/${proposed.flowId}`);
  });

  router.get('/done', clerks, (ctx) => pages.of(ctx).show('console/person-created', consoleNavigation(ctx)));

  router.get('/:flow', clerks, (ctx) => showCode(ctx, {}));

  router.post('/:flow', clerks, async (ctx) => {
    const flow = await flowOf(ctx);
    const form = parseForm(sentCodeForm, ctx.request.body);
    if (!form.ok) return showCode(ctx, form.errors, 422);
    const verdict = await creating.prove(clerkOf(ctx), flow, form.data.code);
    if (verdict === 'created') return pages.of(ctx).redirect(`${PREFIX}/done`);
    if (verdict === 'over') throw new Refusal('not_found', 404);
    if (verdict === 'person_known' || verdict === 'contact_known') return showForm(ctx, {}, { form: verdict }, 422);
    await showCode(ctx, { code: deskCodeErrors[verdict] }, 422);
  });

  async function flowOf(ctx: Context) {
    const flow = await creating.find(clerkOf(ctx), ctx.params.flow as string, pages.of(ctx).browser);
    if (!flow) throw new Refusal('not_found', 404);
    return flow;
  }

  async function showForm(ctx: Context, values: Record<string, string>, errors: FieldErrors, status = 200) {
    const page = pages.of(ctx);
    ctx.state.formPath = PREFIX;
    const data = { values, papers: paperFields.map((id) => describe(page, id)), errors: named(page, errors) };
    await page.show('console/create-person', { ...consoleNavigation(ctx), ...data }, status);
  }

  async function showCode(ctx: Context, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const { record } = await flowOf(ctx);
    ctx.state.formPath = ctx.path;
    const data = { action: ctx.path, backPath: PREFIX, contact: record.contact.value, name: record.profile.familyName };
    const shown = { ...data, submit: page.t('create-person.create'), values: {}, errors: fieldErrors(page, errors) };
    await page.show('console/restore-code', { ...consoleNavigation(ctx), ...shown }, status);
  }

  return router;
}

/** As printed, and Cyrillic only: a look-alike from another alphabet would never be found. */
function printedName(isOptional = false) {
  return field((typed) => {
    const value = normalizeName(typed);
    if (value === '') return isOptional ? { value } : { wrong: 'required' };
    if (value.length > 100) return { wrong: 'name_too_long' };
    if (!isPersonName(value)) return { wrong: 'name_letters' };
    return /\p{Script=Latin}/u.test(value) ? { wrong: 'name_cyrillic' } : { value };
  });
}

function field(check: (typed: string) => Checked) {
  return z
    .string()
    .max(200, 'required')
    .default('')
    .transform((typed, issue) => {
      const checked = check(typed);
      if ('value' in checked) return checked.value;
      issue.addIssue({ code: 'custom', message: checked.wrong });
      return z.NEVER;
    });
}

function newcomerForm(now: Date) {
  return z
    .object({
      'last-name': printedName(),
      'first-name': printedName(),
      'middle-name': printedName(true),
      'birth-date': field((typed) => checkBirthdate(typed, now)),
      'passport-series': field((typed) => checkSeries(typed, now)),
      'passport-number': field(checkPassportNumber),
      'passport-date': field((typed) => checkIssueDay(typed, undefined, now)),
      'passport-code': field(checkDepartmentCode),
      snils: field((typed) => (typed.trim() === '' ? { value: '' } : checkSnils(typed))),
      contact: deskContact,
      agree: z.literal('yes', 'agree_required'),
    })
    .transform((form): Newcomer => {
      const details = { issuedAt: form['passport-date'], departmentCode: form['passport-code'] };
      const passport = { kind: 'rf_passport', value: form['passport-series'] + form['passport-number'], details };
      return {
        profile: {
          familyName: form['last-name'],
          givenName: form['first-name'],
          middleName: form['middle-name'] || undefined,
          birthdate: form['birth-date'],
          citizenship: 'RUS',
        },
        documents: [passport, ...(form.snils ? [{ kind: 'snils', value: form.snils }] : [])],
        contact: form.contact,
      };
    });
}

function describe(page: Page, id: (typeof paperFields)[number]) {
  const isOptional = id === 'middle-name' || id === 'snils';
  const label = page.t(`edit-documents.${id}`);
  return { id, label, hint: page.t(`edit-documents.${id}.hint`), optional: isOptional };
}

/** The summary says of which field something is; the fields' names are another page's. */
function named(page: Page, errors: FieldErrors): Record<string, string> {
  const words = fieldErrors(page, errors);
  const isPaper = (id: string) => paperFields.some((one) => one === id);
  return Object.fromEntries(
    Object.entries(words).map(([id, text]) => [id, isPaper(id) ? `${page.t(`edit-documents.${id}`)}: ${text}` : text]),
  );
}

function clerkOf(ctx: Context): ClerkAtWork {
  return { accountId: operatorOf(ctx).accountId, office: ownOffice(ctx, 'clerk') };
}
