import type { Clock } from '#src/platform/clock.ts';
import { Refusal } from '#src/platform/errors.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import * as store from '#src/identity/holds/hold-store.ts';

export interface Hold {
  reason: 'recovery';
  endsAt: Date;
}

interface HoldsDeps {
  db: Database;
  clock: Clock;
  hours: number;
}

/**
 * For some days after a recovery an account cannot be carried off: no contact changes, no electronic signature is bound,
 * no tier is raised. Its owner was told on every old contact and has that long to object (E6).
 */
export class Holds {
  readonly #deps: HoldsDeps;

  constructor(deps: HoldsDeps) {
    this.#deps = deps;
  }

  async find(accountId: string, connection: Connection = this.#deps.db): Promise<Hold | undefined> {
    const row = await store.find(connection, accountId, this.#deps.clock.now());
    return row && { reason: row.reason, endsAt: row.ends_at };
  }

  /** Part of the caller's transaction. */
  async place(connection: Connection, accountId: string, reason: Hold['reason']): Promise<Date> {
    const now = this.#deps.clock.now();
    const endsAt = new Date(now.getTime() + this.#deps.hours * 3600_000);
    await store.place(connection, { account_id: accountId, reason, created_at: now, ends_at: endsAt });
    return endsAt;
  }

  /** In the caller's transaction: a recovery comes wholly before the act, or wholly after it. */
  async isHeld(accountId: string, connection: Connection): Promise<boolean> {
    await store.lockAccount(connection, accountId);
    return (await this.find(accountId, connection)) !== undefined;
  }

  /** Part of every act that is held, whatever page or caller it comes from. @throws Refusal `held` while there is one. */
  async refuse(accountId: string, connection: Connection): Promise<void> {
    if (await this.isHeld(accountId, connection)) throw new Refusal('held', 403);
  }
}
