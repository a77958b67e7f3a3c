import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from '@prometheus-io/client';

interface MetricSources {
  passwordQueue(): number;
  outboxBacklog(): Promise<{ waiting: number; oldestSeconds: number }>;
}

/** What operators watch. Labels are routes and outcomes, never anything about a person. */
export class Metrics {
  readonly registry = new Registry();
  readonly requests = new Histogram({
    name: 'openesia_request_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.registry],
  });
  readonly signIns = new Counter({
    name: 'openesia_sign_ins_total',
    help: 'Sign-in attempts with a password',
    labelNames: ['outcome'],
    registers: [this.registry],
  });
  readonly registrations = new Counter({
    name: 'openesia_registrations_total',
    help: 'Steps of registration',
    labelNames: ['step'],
    registers: [this.registry],
  });

  readonly sms = new Counter({
    name: 'openesia_sms_total',
    help: 'Text messages asked for: sent, or refused by a cap',
    labelNames: ['country', 'outcome'],
    registers: [this.registry],
  });
  readonly smsAnswered = new Counter({
    name: 'openesia_sms_answered_total',
    help: 'Codes from text messages that were entered; divided by those sent, the conversion',
    labelNames: ['country'],
    registers: [this.registry],
  });
  readonly alarms = new Counter({
    name: 'openesia_alarms_total',
    help: 'Refusals by a cap, and failed sign-ins above the threshold',
    labelNames: ['alarm'],
    registers: [this.registry],
  });
  readonly auditSealed = new Gauge({
    name: 'openesia_audit_sealed',
    help: 'Number of the newest sealed audit event; never goes down',
    registers: [this.registry],
  });

  /**
   * What holds of the whole process: for its start, not for each set of services. The event loop is measured once a
   * second and without a time window, whose buckets would be turned one by one over a clock that was moved by years.
   */
  watchProcess(): void {
    collectDefaultMetrics({
      register: this.registry,
      eventLoopUtilizationTimeout: 1000,
      eventLoopUtilizationMaxAgeSeconds: 0,
    });
  }

  watch({ passwordQueue, outboxBacklog }: MetricSources): void {
    const registers = [this.registry];
    new Gauge({
      name: 'openesia_password_queue',
      help: 'Sign-ins waiting for their password to be checked',
      registers,
      collect() {
        this.set(passwordQueue());
      },
    });
    new Gauge({
      name: 'openesia_outbox_waiting',
      help: 'Messages and notices not delivered yet',
      registers,
      async collect() {
        this.set((await outboxBacklog()).waiting);
      },
    });
    new Gauge({
      name: 'openesia_outbox_oldest_seconds',
      help: 'Age of the oldest message not delivered yet',
      registers,
      async collect() {
        this.set((await outboxBacklog()).oldestSeconds);
      },
    });
  }
}
