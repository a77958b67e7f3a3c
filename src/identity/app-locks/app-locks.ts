import type { Clock } from '#src/platform/clock.ts';
import { hashToken } from '#src/platform/security/random.ts';
import type { Database } from '#src/platform/storage/database.ts';
import * as store from '#src/identity/app-locks/app-lock-store.ts';
import type { PasswordHasher } from '#src/identity/credentials/password-hasher.ts';

const TRIES = 5;
const OPEN_MINUTES = 10;

/** `shut`: too many wrong tries; only an ordinary sign-in in this browser opens it again. */
export type LockState = 'none' | 'locked' | 'open' | 'shut';

interface AppLocksDeps {
  db: Database;
  clock: Clock;
  hasher: PasswordHasher;
}

/**
 * Keeps the page of the phone from whoever picks the phone up (F5, J4). It belongs to one browser, and no account; it proves
 * nothing to the server and opens no session: a pattern of nine points could be guessed.
 */
export class AppLocks {
  readonly #deps: AppLocksDeps;

  constructor(deps: AppLocksDeps) {
    this.#deps = deps;
  }

  async state(browser: string): Promise<LockState> {
    const lock = await store.find(this.#deps.db, hashToken(browser));
    if (!lock) return 'none';
    if (lock.wrong_tries >= TRIES) return 'shut';
    return lock.opened_until && lock.opened_until > this.#deps.clock.now() ? 'open' : 'locked';
  }

  /** The caller has looked for faults of the pattern. False: there is one already. */
  async set(browser: string, pattern: string): Promise<boolean> {
    const { db, clock, hasher } = this.#deps;
    const now = clock.now();
    return store.insert(db, {
      browser_hash: hashToken(browser),
      pattern_hash: await hasher.hash(bound(browser, pattern)),
      created_at: now,
      used_at: now,
      opened_until: this.#later(now),
    });
  }

  async open(browser: string, pattern: string): Promise<'open' | 'wrong' | 'shut'> {
    const { db, clock, hasher } = this.#deps;
    const now = clock.now();
    const lock = await store.takeTry(db, hashToken(browser), { limit: TRIES, at: now });
    if (!lock) return 'shut';
    if (!(await hasher.verify(lock.pattern_hash, bound(browser, pattern))))
      return lock.wrong_tries >= TRIES ? 'shut' : 'wrong';
    await store.open(db, hashToken(browser), this.#later(now));
    return 'open';
  }

  /** By its owner, while it is open. */
  async remove(browser: string): Promise<void> {
    await store.remove(this.#deps.db, hashToken(browser));
  }

  /** Whoever signed in here after the lock was last tried may do away with it. */
  async forgive(browser: string, signedInAt: Date): Promise<boolean> {
    const lock = await store.find(this.#deps.db, hashToken(browser));
    if (!lock || signedInAt <= lock.used_at) return false;
    await this.remove(browser);
    return true;
  }

  #later(now: Date): Date {
    return new Date(now.getTime() + OPEN_MINUTES * 60_000);
  }
}

function bound(browser: string, pattern: string): string {
  return `${browser}:${pattern}`;
}
