import type { Services } from '#src/services.ts';
import { deleteAccounts } from '#src/jobs/delete-accounts.ts';
import { purgeExpired } from '#src/jobs/purge-expired.ts';
import { rotateSigningKeys } from '#src/jobs/rotate-signing-keys.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Which job runs how often. Every instance runs them all: each is safe beside itself. */
const schedule = (services: Services): { name: string; everyMs: number; run(): Promise<unknown> }[] => [
  { name: 'seal-audit-events', everyMs: SECOND, run: () => services.auditChain.seal() },
  { name: 'purge-expired', everyMs: 5 * MINUTE, run: () => purgeExpired(services) },
  { name: 'end-overdue-checks', everyMs: MINUTE, run: () => services.checks.endOverdue() },
  { name: 'apply-contact-changes', everyMs: MINUTE, run: () => services.contactChanges.applyDue() },
  { name: 'confirm-seen', everyMs: MINUTE, run: () => services.visits.confirmSeen() },
  { name: 'delete-accounts', everyMs: 10 * MINUTE, run: () => deleteAccounts(services) },
  { name: 'purge-proofs', everyMs: 60 * MINUTE, run: () => services.signatureArchive.purgeProofs() },
  { name: 'rotate-signing-keys', everyMs: 10 * MINUTE, run: () => rotateSigningKeys(services) },
];

/** Runs the jobs and delivers messages until stopped. */
export class JobSchedule {
  readonly #services: Services;
  readonly #timers: NodeJS.Timeout[] = [];
  #running = new Set<Promise<unknown>>();

  constructor(services: Services) {
    this.#services = services;
  }

  start(): void {
    const { outbox, config, logger } = this.#services;
    outbox.start(config.messaging.pollMs);
    for (const { name, everyMs, run } of schedule(this.#services)) {
      const once = () => {
        const done = run()
          .catch((err: unknown) => logger.error({ err, job: name }, 'job failed'))
          .finally(() => this.#running.delete(done));
        this.#running.add(done);
      };
      // Instances started together do not all work at the same moment.
      this.#timers.push(setInterval(once, everyMs * (0.9 + Math.random() * 0.2)).unref());
    }
  }

  async stop(): Promise<void> {
    this.#timers.forEach(clearInterval);
    await Promise.all(this.#running);
    await this.#services.outbox.stop();
  }
}
