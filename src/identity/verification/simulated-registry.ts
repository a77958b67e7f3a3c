import type { Clock } from '#src/platform/clock.ts';
import type { Faults } from '#src/platform/messaging/faults.ts';
import type { Registry, RegistryAnswer, RegistryField, RegistryQuestion } from '#src/identity/verification/registry.ts';

export interface Simulation {
  outcome: 'pass' | 'fail' | 'silent' | 'down';
  /** What a failing answer names. */
  wrong: RegistryField[];
  /** How long after the question the answer is ready; before that it is pending. */
  delayMs: number;
}

/** Passport numbers whose answer is always the same, whatever is chosen. */
const ownOutcome: Record<string, Partial<Simulation>> = {
  '000901': { outcome: 'fail', wrong: ['passport-number'] },
  '000902': { outcome: 'silent' },
};

/** A registry that finds what it is told to find. It keeps nothing but that, so it can be replaced at any moment. */
export class SimulatedRegistry implements Registry {
  readonly #clock: Clock;
  readonly #faults: Pick<Faults, 'mode'>;
  simulation: Simulation = { outcome: 'pass', wrong: ['passport-number'], delayMs: 0 };

  constructor({ clock, faults }: { clock: Clock; faults: Pick<Faults, 'mode'> }) {
    this.#clock = clock;
    this.#faults = faults;
  }

  async ask({ askedAt, documents }: RegistryQuestion): Promise<RegistryAnswer> {
    const number = documents.find(({ kind }) => kind === 'rf_passport')?.value.slice(4);
    const { outcome, wrong, delayMs } = { ...this.simulation, ...ownOutcome[number ?? ''] };
    const fault = this.#faults.mode('registry');
    if (outcome === 'down' || fault === 'fail') throw new Error('the simulated registry is down');
    const leftMs = askedAt.getTime() + delayMs - this.#clock.now().getTime();
    if (outcome === 'silent' || fault === 'slow') return { status: 'pending' };
    if (leftMs > 0) return { status: 'pending', askAgainSeconds: Math.ceil(leftMs / 1000) };
    return outcome === 'pass' ? { status: 'passed' } : { status: 'failed', wrong };
  }
}
