import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import type { FieldEncryption } from '#src/platform/security/encryption.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { Profile } from '#src/identity/accounts/account.ts';
import type { AccountNotices } from '#src/identity/accounts/account-notices.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import * as store from '#src/identity/closing/deletion-store.ts';

interface ClosingDeps {
  db: Database;
  clock: Clock;
  encryption: FieldEncryption;
  notices: AccountNotices;
  audit: Audit;
  settings: Config['verification'];
}

/** The end of an account: wished, waited for, done. Until the last day one press takes it back (L6). */
export class Closing {
  readonly #deps: ClosingDeps;

  constructor(deps: ClosingDeps) {
    this.#deps = deps;
  }

  async plan(accountId: string, language: Language): Promise<void> {
    const { db, clock, notices, audit, settings } = this.#deps;
    const dueAt = new Date(clock.now().getTime() + settings.deletionDays * 86_400_000);
    await db.transaction().execute(async (transaction) => {
      if (!(await store.setDueAt(transaction, accountId, dueAt))) return;
      await audit.record(auditEvent.deletionPlanned(accountId), transaction);
      const args = { due: dueAt.getTime(), link: '/account/data' };
      await notices.tellEverywhere(transaction, accountId, { name: 'deletion-planned', language, args });
    });
    notices.wake();
  }

  async cancel(accountId: string): Promise<void> {
    const { db, audit } = this.#deps;
    await db.transaction().execute(async (transaction) => {
      if (await store.setDueAt(transaction, accountId, null))
        await audit.record(auditEvent.deletionCancelled(accountId), transaction);
    });
  }

  async dueAt(accountId: string): Promise<Date | undefined> {
    return store.findDueAt(this.#deps.db, accountId);
  }

  async listDue(limit = 100): Promise<string[]> {
    return store.listDue(this.#deps.db, this.#deps.clock.now(), limit);
  }

  /** Whatever names the person goes; the row stays, so that its number is never anybody else's. False: not due any more. */
  async erase(connection: Connection, accountId: string): Promise<boolean> {
    const { clock, encryption, audit } = this.#deps;
    const nobody: Profile = { familyName: '', givenName: '' };
    const profile = encryption.encryptJson(nobody, { table: 'accounts', column: 'profile', row: accountId });
    const isErased = await store.erase(connection, accountId, { profile, now: clock.now() });
    if (isErased) await audit.record(auditEvent.accountDeleted(accountId), connection);
    return isErased;
  }
}
