import Router from '@koa/router';
import { z } from 'zod';
import type { Config } from '#src/platform/config/config.ts';
import type { Scopes } from '#src/platform/config/scopes.ts';
import { parseForm } from '#src/platform/pages/form.ts';
import { fullName } from '#src/identity/accounts/account.ts';
import type { Accounts, Agreement } from '#src/identity/accounts/accounts.ts';
import { maskContact } from '#src/identity/accounts/contact.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Consents } from '#src/identity/consents/consents.ts';
import { claimValues } from '#src/protocols/oidc/claims.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import { claimNames, consentGroups } from '#src/web/consent/consent-page.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import { interactionOf } from '#src/web/middleware/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';

interface ConsentDeps {
  pages: Pages;
  interactions: Interactions;
  accounts: Accounts;
  consents: Consents;
  audit: Audit;
  scopes: Scopes;
  agreement: Agreement;
  tokens: Config['tokens'];
}

const agreeForm = z.object({ agree: z.literal(['on', 'yes', 'true', '1'], 'agree_required') });

/** What will be sent to whom: allow or refuse. And new terms, which come before any sending. */
export function createConsentRoutes(deps: ConsentDeps): Router {
  const { pages, interactions, accounts, consents, audit, scopes } = deps;
  const router = new Router();

  router.get('/interaction/:uid', async (ctx, next) => {
    const current = interactionOf(ctx);
    if (current.step !== 'consent') return next();
    const page = pages.of(ctx);
    const account = await interactions.account(current);
    const names = claimNames(current.asked, scopes);
    const values = await claimValues(accounts, account, names, { unproven: current.client.speaksEsia });
    if (names.has('verified_claims')) values.verified_claims = page.t('claim.verified_claims.what');
    const contact = (await accounts.contacts(account.id)).find(({ verified }) => verified);
    await page.show('consent/review-request', {
      action: `/interaction/${current.uid}/consent`,
      abortUrl: `/interaction/${current.uid}/abort`,
      purpose: current.client.purpose,
      groups: consentGroups(current.asked, scopes, values, page.translator),
      offline: current.asked.scopes.includes('offline_access'),
      days: deps.tokens.grantDays,
      person: { name: fullName(account.profile), contact: contact ? maskContact(contact) : '' },
    });
  });

  router.post('/interaction/:uid/consent', async (ctx) => {
    const current = interactionOf(ctx);
    const page = pages.of(ctx);
    if (current.step !== 'consent') return page.redirect(`/interaction/${current.uid}`);
    const account = await interactions.account(current);
    const { id, name, purpose } = current.client;
    await consents.grant(account.id, id, { name, purpose }, current.asked);
    page.redirect(await interactions.consented(ctx));
  });

  router.get('/interaction/:uid', async (ctx, next) => {
    if (interactionOf(ctx).step !== 'terms') return next();
    await pages.of(ctx).show('consent/new-terms', newTerms(interactionOf(ctx).uid));
  });

  router.post('/interaction/:uid/terms', async (ctx) => {
    const current = interactionOf(ctx);
    const page = pages.of(ctx);
    if (current.step !== 'terms') return page.redirect(`/interaction/${current.uid}`);
    const form = parseForm(agreeForm, ctx.request.body);
    if (!form.ok)
      return page.show('consent/new-terms', { ...newTerms(current.uid), errors: fieldErrors(page, form.errors) }, 422);
    const account = await interactions.account(current);
    await accounts.acceptInTransaction(account.id, deps.agreement, (transaction) =>
      audit.record(auditEvent.termsAccepted(account.id, deps.agreement.terms, deps.agreement.privacy), transaction),
    );
    page.redirect(await interactions.termsAccepted(ctx));
  });

  return router;
}

function newTerms(uid: string) {
  return { action: `/interaction/${uid}/terms`, termsUrl: '/terms', privacyUrl: '/privacy' };
}
