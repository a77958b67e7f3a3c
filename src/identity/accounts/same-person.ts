import type { Profile } from '#src/identity/accounts/account.ts';

interface Somebody {
  accountId: string;
  profile: Profile;
}

/** Whether two accounts are one person's, as far as one can tell: a second account is no second pair of eyes (K2). */
export function areSamePerson(one: Somebody, other: Somebody): boolean {
  if (one.accountId === other.accountId) return true;
  const { birthdate } = one.profile;
  return birthdate !== undefined && birthdate === other.profile.birthdate && nameOf(one) === nameOf(other);
}

function nameOf({ profile: { familyName, givenName, middleName = '' } }: Somebody): string {
  return [familyName, givenName, middleName].join(' ').trim().toLowerCase().replaceAll('ё', 'е');
}
