import type { Config } from '#src/platform/config/config.ts';
import type { Logger } from '#src/platform/logger.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import { auditEvent, type Look } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';

const HOUR = 3600;

interface LooksDeps {
  budgets: Budgets;
  audit: Audit;
  logger: Logger;
  settings: Config['operators'];
}

/**
 * Every look of an operator at a person's record, bounded and written down (K5). Both in the transaction that reads, which
 * must be committed when it answers false: the count is what stops them.
 */
export class Looks {
  readonly #deps: LooksDeps;

  constructor(deps: LooksDeps) {
    this.#deps = deps;
  }

  /** Before somebody is searched for, found or not. */
  async maySearch(connection: Connection, operator: string): Promise<boolean> {
    const { searchesPerHour: limit } = this.#deps.settings;
    return this.#take(connection, { name: 'console-searches', limit, windowSeconds: HOUR }, operator);
  }

  /** Before a record is shown. False: this hour's records are used up, and nothing may be shown. */
  async open(connection: Connection, accountId: string, look: Look): Promise<boolean> {
    const { audit, settings } = this.#deps;
    const hourly = { name: 'console-looks', limit: settings.looksPerHour, windowSeconds: HOUR };
    if (!(await this.#take(connection, hourly, look.operator))) return false;
    await audit.record(auditEvent.recordViewed(accountId, look), connection);
    return true;
  }

  async #take(connection: Connection, budget: { name: string; limit: number; windowSeconds: number }, who: string) {
    const isAllowed = await this.#deps.budgets.take(budget, who, connection);
    if (!isAllowed)
      this.#deps.logger.warn({ budget: budget.name, operator: who }, 'an operator looks at too many people');
    return isAllowed;
  }
}
