import type { Clock } from '#src/platform/clock.ts';
import type { FieldEncryption } from '#src/platform/security/encryption.ts';
import type { Database } from '#src/platform/storage/database.ts';
import type { ContactRow } from '#src/platform/storage/tables.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Contact } from '#src/identity/accounts/contact.ts';
import * as store from '#src/identity/contacts/contact-reminder-store.ts';

const YEAR_MS = 365 * 86_400_000;

export interface ContactReminder extends Contact {
  id: string;
}

/** At most one of each at a time, so that nobody meets a wall of warnings. */
interface DueReminders {
  /** Cannot be relied on: letters to it come back, or nobody proved it. */
  trouble?: ContactReminder & { reason: 'bounced' | 'unproven' };
  /** Proven, or said to be still theirs, more than a year ago. */
  question?: ContactReminder;
}

interface ContactRemindersDeps {
  db: Database;
  clock: Clock;
  encryption: FieldEncryption;
  accounts: Accounts;
}

/** Contacts that need their owner's attention before they are needed for recovery (R18). */
export class ContactReminders {
  readonly #deps: ContactRemindersDeps;

  constructor(deps: ContactRemindersDeps) {
    this.#deps = deps;
  }

  async due(accountId: string): Promise<DueReminders> {
    const rows = await store.list(this.#deps.db, accountId);
    const bounced = rows.find(({ verified_at, bounced_at }) => verified_at && bounced_at);
    const troubled = bounced ?? rows.find(({ verified_at }) => !verified_at);
    const stale = rows.find((row) => !row.bounced_at && this.#isStale(row));
    return {
      ...(troubled && { trouble: { ...this.#open(troubled), reason: bounced ? 'bounced' : 'unproven' } }),
      ...(stale && { question: this.#open(stale) }),
    };
  }

  /** The owner says that it is still theirs: good for a year. A stranger's contact is not touched. */
  async affirm(accountId: string, id: string): Promise<void> {
    await store.markAffirmed(this.#deps.db, accountId, id, this.#deps.clock.now());
  }

  /** A server refused the address for good. Proving it anew ends that. */
  async bounced(email: string): Promise<void> {
    const { db, clock, accounts } = this.#deps;
    await store.markBounced(db, accounts.contactIndex({ kind: 'email', value: email }), clock.now());
  }

  #isStale({ verified_at, affirmed_at }: ContactRow): boolean {
    if (!verified_at) return false;
    const knownAt = Math.max(verified_at.getTime(), affirmed_at?.getTime() ?? 0);
    return this.#deps.clock.now().getTime() - knownAt > YEAR_MS;
  }

  #open({ id, kind, value }: ContactRow): ContactReminder {
    return { id, kind, value: this.#deps.encryption.decrypt(value, { table: 'contacts', column: 'value', row: id }) };
  }
}
