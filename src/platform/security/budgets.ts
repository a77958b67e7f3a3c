import type { Clock } from '#src/platform/clock.ts';
import type { BlindIndex } from '#src/platform/security/encryption.ts';
import * as budgetStore from '#src/platform/security/budget-store.ts';
import type { Connection } from '#src/platform/storage/database.ts';

/** How often something may happen. */
export interface Budget {
  /** What is counted, for example `password-account`. */
  name: string;
  limit: number;
  windowSeconds: number;
}

/** Counters that bound guessing and sending. They live in the database: a lost or split counter would forgive guesses. */
export class Budgets {
  readonly #db: Connection;
  readonly #clock: Clock;
  readonly #index: BlindIndex;

  constructor({ db, clock, index }: { db: Connection; clock: Clock; index: BlindIndex }) {
    this.#db = db;
    this.#clock = clock;
    this.#index = index;
  }

  /** Takes one before the act it pays for. False: the budget is spent. `subject` may be personal; only its keyed index is stored. */
  async take(budget: Budget, subject: string, connection: Connection = this.#db): Promise<boolean> {
    const now = this.#clock.now();
    const windowEndsAt = new Date(now.getTime() + budget.windowSeconds * 1000);
    return (await budgetStore.take(connection, this.#key(budget, subject), now, windowEndsAt)) <= budget.limit;
  }

  /** Whether one could be taken, without taking it. */
  async allows(budget: Budget, subject: string, connection: Connection = this.#db): Promise<boolean> {
    return (await budgetStore.used(connection, this.#key(budget, subject), this.#clock.now())) < budget.limit;
  }

  /** Gives everything back, after the right answer. */
  async clear(budget: Budget, subject: string, connection: Connection = this.#db): Promise<void> {
    await budgetStore.clear(connection, this.#key(budget, subject));
  }

  #key({ name }: Budget, subject: string): Buffer {
    return this.#index.of(`budget:${name}`, subject);
  }
}
