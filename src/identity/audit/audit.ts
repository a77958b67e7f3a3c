import type { Clock } from '#src/platform/clock.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { AuditEvent } from '#src/identity/audit/audit-event.ts';
import * as auditStore from '#src/identity/audit/audit-store.ts';

export interface PastEvent {
  id: number;
  at: Date;
  event: string;
  clientId: string | undefined;
  details: Record<string, unknown>;
}

/** The append-only audit log. An event is written in the transaction of the change it tells of, or the change does not happen. */
export class Audit {
  readonly #db: Connection;
  readonly #clock: Clock;

  constructor({ db, clock }: { db: Connection; clock: Clock }) {
    this.#db = db;
    this.#clock = clock;
  }

  /** What happened to one account, newest first. */
  async history(accountId: string, limit = 100): Promise<PastEvent[]> {
    const rows = await auditStore.listByAccount(this.#db, accountId, limit);
    return rows.map(({ id, at, event, client_id, details }) => ({
      id,
      at,
      event,
      clientId: client_id ?? undefined,
      details,
    }));
  }

  async record(event: AuditEvent, connection: Connection = this.#db): Promise<void> {
    await auditStore.append(connection, this.#clock.now(), event);
  }
}
