import Router from '@koa/router';
import type { Context } from 'koa';
import type { Database } from '#src/platform/storage/database.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Profile } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { navigation, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';
import { addressForm, type AddressForm } from '#src/web/verification/documents-forms.ts';

interface AddressDeps {
  pages: Pages;
  db: Database;
  accounts: Accounts;
  accountSessions: AccountSessions;
  identities: Identities;
  audit: Audit;
}

const fields = ['postal-code', 'region', 'city', 'street'];

/** Where letters reach the person. A code on its way to another address is void from then on (G5). */
export function createAddressRoutes(deps: AddressDeps): Router {
  const { pages, db, identities, audit } = deps;
  const router = new Router({ prefix: '/account/addresses' });
  router.use(requireSignIn(deps));

  router.get('/', async (ctx) => {
    const { address = {} } = signedIn(ctx).account.profile;
    const { postal_code = '', region = '', locality = '', street_address = '' } = address;
    await show(ctx, { 'postal-code': postal_code, region, city: locality, street: street_address }, {});
  });

  router.post('/', async (ctx) => {
    const { account } = signedIn(ctx);
    const form = parseForm(addressForm, ctx.request.body);
    if (!form.ok) return show(ctx, keptValues(ctx.request.body, fields), form.errors, 422);
    await db.transaction().execute(async (transaction) => {
      const held = (await identities.hold(transaction, account.id))!;
      await identities.saveProfile(transaction, account.id, { ...held.profile, address: addressOf(form.data) });
      await audit.record(auditEvent.addressChanged(account.id), transaction);
    });
    pages.of(ctx).redirect(account.evidence.length > 0 ? '/account/confirm/letter' : '/account');
  });

  async function show(ctx: Context, values: Record<string, string>, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    ctx.state.formPath = '/account/addresses';
    await page.show(
      'account/addresses',
      { ...navigation('addresses'), values, errors: fieldErrors(page, errors) },
      status,
    );
  }

  return router;
}

function addressOf(form: AddressForm): NonNullable<Profile['address']> {
  const { 'postal-code': postal_code, region, city, street } = form;
  return {
    formatted: [street, city, region, postal_code].filter((part, i, all) => all.indexOf(part) === i).join('\n'),
    street_address: street,
    locality: city,
    region,
    postal_code,
    country: 'Россия',
  };
}
