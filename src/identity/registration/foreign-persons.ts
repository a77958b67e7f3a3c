import type { Language } from '#src/platform/i18n/translator.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { Flows } from '#src/platform/storage/flows.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { AccountNotices } from '#src/identity/accounts/account-notices.ts';
import type { Contact } from '#src/identity/accounts/contact.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import { loginOf, passportDocument, type ForeignPassport } from '#src/identity/verification/foreign-passport.ts';

/** What a foreign citizen said on the pages before the contact. */
export interface ForeignPerson {
  passport: ForeignPassport;
  snils?: string;
  /** The pages to go back to. */
  draft: string;
}

const KNOWN = 'foreign-known';
const KNOWN_SECONDS = 24 * 3600;

interface ForeignPersonsDeps {
  flows: Flows;
  accounts: Accounts;
  identities: Identities;
  notices: AccountNotices;
}

/** Foreign citizens at registration: whether they are here already, and what a new account of theirs begins with (F10, F11, F19). */
export class ForeignPersons {
  readonly #deps: ForeignPersonsDeps;

  constructor(deps: ForeignPersonsDeps) {
    this.#deps = deps;
  }

  /**
   * Where the owner of the account is told, when there is one: of the address, or with this SNILS or passport seen to be
   * theirs. What somebody merely typed makes nobody known, or it would lock the true owner out.
   */
  async knownContact({ passport, snils }: ForeignPerson, email: string): Promise<Contact | undefined> {
    const { accounts, identities } = this.#deps;
    const typed: Contact = { kind: 'email', value: email };
    const owners = await Promise.all([
      accounts.findIdByContact(typed),
      identities.findIdByDocument({ kind: 'snils', value: snils ?? '' }),
      identities.findIdByDocument(passportDocument(passport)),
    ]);
    if (owners[0] !== undefined) return typed;
    const owner = owners.find((id) => id !== undefined);
    if (owner === undefined) return undefined;
    const proven = (await accounts.contacts(owner)).filter(({ verified }) => verified);
    return proven.find(({ kind }) => kind === 'email') ?? proven[0];
  }

  /** The decisive message: only whoever reads this contact learns that there is an account (F1). */
  async tellKnown(connection: Connection, contact: Contact, language: Language): Promise<void> {
    const { flows, notices } = this.#deps;
    if (contact.kind === 'phone')
      return notices.tellContact(connection, contact, { name: 'already-registered', language });
    const token = await flows.create(KNOWN, {}, KNOWN_SECONDS, connection);
    await notices.tellContact(connection, contact, {
      name: 'foreign-known',
      language,
      args: { link: `/foreign/known/${token}` },
    });
  }

  /** Whether the page is opened from such a message. */
  async isKnown(token: string): Promise<boolean> {
    return (await this.#deps.flows.find(KNOWN, token)) !== undefined;
  }

  /** Part of the transaction that makes the account. Answers the login, unless another account has it. */
  async settle(connection: Connection, accountId: string, person: ForeignPerson): Promise<string | undefined> {
    const { accounts, identities } = this.#deps;
    const { passport, snils } = person;
    const held = (await identities.hold(connection, accountId))!;
    const numbers = snils === undefined ? [] : [{ kind: 'snils', value: snils }];
    const documents = [passportDocument(passport), ...numbers];
    await identities.replace(connection, held, { profile: held.profile, documents });
    const login = loginOf(passport);
    return (await accounts.claimForeignLogin(connection, accountId, login)) ? login : undefined;
  }
}
