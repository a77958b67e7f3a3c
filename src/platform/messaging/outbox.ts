import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#src/platform/clock.ts';
import type { Logger } from '#src/platform/logger.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { FieldEncryption } from '#src/platform/security/encryption.ts';
import { newId } from '#src/platform/security/random.ts';
import { DeliveryError } from '#src/platform/messaging/sender.ts';
import * as store from '#src/platform/messaging/outbox-store.ts';

/** Longer than any sender's own timeouts, so that a job changes hands only when its instance is dead or stuck. */
const LEASE_MS = 30_000;
const TRY_MS = 25_000;
const CONCURRENCY_PER_KIND = 8;
const BACKOFF_SECONDS = [1, 4, 15, 60, 120, 300];
const STOP_WAIT_MS = 10_000;

export interface DeliveryContext {
  /** The same at every try: the idempotency key for whoever receives the job. */
  id: string;
  tries: number;
  /** After that the job is worth nothing. */
  secondsLeft: number;
}

export type Deliver<Payload> = (payload: Payload, context: DeliveryContext) => Promise<void>;

export interface OutboxJob {
  kind: string;
  payload: unknown;
  deadlineAt: Date;
  notBefore?: Date;
}

interface OutboxDeps {
  db: Database;
  clock: Clock;
  encryption: FieldEncryption;
  logger: Logger;
  retry: { attempts: number };
}

