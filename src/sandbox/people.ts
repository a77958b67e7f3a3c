import { isUniqueViolation, type Connection, type Database } from '#src/platform/storage/database.ts';
import type { Profile } from '#src/identity/accounts/account.ts';
import type { Accounts, Agreement } from '#src/identity/accounts/accounts.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import type { Credentials } from '#src/identity/credentials/credentials.ts';
import type { Checks } from '#src/identity/verification/checks.ts';
import type { Letters } from '#src/identity/verification/letters.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import { passportIn } from '#src/identity/verification/foreign-passport.ts';
import type { Reviews } from '#src/identity/reviews/reviews.ts';
import type { Operators } from '#src/identity/operators/operators.ts';
import type { PasswordHasher } from '#src/identity/credentials/password-hasher.ts';
import { contactsOf, foreignLoginOf, loadSandboxPeople, type SandboxPerson } from '#src/sandbox/person.ts';
import { enrolledPasskey } from '#src/sandbox/test-passkey.ts';

interface SandboxPeopleDeps {
  db: Database;
  accounts: Accounts;
  identities: Identities;
  credentials: Credentials;
  hasher: PasswordHasher;
  factors: Factors;
  agreement: Agreement;
  checks: Checks;
  letters: Letters;
  operators: Operators;
  reviews: Reviews;
}

/** Kinds of documents by the short names that the sandbox's people use. */
const documentKinds = { passport: 'rf_passport', snils: 'snils', inn: 'inn' } as const;

const amrOfFactor = { sms: ['sms'], totp: ['otp'], passkey: ['hwk', 'user'] } as const;

/** The test people of the sandbox, and their accounts. */
export class SandboxPeople {
  readonly list: readonly SandboxPerson[] = loadSandboxPeople();
  readonly #deps: SandboxPeopleDeps;

  constructor(deps: SandboxPeopleDeps) {
    this.#deps = deps;
  }

  /** Undefined: nobody of that name, or nobody made them yet. */
  async accountIdOf(id: string): Promise<string | undefined> {
    const person = this.list.find((one) => one.id === id);
    return person && this.#deps.accounts.findIdByContact(contactsOf(person.contacts)[0]!);
  }

  /** How a person would have signed in, with everything that their account asks for. */
  amrOf(id: string): string[] {
    const factor = this.list.find((one) => one.id === id)?.secondFactor;
    return factor ? ['pwd', ...amrOfFactor[factor], 'mfa'] : ['pwd'];
  }

