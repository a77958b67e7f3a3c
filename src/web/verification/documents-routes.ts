import Router from '@koa/router';
import type { Context } from 'koa';
import type { Clock } from '#src/platform/clock.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Identities, KnownDocument } from '#src/identity/accounts/identities.ts';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import { fullName } from '#src/identity/accounts/account.ts';
import type { Progress } from '#src/identity/verification/check.ts';
import type { Checks } from '#src/identity/verification/checks.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { refuseOnHold } from '#src/web/middleware/hold.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Page, Pages } from '#src/web/middleware/page.ts';
import type { RaisingFor } from '#src/web/middleware/raising-for.ts';
import { navigation, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';
import { documentFields, documentsForm } from '#src/web/verification/documents-forms.ts';
import { correctionUrl, factsOf, othersOf, saidIn, typedAlready } from '#src/web/verification/documents-page.ts';

interface DocumentsDeps {
  pages: Pages;
  clock: Clock;
  accounts: Accounts;
  accountSessions: AccountSessions;
  identities: Identities;
  checks: Checks;
  raisingFor: RaisingFor;
  holds: Holds;
}

/** Passport and SNILS: what is known, how the check is going, and the form (R9 to R11, R16). */
export function createDocumentsRoutes(deps: DocumentsDeps): Router {
  const { pages, clock, identities, checks, raisingFor } = deps;
  const router = new Router({ prefix: '/account/documents' });
  router.use(requireSignIn(deps));
  router.use('/edit', refuseOnHold(deps));

  router.get('/', async (ctx) => {
    const { account } = signedIn(ctx);
    const page = pages.of(ctx);
    if (account.profile.kind === 'foreign') return page.redirect('/account/review');
    const documents = await identities.documents(account.id);
    const progress = await checks.progress(account.id);
    const tier = tierFrom(account.evidence);
    if (documents.length === 0 && !progress) return page.redirect('/account/documents/edit');
    const wayBack = await raisingFor.wayBack(ctx, progress?.forClient);
    await page.show('account/documents', {
      ...navigation('documents'),
      name: fullName(account.profile),
      ...factsOf(page, account.profile, documents),
      tier,
      check: progress && describe(page, progress),
      isSettled: tier !== 'simplified' && !hasNews(progress, documents),
      others: othersOf(page, documents),
      wayBack,
    });
  });

  router.get('/edit', async (ctx) => {
    const { account } = signedIn(ctx);
    const progress = await checks.progress(account.id);
    const wrong = progress?.status === 'failed' ? progress.wrongFields : [];
    const values = typedAlready(account.profile, await identities.documents(account.id));
    await show(ctx, values, Object.fromEntries(wrong.map((field) => [field, 'registry_differs'])));
  });

  router.post('/edit', async (ctx) => {
    const { account } = signedIn(ctx);
    const page = pages.of(ctx);
    const form = parseForm(documentsForm(clock.now()), ctx.request.body);
    const values = keptValues(ctx.request.body, documentFields);
    if (!form.ok) return show(ctx, values, form.errors, 422);
    const verdict = await checks.submit(account.id, (held) => saidIn(form.data, held), {
      language: page.language,
      forClient: raisingFor.clientId(ctx),
    });
    if (verdict === 'too_many') return show(ctx, values, { form: 'too_many_checks' }, 422);
    page.redirect('/account/documents');
  });

  async function show(ctx: Context, values: Record<string, string>, errors: FieldErrors, status = 200): Promise<void> {
    const { account } = signedIn(ctx);
    const page = pages.of(ctx);
    ctx.state.formPath = '/account/documents/edit';
    const lowers = account.evidence.length > 0;
    const isRussian = (await identities.documents(account.id)).some(({ kind }) => kind === 'rf_passport');
    const foreignUrl = isRussian ? undefined : '/account/review';
    const data = { ...navigation('documents'), values, lowers, foreignUrl, errors: fieldErrors(page, errors) };
    await page.show('account/edit-documents', data, status);
  }

  return router;
}

/** Under way, or it found something wrong that is still there; afterwards the tier says everything. */
function hasNews(progress: Progress | undefined, documents: KnownDocument[]): boolean {
  if (!progress || progress.status === 'passed') return false;
  const isLive = progress.status === 'queued' || progress.status === 'checking';
  return isLive || documents.some(({ verified }) => !verified);
}

function describe(page: Page, { status, startedAt, deadlineAt, wrongFields }: Progress) {
  return {
    status,
    startedAt: page.translator.dateTime(startedAt),
    deadline: page.translator.date(deadlineAt, 'Europe/Moscow'),
    wrong: wrongFields.map((field) => page.t(`edit-documents.${field}`)),
    correctUrl: correctionUrl(wrongFields),
  };
}
