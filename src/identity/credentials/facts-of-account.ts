import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { ContactKind } from '#src/identity/accounts/contact.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import type { PersonalFacts } from '#src/identity/credentials/password-policy.ts';

/** What a new password must not be made of. */
export async function factsOfAccount(
  { accounts, identities }: { accounts: Accounts; identities: Identities },
  accountId: string,
): Promise<PersonalFacts> {
  const { familyName, givenName, middleName, birthdate } = (await accounts.find(accountId))!.profile;
  const contacts = await accounts.contacts(accountId);
  const valuesOf = (wanted: ContactKind) => contacts.filter(({ kind }) => kind === wanted).map(({ value }) => value);
  return {
    names: [familyName, givenName, middleName ?? ''].filter(Boolean),
    birthdate,
    phones: valuesOf('phone'),
    emails: valuesOf('email'),
    snils: (await identities.documents(accountId)).find(({ kind }) => kind === 'snils')?.value,
  };
}
