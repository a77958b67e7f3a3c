import type { Clock } from '#src/platform/clock.ts';
import type { FieldEncryption } from '#src/platform/security/encryption.ts';
import { hashToken, newToken } from '#src/platform/security/random.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import * as flowStore from '#src/platform/storage/flow-store.ts';

/** What is kept of a journey under way. `version` makes two writers of one record notice each other. */
export interface Flow<T> {
  id: string;
  version: number;
  record: T;
}

/**
 * Records of journeys, by an unguessable id that stands in the URL. Encrypted, since they hold what a person typed;
 * gone when they expire. Also single-use tickets and links: `take` gives a record to one caller only.
 */
export class Flows {
  readonly #db: Connection;
  readonly #clock: Clock;
  readonly #encryption: FieldEncryption;

  constructor({ db, clock, encryption }: { db: Connection; clock: Clock; encryption: FieldEncryption }) {
    this.#db = db;
    this.#clock = clock;
    this.#encryption = encryption;
  }

  async create<T>(kind: string, record: T, seconds: number, connection: Connection = this.#db): Promise<string> {
    const id = newToken();
    const now = this.#clock.now();
    await flowStore.insert(connection, {
      id_hash: hashToken(id),
      kind,
      record: this.#seal(id, record),
      created_at: now,
      expires_at: new Date(now.getTime() + seconds * 1000),
    });
    return id;
  }

  async find<T>(kind: string, id: string, connection: Connection = this.#db): Promise<Flow<T> | undefined> {
    const row = await flowStore.find(connection, hashToken(id), kind, this.#clock.now());
    return row && { id, version: row.version, record: this.#open<T>(id, row.record) };
  }

  /** False: the record changed since it was read; read it again. */
  async replace<T>(flow: Flow<T>, record: T, connection: Connection = this.#db): Promise<boolean> {
    return flowStore.replace(connection, hashToken(flow.id), flow.version, this.#seal(flow.id, record));
  }

  async take<T>(kind: string, id: string, connection: Connection = this.#db): Promise<T | undefined> {
    const row = await flowStore.take(connection, hashToken(id), kind, this.#clock.now());
    return row && this.#open<T>(id, row.record);
  }

  #seal(id: string, record: unknown): Buffer {
    return this.#encryption.encryptJson(record, place(id));
  }

  #open<T>(id: string, cell: Buffer): T {
    return this.#encryption.decryptJson<T>(cell, place(id));
  }
}

function place(id: string) {
  return { table: 'flows', column: 'record', row: hashToken(id).toString('hex') };
}
