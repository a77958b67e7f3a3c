import type { Account } from '#src/identity/accounts/account.ts';
import { withETag, type Resource } from '#src/protocols/esia/resources/collection.ts';

/** `/rs/prns/{oid}/addrs`: where the person lives, as far as they said. */
export function addressResources({ oid, profile }: Account): Resource[] {
  const { address } = profile;
  if (!address) return [];
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
