import type { Clock } from '#src/platform/clock.ts';
import type { BlindIndex } from '#src/platform/security/encryption.ts';
import * as budgetStore from '#src/platform/security/budget-store.ts';
import * as statement from '#src/platform/security/budget-statements.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { Statements } from '#src/platform/storage/statements.ts';

/** How often something may happen. */
export interface Budget {
  /** What is counted, for example `password-account`. */
  name: string;
  limit: number;
  windowSeconds: number;
}

/** A budget and whose. */
export type Payment = readonly [budget: Budget, subject: string];

interface BudgetsDeps {
  db: Connection;
  statements: Statements;
  clock: Clock;
  index: BlindIndex;
}

/** Counters that bound guessing and sending. They live in the database: a lost or split counter would forgive guesses. */
export class Budgets {
  readonly #db: Connection;
  readonly #statements: Statements;
  readonly #clock: Clock;
  readonly #index: BlindIndex;

  constructor({ db, statements, clock, index }: BudgetsDeps) {
    this.#db = db;
    this.#statements = statements;
    this.#clock = clock;
    this.#index = index;
  }

  /** Takes one before the act it pays for. False: the budget is spent. `subject` may be personal; only its keyed index is stored. */
  async take(budget: Budget, subject: string, connection: Connection = this.#db): Promise<boolean> {
    return this.spend(budget, subject, 1, connection);
  }

  /** As `take`, for what is not counted one by one. */
  async spend(budget: Budget, subject: string, amount: number, connection: Connection = this.#db): Promise<boolean> {
    const now = this.#clock.now();
    const windowEndsAt = new Date(now.getTime() + budget.windowSeconds * 1000);
    const used = await budgetStore.take(connection, this.#key(budget, subject), { amount, now, windowEndsAt });
    return used <= budget.limit;
  }

  /** One from each, in this order; the first that is spent ends it, and those after it lose nothing. */
  async takeAll(payments: readonly Payment[]): Promise<boolean> {
    const now = this.#clock.now();
    const values = payments.flatMap(([budget, subject]) => [
      this.#key(budget, subject),
      new Date(now.getTime() + budget.windowSeconds * 1000),
      budget.limit,
    ]);
    return (await this.#statements.run(statement.take[payments.length - 1]!, [now, ...values])).length > 0;
  }

  /** One to each: the act did not take place, or was no guess. */
  async giveBack(payments: readonly Payment[]): Promise<void> {
    const now = this.#clock.now();
    await Promise.all(
      payments.map((payment) => this.#statements.run(statement.giveBack, [this.#key(...payment), now])),
    );
  }

  async clearAll(payments: readonly Payment[]): Promise<void> {
    await Promise.all(payments.map((payment) => this.#statements.run(statement.clear, [this.#key(...payment)])));
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
