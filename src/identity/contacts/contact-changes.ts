import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import type { FieldEncryption } from '#src/platform/security/encryption.ts';
import { newId } from '#src/platform/security/random.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { Flows } from '#src/platform/storage/flows.ts';
import type { Account } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Contact, ContactKind } from '#src/identity/accounts/contact.ts';
import type { AccountNotices } from '#src/identity/accounts/account-notices.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import * as store from '#src/identity/contacts/contact-change-store.ts';

const CANCEL = 'cancel-contact-change';

export interface PlannedChange {
  id: string;
  kind: ContactKind;
  value: string;
  dueAt: Date;
}

/** A new contact, and those that it took the place of. */
export interface ReplacedContact {
  contact: Contact;
  replaced: Contact[];
}

/** Tells with a link that undoes. What undoing means is known above, so `services.ts` gives it. */
interface ContactReports {
  contactChanged(
    connection: Connection,
    recipient: { accountId: string; language: Language; zoneinfo: string | undefined; contacts: Contact[] },
    change: ReplacedContact,
  ): Promise<void>;
}

/** What is to be done, read before the transaction that does it. */
interface Change {
  account: Account;
  contact: Contact;
  language: Language;
  /** The old contact agreed, so it may also take the change back. */
  isAgreed: boolean;
}

interface ContactChangesDeps {
  db: Database;
  clock: Clock;
  flows: Flows;
  encryption: FieldEncryption;
  accounts: Accounts;
  notices: AccountNotices;
  reports: ContactReports;
  audit: Audit;
  holds: Holds;
  settings: Config['verification'];
}

/**
 * A proven contact takes the place of another. At once when the old one was proven too; otherwise after a hold, in which
 * the old contact can stop it with one press (P25, E7).
 */
export class ContactChanges {
  readonly #deps: ContactChangesDeps;

  constructor(deps: ContactChangesDeps) {
    this.#deps = deps;
  }

