const RealDate = Date;

/** Where the time comes from. Every expiry is counted from `now()`, so that moving the clock moves all of them. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/**
 * A clock that can be moved, for the sandbox and for tests. Installing it replaces the global `Date`, because token
 * libraries read the time for themselves; timers stay real.
 */
export class MovableClock implements Clock {
  #offsetMs = 0;

  now(): Date {
    return new RealDate(RealDate.now() + this.#offsetMs);
  }

  /** Not read off a monotonic clock: that one stands still while a laptop sleeps. */
  get isMoved(): boolean {
    return this.#offsetMs !== 0;
  }

  advance(ms: number): void {
    this.#offsetMs += ms;
  }

  reset(): void {
    this.#offsetMs = 0;
  }

  install(): void {
    const nowMs = () => RealDate.now() + this.#offsetMs;
    globalThis.Date = new Proxy(RealDate, {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.length === 0 ? [nowMs()] : args, newTarget),
      apply: () => new RealDate(nowMs()).toString(),
      get: (target, property, receiver) => (property === 'now' ? nowMs : Reflect.get(target, property, receiver)),
    });
  }

  uninstall(): void {
    globalThis.Date = RealDate;
  }
}
