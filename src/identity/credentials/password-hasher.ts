import { availableParallelism } from 'node:os';
import * as argon2 from 'argon2';
import type { Config } from '#src/platform/config/config.ts';
import { Refusal } from '#src/platform/errors.ts';

/**
 * argon2id behind a semaphore. Unbounded, hashing fills Node's thread pool and everything that signs or reads files
 * waits behind it; so only a few run at a time, a bounded number waits a bounded time, and the rest is told to come back.
 */
export class PasswordHasher {
  readonly #settings: Config['passwords'];
  readonly #limit: number;
  readonly #waiting: { start: () => void; timer: NodeJS.Timeout }[] = [];
  #running = 0;
  /** Hashes computed so far, for metrics and for tests that count work instead of timing it. */
  hashes = 0;

  constructor(settings: Config['passwords']) {
    this.#settings = settings;
    // A core and a thread of the pool of four are always left for everybody else.
    this.#limit = settings.concurrency || Math.max(1, Math.min(availableParallelism() - 1, 3));
  }

  get queueLength(): number {
    return this.#waiting.length;
  }

  async hash(password: string): Promise<string> {
    return this.#exclusive(() => argon2.hash(password, this.#options));
  }

  /** @throws Refusal `busy` when the queue is full. */
  async verify(hash: string, password: string): Promise<boolean> {
    return this.#exclusive(() => argon2.verify(hash, password));
  }

  needsRehash(hash: string): boolean {
    return argon2.needsRehash(hash, this.#options);
  }

  /** A well-formed hash of nothing anybody knows, made with today's cost: what an unknown login is compared with. */
  async dummy(): Promise<string> {
    return (this.#dummy ??= argon2.hash(crypto.randomUUID(), this.#options));
  }
  #dummy: Promise<string> | undefined;

  get #options() {
    return {
      type: argon2.argon2id,
      memoryCost: this.#settings.argon2MemoryKiB,
      timeCost: this.#settings.argon2Passes,
      parallelism: 1,
    } as const;
  }

  async #exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await this.#wait();
    else this.#running++;
    this.hashes++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next.start();
      else this.#running--;
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= this.#settings.queueLength) throw new Refusal('busy', 503, 2);
    return new Promise((resolve, reject) => {
      const waiter = {
        start: () => {
          clearTimeout(waiter.timer);
          resolve();
        },
        timer: setTimeout(() => {
          this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
          reject(new Refusal('busy', 503, 2));
        }, this.#settings.queueWaitMs),
      };
      this.#waiting.push(waiter);
    });
  }
}
