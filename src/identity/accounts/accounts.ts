import type { Clock } from '#src/platform/clock.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import type { BlindIndex, FieldEncryption } from '#src/platform/security/encryption.ts';
import { newId } from '#src/platform/security/random.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { Row, Statements } from '#src/platform/storage/statements.ts';
import type { ContactRow } from '#src/platform/storage/tables.ts';
import type { Account, AccountContact, AccountDocument, Profile } from '#src/identity/accounts/account.ts';
import type { DocumentDetails } from '#src/identity/accounts/identity.ts';
import * as accountStore from '#src/identity/accounts/account-store.ts';
import { normalizeEmail, normalizePhone, normalizeSnils, type Contact } from '#src/identity/accounts/contact.ts';
import { normalizeForeignLogin } from '#src/identity/accounts/foreign-login.ts';
import { takeKept } from '#src/identity/sessions/read-ahead.ts';
import type { ProofMethod } from '#src/identity/accounts/tier.ts';

/** Which versions of the documents a person agreed to. */
export interface Agreement {
  terms: string;
  privacy: string;
}

export interface NewAccount {
  profile: Profile;
  locale: Language;
  verified: Contact[];
  unverified: Contact[];
  agreement: Agreement;
}

/** People: who they are, how they are reached, how far they are proven. */
export class Accounts {
  readonly #db: Database;
  readonly #statements: Statements;
  readonly #clock: Clock;
  readonly #encryption: FieldEncryption;
  readonly #index: BlindIndex;

  constructor(deps: {
    db: Database;
    statements: Statements;
    clock: Clock;
    encryption: FieldEncryption;
    index: BlindIndex;
  }) {
    this.#db = deps.db;
    this.#statements = deps.statements;
    this.#clock = deps.clock;
    this.#encryption = deps.encryption;
    this.#index = deps.index;
  }

  async find(id: string): Promise<Account | undefined> {
    const row = takeKept('account', id) ?? (await accountStore.find(this.#statements, id));
    return row && this.#fromRow(row);
  }

  /** Phone, e-mail, SNILS or a foreign citizen's login as people type them (L2): as what a login may be looked for. */
  loginIndexes(typed: string): { phone: Buffer; email: Buffer; snils: Buffer; foreign: Buffer } {
    return {
      phone: this.contactIndex({ kind: 'phone', value: normalizePhone(typed) ?? '' }),
      email: this.contactIndex({ kind: 'email', value: normalizeEmail(typed) ?? '' }),
      snils: this.#index.of('documents.snils', normalizeSnils(typed) ?? ''),
      foreign: this.#index.of('logins.foreign', normalizeForeignLogin(typed) ?? ''),
    };
  }

  async findIdByContact(contact: Contact, connection: Connection = this.#db): Promise<string | undefined> {
    return accountStore.findIdByContact(connection, contact.kind, this.contactIndex(contact));
  }

  /** By a foreign citizen's login, in normal form. */
  async findIdByForeignLogin(login: string, connection: Connection = this.#db): Promise<string | undefined> {
    return accountStore.findIdByLogin(connection, 'foreign', this.#index.of('logins.foreign', login));
  }

  /**
   * The login of the passport that is this account's now; an earlier one of theirs goes. False: another account has it. Whoever
   * is proven to own the passport takes it from them.
   */
  async claimForeignLogin(
    connection: Connection,
    accountId: string,
    login: string,
    { isProven = false }: { isProven?: boolean } = {},
  ): Promise<boolean> {
    const index = this.#index.of('logins.foreign', login);
    await accountStore.dropLogin(connection, { kind: 'foreign', accountId, index: isProven ? index : undefined });
    return accountStore.insertLogin(connection, {
      account_id: accountId,
      kind: 'foreign',
      value_index: index,
      created_at: this.#clock.now(),
    });
  }

  /**
   * Must run in a transaction.
   * @throws a unique violation of `contacts_verified_key` when somebody else proved a contact first.
   */
  async create(
    connection: Connection,
    { profile, locale, verified, unverified, agreement }: NewAccount,
  ): Promise<string> {
    const now = this.#clock.now();
    const id = newId(now);
    const cell = this.#encryption.encryptJson(profile, { table: 'accounts', column: 'profile', row: id });
    await accountStore.insert(connection, { id, profile: cell, locale, created_at: now, updated_at: now });
    for (const contact of verified) await this.#addContact(connection, id, contact, now);
    for (const contact of unverified) await this.#addContact(connection, id, contact, null);
    await this.accept(connection, id, agreement);
    return id;
  }

  async accept(connection: Connection, accountId: string, { terms, privacy }: Agreement): Promise<void> {
    const accepted_at = this.#clock.now();
    await accountStore.insertAgreement(connection, {
      account_id: accountId,
      document: 'terms',
      version: terms,
      accepted_at,
    });
    await accountStore.insertAgreement(connection, {
      account_id: accountId,
      document: 'privacy',
      version: privacy,
      accepted_at,
    });
  }

  /** Inside a transaction, where `find` may not be used. */
  async profileOf(accountId: string, connection: Connection): Promise<Profile | undefined> {
    const cell = await accountStore.findProfile(connection, accountId);
    const place = { table: 'accounts', column: 'profile', row: accountId };
    return cell && this.#encryption.decryptJson<Profile>(cell, place);
  }

  /** New versions, accepted later than registration; `also` takes part in the transaction. */
  async acceptInTransaction(
    accountId: string,
    agreement: Agreement,
    also: (connection: Connection) => Promise<void>,
  ): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      await this.accept(transaction, accountId, agreement);
      await also(transaction);
    });
  }

