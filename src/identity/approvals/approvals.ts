import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { FieldEncryption } from '#src/platform/security/encryption.ts';
import { newId } from '#src/platform/security/random.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { ApprovalRow } from '#src/platform/storage/tables.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { areSamePerson } from '#src/identity/accounts/same-person.ts';
import { payloadHash, type ApprovalRefusal, type WaitingApproval } from '#src/identity/approvals/approval.ts';
import * as store from '#src/identity/approvals/approval-store.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';

interface ApprovalsDeps {
  db: Database;
  clock: Clock;
  encryption: FieldEncryption;
  accounts: Accounts;
  audit: Audit;
  settings: Config['operators'];
}

interface Decision {
  id: string;
  act: string;
  /** Account of the operator who decides. */
  by: string;
  /** Of what the operator saw. */
  payloadHash: string;
}

/**
 * Four eyes (A2, K2). A request names an act and its payload; a second person, who saw just this payload, approves it within
 * a day, once, and the act happens in the same transaction. Who may ask and approve is for the caller's policy to say.
 */
export class Approvals {
  readonly #deps: ApprovalsDeps;

  constructor(deps: ApprovalsDeps) {
    this.#deps = deps;
  }

  async request(
    { act, payload, by }: { act: string; payload: object; by: string },
    connection?: Connection,
  ): Promise<string> {
    const { db, clock, encryption, audit, settings } = this.#deps;
    const now = clock.now();
    const id = newId(now);
    const write = async (transaction: Connection) => {
      await store.insert(transaction, {
        id,
        act,
        payload: encryption.encryptJson(payload, placeOf(id)),
        payload_hash: payloadHash(act, payload),
        requested_by: by,
        requested_at: now,
        expires_at: new Date(now.getTime() + settings.approvalHours * 3600_000),
      });
      await audit.record(auditEvent.approvalRequested(by, act, id), transaction);
    };
    await (connection ? write(connection) : db.transaction().execute(write));
    return id;
  }

  /** What waits for a second person, oldest first. */
  async waiting<T>(act: string): Promise<WaitingApproval<T>[]> {
    const rows = await store.listWaiting(this.#deps.db, act, this.#deps.clock.now());
    return rows.map((row) => ({
      id: row.id,
      act: row.act,
      payload: this.#payloadOf<T>(row),
      payloadHash: row.payload_hash.toString('hex'),
      requestedBy: row.requested_by,
      requestedAt: row.requested_at,
      expiresAt: row.expires_at,
    }));
  }

  /**
   * @param carryOut does the act, in the transaction that uses the approval up. When it throws nothing happened, and the
   * request waits on.
   */
  async approve<T>(
    decision: Decision,
    carryOut: (transaction: Connection, payload: T, requestedBy: string) => Promise<void>,
  ): Promise<ApprovalRefusal | undefined> {
    return this.#decide(decision, 'approved', async (transaction, row) => {
      if (await this.#isSamePerson(row.requested_by, decision.by, transaction)) return 'own_request';
      const payload = this.#payloadOf<T>(row);
      const isIntact = payloadHash(row.act, payload).equals(row.payload_hash);
      if (!isIntact || row.payload_hash.toString('hex') !== decision.payloadHash) return 'changed';
      await carryOut(transaction, payload, row.requested_by);
      return undefined;
    });
  }

  /** By anybody who could approve. By the one who asked it is taking it back. */
  async refuse({ id, act, by }: Omit<Decision, 'payloadHash'>): Promise<ApprovalRefusal | undefined> {
    const { db, clock } = this.#deps;
    const row = (await store.listWaiting(db, act, clock.now())).find((one) => one.id === id);
    const verdict = row?.requested_by === by ? 'withdrawn' : 'refused';
    return this.#decide({ id, act, by }, verdict, () => Promise.resolve(undefined));
  }

  async #decide(
    { id, act, by }: Omit<Decision, 'payloadHash'>,
    verdict: NonNullable<ApprovalRow['decision']>,
    allow: (transaction: Connection, row: ApprovalRow) => Promise<ApprovalRefusal | undefined>,
  ): Promise<ApprovalRefusal | undefined> {
    const { db, clock, audit } = this.#deps;
    return db.transaction().execute(async (transaction) => {
      const row = await store.holdWaiting(transaction, id, act, clock.now());
      if (!row) return 'over';
      const refusal = await allow(transaction, row);
      if (refusal) return refusal;
      await store.decide(transaction, id, { decision: verdict, by, at: clock.now() });
      await audit.record(auditEvent.approvalDecided(by, act, id, verdict), transaction);
      return undefined;
    });
  }

  /** A second account is no second pair of eyes. */
  async #isSamePerson(one: string, other: string, transaction: Connection): Promise<boolean> {
    const { accounts } = this.#deps;
    if (one === other) return true;
    const [asked, decides] = [await accounts.profileOf(one, transaction), await accounts.profileOf(other, transaction)];
    if (!asked || !decides) return true;
    return areSamePerson({ accountId: one, profile: asked }, { accountId: other, profile: decides });
  }

  #payloadOf<T>({ id, payload }: ApprovalRow): T {
    return this.#deps.encryption.decryptJson<T>(payload, placeOf(id));
  }
}

function placeOf(row: string) {
  return { table: 'approvals', column: 'payload', row };
}
