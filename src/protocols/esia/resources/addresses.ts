import type { Account } from '#src/identity/accounts/account.ts';
import { withETag, type Resource } from '#src/protocols/esia/resources/collection.ts';

/**
 * `/rs/prns/{oid}/addrs`: where the person lives, as far as they said. Empty for clients that have `contacts` alone:
 * their libraries ask, but the person was not.
 */
export function addressResources({ oid, profile }: Account, scopes: ReadonlySet<string>): Resource[] {
  const { address } = profile;
  if (!address || !['addresses', 'address', 'usr_inf'].some((scope) => scopes.has(scope))) return [];
  const { formatted, street_address: street, locality, region, postal_code: zipCode, country } = address;
  const whole = formatted ?? [zipCode, country, region, locality, street].filter(Boolean).join(', ');
  return [
    withETag({
      stateFacts: ['Identifiable'],
      id: oid * 100 + 51,
      type: 'PLV',
      addressStr: whole.replaceAll('\n', ', '),
      countryId: profile.citizenship ?? 'RUS',
      ...(zipCode ? { zipCode } : {}),
      ...(region ? { region } : {}),
      ...(locality ? { city: locality } : {}),
      ...(street ? { street } : {}),
    }),
  ];
}
