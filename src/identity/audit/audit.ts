import type { Clock } from '#src/platform/clock.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { AuditEvent } from '#src/identity/audit/audit-event.ts';
import * as auditStore from '#src/identity/audit/audit-store.ts';

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
}
