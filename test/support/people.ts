import type { Profile } from '#src/identity/accounts/account.ts';
import type { Contact } from '#src/identity/accounts/contact.ts';
import type { ProofMethod } from '#src/identity/accounts/tier.ts';
import type { House } from '#test/support/house.ts';

export interface Person {
  id: string;
  login: string;
  password: string;
}

interface Sketch {
  profile?: Partial<Profile>;
  contacts?: Contact[];
  evidence?: ProofMethod[];
  documents?: Record<string, string>;
}

export const PASSWORD = 'Quiet-Harbour-52';

/** Anna is confirmed in person, with passport and SNILS. */
export const anna: Sketch = {
  profile: {
    familyName: 'Петрова',
    givenName: 'Анна',
    middleName: 'Сергеевна',
    gender: 'female',
    birthdate: '1990-04-12',
    citizenship: 'RUS',
  },
  contacts: [
    { kind: 'email', value: 'anna@example.test' },
    { kind: 'phone', value: '+79000000001' },
  ],
  evidence: ['registry', 'in_person'],
  documents: { rf_passport: '4510123456', snils: '11223344595' },
};

/** Boris has done the first step only. */
export const boris: Sketch = {
  profile: { familyName: 'Иванов', givenName: 'Борис' },
  contacts: [{ kind: 'phone', value: '+79000000002' }],
};

export async function settle(
  house: House,
  { profile, contacts = [], evidence = [], documents = {} }: Sketch,
): Promise<Person> {
  const { db, accounts, identities, credentials, hasher, agreement } = house.services;
  const hash = await hasher.hash(PASSWORD);
  const id = await db.transaction().execute(async (transaction) => {
    const accountId = await accounts.create(transaction, {
      profile: { familyName: 'Тестова', givenName: 'Тест', ...profile },
      locale: 'ru',
      verified: contacts,
      unverified: [],
      agreement,
    });
    await credentials.set(transaction, accountId, hash);
    for (const [kind, value] of Object.entries(documents))
      await identities.addDocument(transaction, accountId, { kind, value });
    for (const method of evidence) await identities.prove(transaction, accountId, method, 'test');
    return accountId;
  });
  return { id, login: contacts[0]!.value, password: PASSWORD };
}
