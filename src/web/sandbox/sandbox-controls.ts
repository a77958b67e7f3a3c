import type { Clock, MovableClock } from '#src/platform/clock.ts';
import type { Faults } from '#src/platform/messaging/faults.ts';
import type { SandboxInbox } from '#src/platform/messaging/sandbox-inbox.ts';
import type { SimulatedRegistry } from '#src/identity/verification/simulated-registry.ts';
import type { SandboxPeople } from '#src/sandbox/people.ts';

interface SandboxControlsDeps {
  people: SandboxPeople;
  inbox: SandboxInbox;
  faults: Faults;
  registry: SimulatedRegistry;
  clock: Clock;
  /** Whatever waits for its hour looks at the clock again. */
  onClockMoved(): void;
}

/** What the sandbox lets everybody touch, for its pages and its API alike. */
export class SandboxControls {
  readonly people: SandboxPeople;
  readonly inbox: SandboxInbox;
  readonly faults: Faults;
  readonly registry: SimulatedRegistry;
  readonly #clock: Clock;
  readonly #onClockMoved: () => void;

  constructor({ people, inbox, faults, registry, clock, onClockMoved }: SandboxControlsDeps) {
    this.people = people;
    this.inbox = inbox;
    this.faults = faults;
    this.registry = registry;
    this.#clock = clock;
    this.#onClockMoved = onClockMoved;
  }

  get now(): Date {
    return this.#clock.now();
  }

  get isClockMoved(): boolean {
    return (this.#clock as MovableClock).isMoved;
  }

  /** Forwards; without a length back to the real time. */
  moveClock(ms: number | undefined): Date {
    const clock = this.#clock as MovableClock;
    if (ms === undefined) clock.reset();
    else clock.advance(ms);
    this.#onClockMoved();
    return this.now;
  }
}
