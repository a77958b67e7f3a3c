import type { Clock } from '#src/platform/clock.ts';
import type { Database } from '#src/platform/storage/database.ts';
import type { Statements } from '#src/platform/storage/statements.ts';
import * as store from '#src/identity/consents/release-store.ts';

/** A client that asks for the same again within this time makes no new note: it is one visit. */
const VISIT_MS = 60_000;
const REMEMBERED = 10_000;

export interface Release {
  clientId: string;
  clientName: string;
  claims: string[];
  firstAt: Date;
  lastAt: Date;
}

/** What each client was given and when: names of values, never the values. */
export class Releases {
  readonly #db: Database;
  readonly #statements: Statements;
  readonly #clock: Clock;
  readonly #noted = new Map<string, number>();

  constructor({ db, statements, clock }: { db: Database; statements: Statements; clock: Clock }) {
    this.#db = db;
    this.#statements = statements;
    this.#clock = clock;
  }

  async note(accountId: string, clientId: string, claims: string[]): Promise<void> {
    if (claims.length === 0) return;
    const now = this.#clock.now();
    const sorted = claims.toSorted();
    const key = [accountId, clientId, ...sorted].join(' ');
    const notedAt = this.#noted.get(key);
    if (notedAt !== undefined && Math.abs(now.getTime() - notedAt) < VISIT_MS) return;
    if (this.#noted.size >= REMEMBERED) this.#noted.clear();
    this.#noted.set(key, now.getTime());
    await store.note(this.#statements, { accountId, clientId, claims: sorted, now });
  }

  /** Newest first, also of clients whose consent was taken back. */
  async list(accountId: string): Promise<Release[]> {
    const rows = await store.listByAccount(this.#db, accountId);
    return rows.map(({ client_id, metadata, claims, first_at, last_at }) => ({
      clientId: client_id,
      clientName: String(metadata?.client_name ?? client_id),
      claims,
      firstAt: first_at,
      lastAt: last_at,
    }));
  }
}
