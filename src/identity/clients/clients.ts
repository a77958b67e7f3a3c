import type { Clock } from '#src/platform/clock.ts';
import type { FieldEncryption, Place } from '#src/platform/security/encryption.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import * as store from '#src/identity/clients/client-store.ts';
import type { Client, ClientMetadata } from '#src/identity/clients/client.ts';

export interface ClientsDeps {
  db: Database;
  encryption: FieldEncryption;
  clock: Clock;
  /** How long another instance's change may stay unseen here. */
  cacheMs: number;
}

/** The register of client systems. Every request asks for its client, so answers are kept for a moment. */
export class Clients {
  readonly #db: Database;
  readonly #encryption: FieldEncryption;
  readonly #clock: Clock;
  readonly #cacheMs: number;
  readonly #cache = new Map<string, { readAt: number; client: Promise<Client | undefined> }>();

  constructor({ db, encryption, clock, cacheMs }: ClientsDeps) {
    this.#db = db;
    this.#encryption = encryption;
    this.#clock = clock;
    this.#cacheMs = cacheMs;
  }

  /** Requests that arrive while one is reading share its answer. Unknown clients are not remembered: strangers choose their names. */
  async find(id: string): Promise<Client | undefined> {
    const cached = this.#cache.get(id);
    if (cached && performance.now() - cached.readAt < this.#cacheMs) return cached.client;
    const entry = { readAt: performance.now(), client: this.#read(id) };
    this.#cache.set(id, entry);
    const forget = () => void (this.#cache.get(id) === entry && this.#cache.delete(id));
    entry.client.then((client) => client ?? forget(), forget);
    return entry.client;
  }

  /** Registers or replaces. A client_secret in the metadata is taken out and encrypted. */
  async save(id: string, metadata: ClientMetadata, db: Connection = this.#db): Promise<void> {
    const { client_id: _, client_secret: secret, ...rest } = metadata;
    const cell = typeof secret === 'string' ? this.#encryption.encrypt(secret, secretPlace(id)) : null;
    await store.saveClient(db, { id, metadata: rest, secret: cell, now: this.#clock.now() });
    this.#cache.delete(id);
  }

  /** False when there was no such client. */
  async remove(id: string, db: Connection = this.#db): Promise<boolean> {
    const removed = await store.removeClient(db, id);
    this.#cache.delete(id);
    return removed;
  }

  /** Without secrets. */
  async list(): Promise<Omit<Client, 'secret'>[]> {
    const rows = await store.listClients(this.#db);
    return rows.map(({ id, metadata, created_at, updated_at }) => ({
      id,
      metadata,
      createdAt: created_at,
      updatedAt: updated_at,
    }));
  }

  async #read(id: string): Promise<Client | undefined> {
    const row = await store.findClient(this.#db, id);
    if (!row) return undefined;
    const secret = row.secret ? this.#encryption.decrypt(row.secret, secretPlace(id)) : undefined;
    return { id, metadata: row.metadata, secret, createdAt: row.created_at, updatedAt: row.updated_at };
  }
}

function secretPlace(id: string): Place {
  return { table: 'clients', column: 'secret', row: id };
}
