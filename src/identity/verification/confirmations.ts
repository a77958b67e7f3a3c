import type { Database, Connection } from '#src/platform/storage/database.ts';
import { isUniqueViolation } from '#src/platform/storage/database.ts';
import type { HeldIdentity, Identities } from '#src/identity/accounts/identities.ts';
import type { AccountNotices } from '#src/identity/accounts/account-notices.ts';
import type { ProofMethod } from '#src/identity/accounts/tier.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Holds } from '#src/identity/holds/holds.ts';

export type ConfirmationVerdict = 'confirmed' | 'refused' | 'conflict';

interface ConfirmationsDeps {
  db: Database;
  identities: Identities;
  holds: Holds;
  notices: AccountNotices;
  audit: Audit;
}

/** The last step, whatever the way: papers at an office, a letter's code, a signature. One confirmed person per document (G4). */
export class Confirmations {
  readonly #deps: ConfirmationsDeps;

  constructor(deps: ConfirmationsDeps) {
    this.#deps = deps;
  }

  /**
   * @param by what or who made sure, as the audit log names them; `operator`, which of our people.
   * @param isProven looks, in the same transaction, whether the proof is good for exactly these data, and uses it up.
   * @throws Refusal `held` for some days after a recovery.
   * @returns `conflict` when a document is proven to be another person's; nobody learns whose.
   */
  async confirm(
    accountId: string,
    { method, by, operator }: { method: Exclude<ProofMethod, 'registry' | 'review'>; by: string; operator?: string },
    isProven: (connection: Connection, held: HeldIdentity) => Promise<boolean>,
  ): Promise<ConfirmationVerdict> {
    const { db, identities, holds, notices, audit } = this.#deps;
    const work = db.transaction().execute(async (transaction): Promise<ConfirmationVerdict> => {
      await holds.refuse(accountId, transaction);
      const held = await identities.hold(transaction, accountId);
      if (held?.status !== 'active' || !(await isProven(transaction, held))) return 'refused';
      await identities.prove(transaction, accountId, method, by);
      await audit.record(auditEvent.identityConfirmed(accountId, method, by, operator), transaction);
      await notices.tellEverywhere(transaction, accountId, { name: 'identity-confirmed', language: held.locale });
      return 'confirmed';
    });
    const verdict = await work.catch((error: unknown) => this.#conflict(error, accountId, method));
    notices.wake();
    return verdict;
  }

  async #conflict(error: unknown, accountId: string, method: ProofMethod): Promise<ConfirmationVerdict> {
    if (!isUniqueViolation(error, 'documents_verified_key')) throw error;
    await this.#deps.audit.record(auditEvent.confirmationConflict(accountId, method));
    return 'conflict';
  }
}
