import type { Clock } from '#src/platform/clock.ts';
import type { Logger } from '#src/platform/logger.ts';
import type { FieldEncryption, Place } from '#src/platform/security/encryption.ts';
import { newId } from '#src/platform/security/random.ts';
import type { Database } from '#src/platform/storage/database.ts';
import type { ClientRequest } from '#src/identity/client-requests/client-request.ts';
import * as store from '#src/identity/client-requests/client-request-store.ts';

interface ClientRequestsDeps {
  db: Database;
  clock: Clock;
  encryption: FieldEncryption;
  logger: Logger;
  hours: number;
}

const FLUSH_MS = 500;
/** Of one client between two writes; a flood of one does not push out the others, nor fill the disk. */
const MOST_WAITING = 50;
const SHOWN = 200;

/**
 * The log of each client's own requests (C5). Written a moment later and together, so that a request does not wait for
 * its log; what a crash loses is only a line for a developer.
 */
export class ClientRequests {
  readonly #deps: ClientRequestsDeps;
  #waiting = new Map<string, ClientRequest[]>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(deps: ClientRequestsDeps) {
    this.#deps = deps;
  }

  record(clientId: string, request: ClientRequest): void {
    const list = this.#waiting.get(clientId) ?? [];
    if (list.length >= MOST_WAITING) return;
    list.push(request);
    this.#waiting.set(clientId, list);
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Newest first. Also what this process has not written yet. */
  async list(clientId: string): Promise<ClientRequest[]> {
    await this.flush();
    const now = this.#deps.clock.now();
    const rows = await store.listByClient(this.#deps.db, { clientId, now, limit: SHOWN });
    return rows.map((row) => {
      const request = this.#deps.encryption.decryptJson<ClientRequest>(row.details, placeOf(row.id));
      return { ...request, at: row.at };
    });
  }

  /** Writes what waits. A database that is away costs lines of this log and nothing else. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const taken = this.#waiting;
    this.#waiting = new Map();
    if (taken.size > 0) this.#writing = this.#writing.then(() => this.#write(taken));
    await this.#writing;
  }

  async #write(taken: Map<string, ClientRequest[]>): Promise<void> {
    const { db, encryption, hours, logger } = this.#deps;
    const rows = [...taken].flatMap(([clientId, requests]) =>
      requests.map((request) => {
        const id = newId(request.at);
        const details = encryption.encryptJson(request, placeOf(id));
        const expires_at = new Date(request.at.getTime() + hours * 3600_000);
        return { id, client_id: clientId, reference: request.reference, at: request.at, expires_at, details };
      }),
    );
    await store.insertAll(db, rows).catch((err: unknown) => logger.warn({ err }, 'client requests were not logged'));
  }
}

function placeOf(id: string): Place {
  return { table: 'client_requests', column: 'details', row: id };
}
