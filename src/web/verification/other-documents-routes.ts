import Router from '@koa/router';
import type { Context } from 'koa';
import type { Clock } from '#src/platform/clock.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import type { IdentityDocument } from '#src/identity/accounts/identity.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import type { Checks } from '#src/identity/verification/checks.ts';
import {
  otherDocumentKinds,
  otherDocumentRules,
  type OtherDocumentKind,
} from '#src/identity/verification/other-documents.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import { refuseOnHold } from '#src/web/middleware/hold.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { navigation, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';
import { pathOfDocument, spokenDay } from '#src/web/verification/documents-page.ts';
import { otherDocumentFields, otherDocumentForm } from '#src/web/verification/other-documents-forms.ts';

interface OtherDocumentsDeps {
  pages: Pages;
  clock: Clock;
  accounts: Accounts;
  accountSessions: AccountSessions;
  identities: Identities;
  checks: Checks;
  holds: Holds;
}

/** Driving licence and international passport: added, changed, taken away (R16, R17). */
export function createOtherDocumentsRoutes(deps: OtherDocumentsDeps): Router {
  const { pages, clock, identities, checks } = deps;
  const router = new Router();

  for (const kind of otherDocumentKinds) {
    const path = pathOfDocument(kind);
    router.use(path, requireSignIn(deps), refuseOnHold(deps), russiansOnly(deps));

    router.get(path, async (ctx) => {
      const { account } = signedIn(ctx);
      const document = await find(account.id, kind);
      const progress = await checks.progress(account.id);
      const differs = progress?.status === 'failed' && progress.wrongFields.includes(fieldOf(kind));
      await show(ctx, kind, valuesOf(kind, document), differs ? { 'document-number': 'registry_differs' } : {});
    });

    router.post(path, async (ctx) => {
      const { account } = signedIn(ctx);
      const page = pages.of(ctx);
      const rules = { birthdate: account.profile.birthdate, now: clock.now() };
      const form = parseForm(otherDocumentForm(kind, rules), ctx.request.body);
      const values = keptValues(ctx.request.body, otherDocumentFields);
      if (!form.ok) return show(ctx, kind, values, form.errors, 422);
      const verdict = await checks.submit(
        account.id,
        ({ profile, documents }) => ({
          profile,
          documents: [...documents.filter((one) => one.kind !== kind), form.data],
        }),
        { language: page.language },
      );
      if (verdict === 'too_many') return show(ctx, kind, values, { form: 'too_many_checks' }, 422);
      page.redirect('/account/documents');
    });

    router.post(`${path}/removal`, async (ctx) => {
      const page = pages.of(ctx);
      await checks.forget(signedIn(ctx).account.id, kind, page.language);
      page.redirect('/account/documents');
    });
  }

  async function find(accountId: string, kind: OtherDocumentKind): Promise<IdentityDocument | undefined> {
    return (await identities.documents(accountId)).find((one) => one.kind === kind);
  }

  async function show(
    ctx: Context,
    kind: OtherDocumentKind,
    values: Record<string, string>,
    errors: FieldErrors,
    status = 200,
  ): Promise<void> {
    const page = pages.of(ctx);
    const action = pathOfDocument(kind);
    ctx.state.formPath = action;
    const isKept = (await find(signedIn(ctx).account.id, kind)) !== undefined;
    const data = { ...navigation('documents'), kind, action, isKept, values, errors: fieldErrors(page, errors) };
    await page.show('account/other-document', data, status);
  }

  return router;
}

/** A foreign citizen's papers go before a reviewer, not the registry. */
function russiansOnly({ pages }: { pages: Pages }) {
  return (ctx: Context, next: () => Promise<unknown>) =>
    signedIn(ctx).account.profile.kind === 'foreign' ? pages.of(ctx).redirect('/account/review') : next();
}

/** As the registry calls it. */
function fieldOf(kind: OtherDocumentKind): string {
  return kind.replaceAll('_', '-');
}

function valuesOf(kind: OtherDocumentKind, document: IdentityDocument | undefined): Record<string, string> {
  if (!document) return {};
  const { value, details = {} } = document;
  const { seriesLength } = otherDocumentRules[kind];
  return {
    'document-series': value.slice(0, seriesLength),
    'document-number': value.slice(seriesLength),
    'document-issued': spokenDay(details.issuedAt),
    'document-expires': spokenDay(details.expiresAt),
    'document-issuer': details.issuer ?? '',
  };
}