  /** Makes the accounts that are missing. Several instances may do so at once: whoever comes second leaves the person alone. */
  async settle(): Promise<void> {
    const known = await Promise.all(this.list.map(({ id }) => this.accountIdOf(id)));
    const missing = this.list.filter((_, i) => known[i] === undefined);
    const hashes = await this.#hashes(missing);
    const made = await Promise.all(missing.map((person) => this.#make(person, hashes.get(person.password)!)));
    for (const [i, accountId] of made.entries()) if (accountId) await this.#bringAlong(missing[i]!, accountId);
  }

  /** One hash for each distinct password: salts do not matter where passwords are printed. */
  async #hashes(people: SandboxPerson[]): Promise<Map<string, string>> {
    const passwords = [...new Set(people.map(({ password }) => password))];
    return new Map(
      await Promise.all(passwords.map(async (one) => [one, await this.#deps.hasher.hash(one)] as [string, string])),
    );
  }

  /** Undefined: another instance was faster. */
  async #make(person: SandboxPerson, hash: string): Promise<string | undefined> {
    return this.#deps.db
      .transaction()
      .execute((transaction) => this.#create(transaction, person, hash))
      .catch((error: unknown) => {
        const taken = ['contacts_verified_key', 'documents_verified_key'];
        if (!taken.some((constraint) => isUniqueViolation(error, constraint))) throw error;
        return undefined;
      });
  }

  /** What came after: a new surname, documents on their way, a letter in the post. */
  async #bringAlong(person: SandboxPerson, accountId: string): Promise<void> {
    const { db, identities, checks, letters } = this.#deps;
    const { language, formerFamily, typed, letter } = person;
    const profile = profileOf(person);
    if (formerFamily !== undefined)
      await db.transaction().execute(async (transaction) => {
        const held = (await identities.hold(transaction, accountId))!;
        await identities.replace(transaction, held, { profile, documents: held.documents });
      });
    const documents = typed && [
      { kind: 'rf_passport', value: typed.passport },
      { kind: 'snils', value: typed.snils },
    ];
    if (documents) await checks.submit(accountId, () => ({ profile, documents }), { language });
    if (letter) await letters.order(accountId, language);
    if (person.review) await this.#sendForReview(person, accountId);
  }

  /** Sent back by the sandbox's reviewer, who must be there before. */
  async #sendForReview({ review, language, ...person }: SandboxPerson, accountId: string): Promise<void> {
    const { identities, reviews } = this.#deps;
    const passport = passportIn(profileOf({ language, ...person }), await identities.documents(accountId));
    if (!passport) return;
    await reviews.submit(accountId, passport, language);
    if (review !== 'rejected') return;
    const [reviewer, sent] = [await this.accountIdOf('reviewer'), await reviews.latest(accountId)];
    if (!reviewer || !sent || (await reviews.take(reviewer, sent.id)) !== 'taken_over') return;
    await reviews.decide(reviewer, sent.id, { reject: 'number_differs' });
  }

  async #create(transaction: Connection, person: SandboxPerson, hash: string): Promise<string> {
    const { accounts, identities, credentials, factors, operators, agreement } = this.#deps;
    const { termsVersion: terms = agreement.terms } = person;
    const accountId = await accounts.create(transaction, {
      profile: { ...profileOf(person), familyName: person.formerFamily ?? person.name.family },
      locale: person.language,
      verified: contactsOf(person.contacts),
      unverified: contactsOf(person.unproven),
      agreement: { ...agreement, terms },
    });
    await credentials.set(transaction, accountId, hash);
    for (const [name, kind] of Object.entries(documentKinds)) {
      const value = person.documents[name as keyof typeof documentKinds];
      if (value !== undefined) await identities.addDocument(transaction, accountId, { kind, value });
    }
    for (const { kind, value, ...details } of person.others)
      await identities.addDocument(transaction, accountId, { kind, value, details });
    await this.#giveForeignPassport(transaction, accountId, person);
    for (const method of person.evidence) await identities.prove(transaction, accountId, method, 'sandbox');
    if (person.secondFactor)
      await factors.add(transaction, accountId, {
        kind: person.secondFactor,
        secret: person.totpSecret,
        passkey: person.passkey && enrolledPasskey(person.passkey),
      });
    if (person.operator) await operators.give(transaction, { accountId, ...person.operator });
    if (person.blocked) await accounts.setStatus(accountId, 'blocked', transaction);
    return accountId;
  }

  async #giveForeignPassport(transaction: Connection, accountId: string, person: SandboxPerson): Promise<void> {
    const { identities, accounts } = this.#deps;
    const [passport, login] = [person.foreignPassport, foreignLoginOf(person)];
    if (!passport || !login) return;
    const { country, series, number, expires: expiresAt } = passport;
    const held = (await identities.hold(transaction, accountId))!;
    const document = {
      kind: 'foreign',
      value: country + series + number,
      details: { country, series, number, expiresAt },
    };
    await identities.replace(transaction, held, { profile: held.profile, documents: [...held.documents, document] });
    await accounts.claimForeignLogin(transaction, accountId, login);
  }
}

function profileOf({ name, ...person }: SandboxPerson): Profile {
  const { gender, birthdate, birthplace, citizenship, nickname, preferredUsername } = person;
  const { profileUrl, pictureUrl, websiteUrl, zoneinfo, address } = person;
  const said = { gender, birthdate, birthplace, citizenship, nickname, preferredUsername };
  const known = { ...said, profileUrl, pictureUrl, websiteUrl, zoneinfo, address };
  const foreign = person.foreignPassport && { kind: 'foreign' as const, stayStatus: person.foreignPassport.stay };
  return { ...foreign, familyName: name.family, givenName: name.given, middleName: name.middle, ...known };
}
