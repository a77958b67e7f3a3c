import type { DistinguishedName } from '#src/platform/signatures/distinguished-name.ts';
import type { Profile } from '#src/identity/accounts/account.ts';
import type { IdentityDocument } from '#src/identity/accounts/identity.ts';
import { normalizeName } from '#src/identity/accounts/person-name.ts';

/** As its owner reads it. */
export function holderName({ commonName, surname, givenName }: DistinguishedName): string {
  return commonName ?? [surname, givenName].filter(Boolean).join(' ');
}

/** Whether a certificate is this person's: SNILS and name. Given name and patronymic stand in one field of a certificate. */
export function namesThePerson(
  { snils, surname, givenName }: DistinguishedName,
  { profile, documents }: { profile: Profile; documents: readonly IdentityDocument[] },
): boolean {
  const known = documents.find(({ kind }) => kind === 'snils')?.value;
  const given = [profile.givenName, profile.middleName].filter(Boolean).join(' ');
  return known !== undefined && snils === known && same(surname, profile.familyName) && same(givenName, given);
}

function same(one: string | undefined, other: string): boolean {
  const spelling = (name: string) => normalizeName(name).toLowerCase().replaceAll('ё', 'е');
  return one !== undefined && spelling(one) === spelling(other);
}
