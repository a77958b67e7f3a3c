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

/** Lists never hold secrets. */
export type ListedClient = Omit<Client, 'secret'>;

type Row = NonNullable<Awaited<ReturnType<typeof store.findClient>>>;

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

  /** Past the cache: what stands in the register now, whichever instance changed it. */
  async current(id: string): Promise<Client | undefined> {
    return this.#read(id);
  }

  /** What stands in the register now, held until the transaction ends. */
  async lock(id: string, transaction: Connection): Promise<Client | undefined> {
    const row = await store.lockClient(transaction, id);
    return row && this.#open(row);
  }

  /** Nobody else writes to the register until the transaction ends. */
  async lockAll(transaction: Connection): Promise<ListedClient[]> {
    await store.lockRegister(transaction);
    return this.list(transaction);
  }

  /** Registers or replaces. A client_secret in the metadata is taken out and encrypted. */
  async save(id: string, metadata: ClientMetadata, db: Connection = this.#db): Promise<void> {
    await store.saveClient(db, this.#toWrite(id, metadata));
    this.#cache.delete(id);
  }

  /** Registers, or answers false when the id is taken. */
  async add(id: string, metadata: ClientMetadata, db: Connection = this.#db): Promise<boolean> {
    const added = await store.insertClient(db, this.#toWrite(id, metadata));
    this.#cache.delete(id);
    return added;
  }

  /** With everything people allowed it: a client of the same name begins with nothing. False when there was none. */
  async remove(id: string, db?: Connection): Promise<boolean> {
    if (!db) return this.#db.transaction().execute((transaction) => this.remove(id, transaction));
    const removed = await store.removeClient(db, id);
    if (removed) await store.endGrants(db, id, this.#clock.now());
    this.#cache.delete(id);
    return removed;
  }

  /** Once a transaction is over: what was read while it ran may be old. */
  forget(id: string): void {
    this.#cache.delete(id);
  }

  async list(db: Connection = this.#db): Promise<ListedClient[]> {
    return (await store.listClients(db)).map(toListed);
  }

  /** In the order of their ids, from the one after `after`. */
  async page(after: string, limit: number): Promise<ListedClient[]> {
    return (await store.listClientsAfter(this.#db, after, limit)).map(toListed);
  }

  /** A client's secret as it lies in the database, for keeping it with a client that is removed. */
  sealSecret(id: string, secret: string): Buffer {
    return this.#encryption.encrypt(secret, secretPlace(id));
  }

  openSecret(id: string, cell: Buffer): string {
    return this.#encryption.decrypt(cell, secretPlace(id));
  }

  async #read(id: string): Promise<Client | undefined> {
    const row = await store.findClient(this.#db, id);
    return row && this.#open(row);
  }

  #toWrite(id: string, metadata: ClientMetadata): store.ClientWrite {
    const { client_id: _, client_secret: secret, ...rest } = metadata;
    const cell = typeof secret === 'string' ? this.sealSecret(id, secret) : null;
    return { id, metadata: rest, secret: cell, now: this.#clock.now() };
  }

  #open(row: Row): Client {
    return { ...toListed(row), secret: row.secret ? this.openSecret(row.id, row.secret) : undefined };
  }
}

function toListed({ id, metadata, created_at, updated_at }: Row): ListedClient {
  return { id, metadata, createdAt: created_at, updatedAt: updated_at };
}

function secretPlace(id: string): Place {
  return { table: 'clients', column: 'secret', row: id };
}