  /** The caller saw the proofs. */
  async apply(accountId: string, contact: Contact, language: Language): Promise<void> {
    const { db, accounts, notices } = this.#deps;
    const account = (await accounts.find(accountId))!;
    const change = { account, contact, language, isAgreed: true };
    await db.transaction().execute((transaction) => this.#apply(transaction, change));
    notices.wake();
  }

  /** The new contact is proven, the old one cannot be asked. */
  async plan(accountId: string, contact: Contact, language: Language): Promise<Date> {
    const { db, clock, flows, encryption, notices, audit, settings } = this.#deps;
    const now = clock.now();
    const id = newId(now);
    const holdSeconds = settings.contactHoldHours * 3600;
    const dueAt = new Date(now.getTime() + holdSeconds * 1000);
    await db.transaction().execute(async (transaction) => {
      await this.#deps.holds.refuse(accountId, transaction);
      const value = encryption.encrypt(contact.value, placeOf(id));
      await store.plan(transaction, {
        id,
        account_id: accountId,
        kind: contact.kind,
        value,
        created_at: now,
        due_at: dueAt,
      });
      await audit.record(auditEvent.contactChangePlanned(accountId, contact.kind), transaction);
      const token = await flows.create(CANCEL, { id, accountId }, holdSeconds, transaction);
      const args = { link: `/account/cancel-change/${token}`, due: dueAt.getTime() };
      await notices.tellEverywhere(transaction, accountId, { name: 'contact-change-planned', language, args });
    });
    notices.wake();
    return dueAt;
  }

  /**
   * Proven before somebody of ours: it counts at once, and takes the old one's place when the hold is over. Part of the
   * caller's transaction. False: it was theirs already.
   */
  async admit(connection: Connection, accountId: string, contact: Contact, dueAt: Date): Promise<boolean> {
    const { clock, encryption, accounts } = this.#deps;
    const owner = await accounts.findIdByContact(contact, connection);
    if (owner === accountId) return false;
    await this.#takeFromOthers(connection, accountId, contact);
    await accounts.addProvenContact(connection, accountId, contact);
    const now = clock.now();
    const id = newId(now);
    const value = encryption.encrypt(contact.value, placeOf(id));
    const row = { id, account_id: accountId, kind: contact.kind, value, created_at: now, due_at: dueAt };
    await store.plan(connection, row);
    return true;
  }

  async planned(accountId: string): Promise<PlannedChange[]> {
    const rows = await store.list(this.#deps.db, accountId);
    return rows.map((row) => ({ id: row.id, kind: row.kind, value: this.#open(row).value, dueAt: row.due_at }));
  }

  /** From the account itself. */
  async cancel(accountId: string, id: string): Promise<boolean> {
    const { db, audit } = this.#deps;
    return db.transaction().execute(async (transaction) => {
      const taken = await store.take(transaction, id, accountId);
      if (taken) await audit.record(auditEvent.contactChangeCancelled(accountId, taken.kind), transaction);
      return taken !== undefined;
    });
  }

  /** Whoever planned them is not trusted any more. Part of the caller's transaction. */
  async cancelAll(connection: Connection, accountId: string): Promise<void> {
    for (const { kind } of await store.takeAll(connection, accountId))
      await this.#deps.audit.record(auditEvent.contactChangeCancelled(accountId, kind), connection);
  }

  /**
   * It was not the owner who changed it: contacts of its kind are again what they were, but for those that somebody else
   * proved since. Part of the caller's transaction.
   */
  async undo(connection: Connection, accountId: string, { contact, replaced }: ReplacedContact): Promise<void> {
    await this.#deps.accounts.restoreContacts(connection, accountId, contact.kind, replaced);
    await this.#deps.audit.record(auditEvent.contactChangeUndone(accountId, contact.kind), connection);
  }

  /** Whether a link from the old contact still stops something; looking does not use it. */
  async mayCancel(token: string): Promise<boolean> {
    return (await this.#deps.flows.find(CANCEL, token)) !== undefined;
  }

  /** From the old contact, whoever is signed in. */
  async cancelByLink(token: string): Promise<boolean> {
    const link = await this.#deps.flows.take<{ id: string; accountId: string }>(CANCEL, token);
    return link !== undefined && this.cancel(link.accountId, link.id);
  }

  /** Those whose hold is over. Answers how many. */
  async applyDue(): Promise<number> {
    const { db, clock, accounts, holds, notices } = this.#deps;
    const due = await store.listDue(db, clock.now(), 200);
    for (const { id, account_id: accountId } of due) {
      const account = (await accounts.find(accountId))!;
      const language = account.locale ?? 'ru';
      await db.transaction().execute(async (transaction) => {
        // The account first, as everywhere, so that nobody waits in a circle.
        if (await holds.isHeld(accountId, transaction)) return;
        const taken = await store.take(transaction, id);
        if (taken) await this.#apply(transaction, { account, contact: this.#open(taken), language, isAgreed: false });
      });
    }
    notices.wake();
    return due.length;
  }

  /** Who had days to object, and may have lost the old contact to somebody else, is told there without a link. */
  async #apply(connection: Connection, { account, contact, language, isAgreed }: Change): Promise<void> {
    const { accounts, notices, reports, audit, holds } = this.#deps;
    const { id: accountId, profile } = account;
    await holds.refuse(accountId, connection);
    const before = await this.#proven(connection, accountId);
    await this.#takeFromOthers(connection, accountId, contact);
    await accounts.replaceContact(connection, accountId, contact);
    await audit.record(auditEvent.contactChanged(accountId, contact.kind), connection);
    const replaced = before.filter(({ kind, value }) => kind === contact.kind && value !== contact.value);
    const contacts = [...(isAgreed ? replaced : []), ...(await this.#proven(connection, accountId))];
    const recipient = { accountId, language, zoneinfo: profile.zoneinfo, contacts };
    await reports.contactChanged(connection, recipient, { contact, replaced });
    if (!isAgreed)
      for (const one of replaced) await notices.tellContact(connection, one, { name: 'contact-replaced', language });
  }

  async #proven(connection: Connection, accountId: string): Promise<Contact[]> {
    const contacts = await this.#deps.accounts.contacts(accountId, connection);
    return contacts.filter(({ verified }) => verified).map(({ kind, value }) => ({ kind, value }));
  }

  /** Numbers and addresses pass to new owners: whoever answers there now has it, and the last owner is told elsewhere. */
  async #takeFromOthers(connection: Connection, accountId: string, contact: Contact): Promise<void> {
    const { accounts, notices, audit } = this.#deps;
    const otherId = await accounts.findIdByContact(contact, connection);
    if (otherId === undefined || otherId === accountId) return;
    await accounts.loseContact(connection, otherId, contact);
    await audit.record(auditEvent.contactLost(otherId, contact.kind), connection);
    const language = await accounts.localeOf(otherId, connection);
    await notices.tellEverywhere(connection, otherId, {
      name: 'contact-lost',
      language,
    });
  }

  #open({ id, kind, value }: store.StoredChange): Contact {
    return { kind, value: this.#deps.encryption.decrypt(value, placeOf(id)) };
  }
}

function placeOf(row: string) {
  return { table: 'contact_changes', column: 'value', row };
}