/**
 * Work that must happen after a transaction commits, and only then. A job is written with the change that causes it and
 * is delivered at least once by whichever instance claims it, until it succeeds, runs out of tries, fails for good
 * (`DeliveryError.permanent`) or reaches its deadline. The payload is encrypted and is emptied when the job ends.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #kinds = new Map<string, Deliver<never>>();
  readonly #underWay = new Map<string, { kind: string; done: Promise<boolean> }>();
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<unknown> = Promise.resolve();
  #isPassQueued = false;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  /** Jobs of a kind nobody registered wait for an instance that knows it. */
  register<Payload>(kind: string, deliver: Deliver<Payload>): void {
    if (this.#kinds.has(kind)) throw new Error(`outbox kind ${kind} is registered twice`);
    this.#kinds.set(kind, deliver);
  }

  /** Part of the caller's transaction; call `wake` after the commit. Gives the job's id. */
  async put(connection: Connection, { kind, payload, deadlineAt, notBefore }: OutboxJob): Promise<string> {
    const now = this.#deps.clock.now();
    const id = newId(now);
    const cell = this.#deps.encryption.encryptJson(payload, placeOf(id));
    await store.insertJob(connection, {
      id,
      kind,
      payload: cell,
      createdAt: now,
      notBefore: notBefore ?? now,
      deadlineAt,
    });
    return id;
  }

  /** Looks for due jobs now and not at the next poll. Without effect unless started: then another process delivers. */
  wake(): void {
    if (!this.#timer || this.#isPassQueued) return;
    this.#isPassQueued = true;
    const pass = this.#inTurn(async () => {
      this.#isPassQueued = false;
      return this.#timer ? this.#startDue() : [];
    });
    pass.catch((error) => this.#reportPass(error));
  }

  start(pollMs: number): void {
    this.#timer ??= setInterval(() => this.wake(), pollMs).unref();
    this.wake();
  }

  /** Waits for what is under way, but not for ever: an unfinished job passes to another instance when its lease ends. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const giveUp = new AbortController();
    const ended = this.#pass.then(() => Promise.all([...this.#underWay.values()].map(({ done }) => done)));
    await Promise.race([ended, sleep(STOP_WAIT_MS, undefined, { signal: giveUp.signal }).catch(() => {})]);
    giveUp.abort();
  }

  /** Delivers what is due, at most `limit` jobs, and waits for the end of it. Gives the number delivered. */
  async deliverDue(limit = 1000): Promise<number> {
    let delivered = 0;
    for (let left = limit; left > 0;) {
      const started = await this.#inTurn(() => this.#startDue(left));
      if (started.length === 0 && this.#underWay.size === 0) break;
      await Promise.all([...this.#underWay.values()].map(({ done }) => done));
      delivered += (await Promise.all(started)).filter(Boolean).length;
      left -= started.length;
    }
    return delivered;
  }

  /** Jobs not yet ended, and the age of the oldest, for metrics and alarms. */
  async backlog(): Promise<{ waiting: number; oldestSeconds: number }> {
    const { waiting, oldestAt } = await store.countWaiting(this.#deps.db);
    const ageMs = oldestAt ? this.#deps.clock.now().getTime() - oldestAt.getTime() : 0;
    return { waiting, oldestSeconds: Math.max(0, Math.round(ageMs / 1000)) };
  }

  /** Deletes the traces of jobs that ended before that time; they hold no personal data. */
  async purgeEnded(before: Date): Promise<number> {
    return store.deleteEndedJobs(this.#deps.db, before);
  }

  /** One pass after the other, so that the count of what is under way holds. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#pass.then(work);
    this.#pass = turn.catch(() => {});
    return turn;
  }

  /** Claims as many jobs of each kind as there is room for, and begins them without waiting. */
  async #startDue(limit = Infinity): Promise<Promise<boolean>[]> {
    const { db, clock, logger } = this.#deps;
    const due = await store.listDueKinds(db, clock.now());
    if (due.length === 0) return [];
    const dropped = await store.dropOverdueJobs(db, clock.now());
    if (dropped > 0) logger.error({ dropped }, 'outbox jobs reached their deadline undelivered');
    const started: Promise<boolean>[] = [];
    for (const kind of due) {
      if (!this.#kinds.has(kind)) continue;
      const room = Math.min(this.#roomFor(kind), limit - started.length);
      if (room < 1) continue;
      const now = clock.now();
      const leaseEndsAt = new Date(now.getTime() + LEASE_MS);
      const except = [...this.#underWay.keys()];
      const jobs = await store.claimDueJobs(db, { kind, now, leaseEndsAt, limit: room, except });
      started.push(...jobs.map((job) => this.#begin(job, jobs.length === room)));
    }
    return started;
  }

  #begin(job: store.ClaimedJob, moreMayWait: boolean): Promise<boolean> {
    const done = this.#deliver(job)
      .catch((error: unknown) => (this.#reportPass(error), false))
      .finally(() => {
        this.#underWay.delete(job.id);
        if (moreMayWait) this.wake();
      });
    this.#underWay.set(job.id, { kind: job.kind, done });
    return done;
  }

  async #deliver(job: store.ClaimedJob): Promise<boolean> {
    const { db, clock, encryption } = this.#deps;
    try {
      const secondsLeft = Math.floor((job.deadlineAt.getTime() - clock.now().getTime()) / 1000);
      const payload = encryption.decryptJson<never>(job.payload, placeOf(job.id));
      const deliver = this.#kinds.get(job.kind)!;
      await withinLease(deliver(payload, { id: job.id, tries: job.tries, secondsLeft }));
    } catch (error) {
      await this.#settleFailure(job, error);
      return false;
    }
    await store.markDelivered(db, job.id, clock.now());
    return true;
  }

  async #settleFailure({ id, kind, tries, deadlineAt }: store.ClaimedJob, error: unknown): Promise<void> {
    const { db, clock, logger, retry } = this.#deps;
    const reason = describe(error);
    const now = clock.now();
    const nextTryAt = new Date(now.getTime() + backoffMs(tries));
    const permanent = error instanceof DeliveryError && error.permanent;
    if (permanent || tries >= retry.attempts || nextTryAt >= deadlineAt) {
      logger.error({ id, kind, tries, reason }, 'outbox job given up');
      return store.markFailed(db, { id, tries, error: reason, now });
    }
    logger.warn({ id, kind, tries, reason }, 'outbox job will be tried again');
    await store.markFailedTry(db, { id, tries, error: reason, nextTryAt });
  }

  #roomFor(kind: string): number {
    const busy = [...this.#underWay.values()].filter((job) => job.kind === kind).length;
    return CONCURRENCY_PER_KIND - busy;
  }

  /** The database is away: the lease ends by itself and the next poll tries again. */
  #reportPass(error: unknown): void {
    this.#deps.logger.warn({ reason: describe(error) }, 'outbox pass failed');
  }
}

/** A try that never ends would keep its place for ever. */
async function withinLease(work: Promise<void>): Promise<void> {
  const { promise: tooLong, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DeliveryError('try_timeout', { permanent: false })), TRY_MS);
  await Promise.race([work, tooLong]).finally(() => clearTimeout(timer));
}

function placeOf(id: string) {
  return { table: 'outbox', column: 'payload', row: id };
}

/** Class and code only: messages of mail servers and drivers repeat addresses. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'not an Error';
  const { code } = error as { code?: unknown };
  return [error.name, typeof code === 'string' || typeof code === 'number' ? code : ''].join(' ').trim().slice(0, 100);
}

function backoffMs(tries: number): number {
  const seconds = BACKOFF_SECONDS[Math.min(tries, BACKOFF_SECONDS.length) - 1]!;
  return seconds * 1000 * (0.9 + 0.2 * Math.random());
}
