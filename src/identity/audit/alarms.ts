import type { Logger } from '#src/platform/logger.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';

export type AlarmName =
  | 'sms_number'
  | 'sms_range'
  | 'sms_unanswered'
  | 'sms_country'
  | 'sms_volume'
  | 'sms_money'
  | 'credential_stuffing'
  | 'glass_broken'
  | 'audit_chain';

/** The same alarm wakes nobody twice within this time. */
const QUIET_SECONDS = 600;

interface AlarmsDeps {
  budgets: Budgets;
  audit: Audit;
  logger: Logger;
  metrics: Metrics;
}

/** What an operator must hear of at once: a line in the log, a metric and an event. Nothing personal in any of them. */
export class Alarms {
  readonly #deps: AlarmsDeps;

  constructor(deps: AlarmsDeps) {
    this.#deps = deps;
  }

  /** Never inside a transaction. `subject` tells one attack from another. */
  async raise(name: AlarmName, subject = ''): Promise<void> {
    const { budgets, audit, logger, metrics } = this.#deps;
    metrics.alarms.inc({ alarm: name });
    const once = { name: `alarm:${name}`, limit: 1, windowSeconds: QUIET_SECONDS };
    if (!(await budgets.take(once, subject))) return;
    logger.error({ alarm: name, subject }, 'alarm');
    await audit.record(auditEvent.alarmRaised(name, subject));
  }
}
