import Router from '@koa/router';
import type { Context } from 'koa';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Profile } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Addresses } from '#src/identity/verification/addresses.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { navigation, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';
import { addressForm, type AddressForm } from '#src/web/verification/documents-forms.ts';

interface AddressDeps {
  pages: Pages;
  accounts: Accounts;
  accountSessions: AccountSessions;
  addresses: Addresses;
}

const fields = ['postal-code', 'region', 'city', 'street'];

/** Where letters reach the person. A code on its way to another address is void from then on (G5). */
export function createAddressRoutes(deps: AddressDeps): Router {
  const { pages, addresses } = deps;
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
    const page = pages.of(ctx);
    await addresses.save(account.id, addressOf(form.data), page.language);
    page.redirect(account.evidence.length > 0 ? '/account/confirm/letter' : '/account');
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