  async contacts(accountId: string, connection: Connection = this.#db): Promise<AccountContact[]> {
    const rows = await accountStore.listContacts(connection, accountId);
    return rows.map(({ id, kind, value, verified_at }) => ({
      kind,
      value: this.#encryption.decrypt(value, { table: 'contacts', column: 'value', row: id }),
      verified: verified_at !== null,
    }));
  }

  async documents(accountId: string): Promise<AccountDocument[]> {
    const rows = await accountStore.listDocuments(this.#db, accountId);
    return rows.map(({ id, kind, value, details, verified_at }) => ({
      kind,
      value: this.#encryption.decrypt(value, { table: 'documents', column: 'value', row: id }),
      verified: verified_at !== null,
      details: details
        ? this.#encryption.decryptJson<DocumentDetails>(details, { table: 'documents', column: 'details', row: id })
        : undefined,
    }));
  }

  /** @throws a unique violation when somebody else proved the contact first. */
  async markContactVerified(connection: Connection, accountId: string, contact: Contact): Promise<boolean> {
    return accountStore.markContactVerified(
      connection,
      accountId,
      contact.kind,
      this.contactIndex(contact),
      this.#clock.now(),
    );
  }

  async localeOf(accountId: string, connection: Connection = this.#db): Promise<Language | undefined> {
    return (await accountStore.findLocale(connection, accountId)) as Language | undefined;
  }

  /** The proven contact of its kind; what stood in its place goes, so that nobody signs in with it. */
  async replaceContact(connection: Connection, accountId: string, contact: Contact): Promise<void> {
    await accountStore.deleteContacts(connection, accountId, contact.kind);
    await this.#addContact(connection, accountId, contact, this.#clock.now());
  }

  /** In place of all contacts of this kind; not what another account proved meanwhile. */
  async restoreContacts(
    connection: Connection,
    accountId: string,
    kind: Contact['kind'],
    contacts: Contact[],
  ): Promise<void> {
    await accountStore.deleteContacts(connection, accountId, kind);
    const now = this.#clock.now();
    for (const contact of contacts) await accountStore.restoreContact(connection, this.#row(accountId, contact, now));
  }

  /** Beside the others of its kind. */
  async addProvenContact(connection: Connection, accountId: string, contact: Contact): Promise<void> {
    if (await this.markContactVerified(connection, accountId, contact)) return;
    await this.#addContact(connection, accountId, contact, this.#clock.now());
  }

  async removeContact(connection: Connection, accountId: string, contact: Contact): Promise<void> {
    await accountStore.deleteContact(connection, accountId, contact.kind, this.contactIndex(contact));
  }

  /** It is somebody else's now: it stays in sight, but opens nothing. */
  async loseContact(connection: Connection, accountId: string, contact: Contact): Promise<void> {
    await accountStore.unverifyContact(connection, accountId, contact.kind, this.contactIndex(contact));
  }

  /** Which versions of which documents were accepted when. */
  async agreements(accountId: string): Promise<{ document: 'terms' | 'privacy'; version: string; acceptedAt: Date }[]> {
    const rows = await accountStore.listAgreements(this.#db, accountId);
    return rows.map(({ document, version, accepted_at }) => ({ document, version, acceptedAt: accepted_at }));
  }

  async setLocale(accountId: string, locale: Language): Promise<void> {
    await accountStore.setLocale(this.#db, accountId, locale);
  }

  async setStatus(accountId: string, status: Account['status'], connection: Connection = this.#db): Promise<void> {
    await accountStore.setStatus(connection, accountId, status, this.#clock.now());
  }

  contactIndex({ kind, value }: Contact): Buffer {
    return this.#index.of(`contacts.${kind}`, value);
  }

  async #addContact(
    connection: Connection,
    accountId: string,
    contact: Contact,
    verifiedAt: Date | null,
  ): Promise<void> {
    await accountStore.insertContact(connection, this.#row(accountId, contact, verifiedAt));
  }

  #row(accountId: string, contact: Contact, verifiedAt: Date | null): ContactRow {
    const now = this.#clock.now();
    const id = newId(now);
    return {
      id,
      account_id: accountId,
      kind: contact.kind,
      value: this.#encryption.encrypt(contact.value, { table: 'contacts', column: 'value', row: id }),
      value_index: this.contactIndex(contact),
      verified_at: verifiedAt,
      created_at: now,
      bounced_at: null,
      affirmed_at: null,
    };
  }

  #fromRow(row: Row): Account {
    const id = row.id as string;
    return {
      id,
      oid: row.oid as number,
      status: row.status as Account['status'],
      profile: this.#encryption.decryptJson<Profile>(row.profile as Buffer, {
        table: 'accounts',
        column: 'profile',
        row: id,
      }),
      locale: (row.locale as Language | null) ?? undefined,
      generation: row.sign_in_generation as number,
      evidence: row.evidence as ProofMethod[],
      agreements: row.agreements as string[],
      createdAt: row.created_at as Date,
      updatedAt: row.updated_at as Date,
    };
  }
}
