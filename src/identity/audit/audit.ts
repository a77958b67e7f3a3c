import type { Clock } from '#src/platform/clock.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { AuditEvent } from '#src/identity/audit/audit-event.ts';
import * as auditStore from '#src/identity/audit/audit-store.ts';

/** An event as the person it is about may see it: which of our people it was stays with us. */
export interface PastEvent {
  id: number;
  at: Date;
  event: string;
  clientId: string | null;
  details: Record<string, unknown>;
}

export interface FoundEvent extends PastEvent {
  /** Number of the account. */
  oid: number | null;
  operator: number | null;
}

/** The append-only audit log. An event is written in the transaction of the change it tells of, or the change does not happen. */
export class Audit {
  readonly #db: Connection;
  readonly #clock: Clock;

  constructor({ db, clock }: { db: Connection; clock: Clock }) {
    this.#db = db;
    this.#clock = clock;
  }

  async record(event: AuditEvent, connection: Connection = this.#db): Promise<void> {
    await auditStore.append(connection, this.#clock.now(), event);
  }

  /** The newest first. */
  async latest(accountId: string, events: string[], limit: number): Promise<PastEvent[]> {
    return this.#list(accountId, { events, limit });
  }

  /** Everything that happened to one account, newest first. */
  async history(accountId: string, limit = 100): Promise<PastEvent[]> {
    return this.#list(accountId, { limit });
  }

  /** The queue of conflicts (G4): who could not be confirmed because a document is proven to be another account's. */
  async conflicts(limit: number): Promise<(PastEvent & { accountId: string })[]> {
    const rows = await auditStore.listConflicts(this.#db, limit);
    return rows.map(({ id, at, event, client_id, account_id, details: { operator: _, ...details } }) => ({
      id,
      at,
      event,
      clientId: client_id,
      accountId: account_id!,
      details,
    }));
  }

  /** By the number that people are known by outside of the house. */
  async accountOf(oid: number): Promise<string | undefined> {
    return auditStore.findAccount(this.#db, oid);
  }

  /** For whoever answers for the server: newest first, people by their numbers alone. */
  async search(wanted: auditStore.Search): Promise<FoundEvent[]> {
    const rows = await auditStore.search(this.#db, wanted);
    return rows.map(({ client_id: clientId, details: { operator: _, ...details }, ...row }) => ({
      ...row,
      clientId,
      details,
    }));
  }

  async #list(accountId: string, wanted: { events?: string[]; limit: number }): Promise<PastEvent[]> {
    const rows = await auditStore.listLatest(this.#db, accountId, wanted);
    return rows.map(({ id, at, event, client_id, details: { operator: _, ...details } }) => ({
      id,
      at,
      event,
      clientId: client_id,
      details,
    }));
  }
}
