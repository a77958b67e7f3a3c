import type { Clock } from '#src/platform/clock.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { FieldEncryption } from '#src/platform/security/encryption.ts';
import type { Database } from '#src/platform/storage/database.ts';
import type { Attempt, Begun, Enrolled, FactorMethod, FactorVerdict } from '#src/identity/factors/factor.ts';
import * as factorStore from '#src/identity/factors/factor-store.ts';

/** Clocks of phones are a little off; one step to either side is enough for them and little for guessing. */
const TOLERANCE_SECONDS = 30;

interface TotpFactorDeps {
  db: Database;
  clock: Clock;
  encryption: FieldEncryption;
  budgets: Budgets;
  failuresPerDay: number;
}

/** An authenticator app (RFC 6238). A time step that was used is never right again, whichever instance is asked. */
export class TotpFactor implements FactorMethod {
  readonly kind = 'totp';
  readonly amr = ['otp'];
  readonly #deps: TotpFactorDeps;

  constructor(deps: TotpFactorDeps) {
    this.#deps = deps;
  }

  async begin(): Promise<Begun> {
    return { verdict: 'ready' };
  }

  async verify({ accountId }: Attempt, answer: string): Promise<FactorVerdict> {
    const { db, clock, encryption, budgets } = this.#deps;
    if (!(await budgets.take(this.#failures, accountId))) return 'closed';
    const rows = (await factorStore.list(db, accountId)).filter(({ kind }) => kind === 'totp');
    for (const { id, secret } of rows) {
      const step = await this.#stepOf(encryption.decrypt(secret!, secretPlace(id)), answer);
      if (step === undefined) continue;
      if (!(await factorStore.advanceStep(db, id, step, clock.now()))) return 'wrong';
      await budgets.clear(this.#failures, accountId);
      return 'right';
    }
    return 'wrong';
  }

  async prepare(): Promise<Begun> {
    const { generateSecret } = await import('otplib');
    return { verdict: 'ready', shown: generateSecret() };
  }

  async confirm(
    { accountId }: Attempt,
    answer: string,
    shown: string,
  ): Promise<{ verdict: FactorVerdict; enrolled?: Enrolled }> {
    if (!(await this.#deps.budgets.take(this.#failures, accountId))) return { verdict: 'closed' };
    const step = await this.#stepOf(shown, answer);
    if (step === undefined) return { verdict: 'wrong' };
    await this.#deps.budgets.clear(this.#failures, accountId);
    return { verdict: 'right', enrolled: { secret: shown, lastStep: step } };
  }

  /** The time step that the code belongs to. */
  async #stepOf(secret: string, token: string): Promise<number | undefined> {
    if (!/^\d{6}$/.test(token)) return undefined;
    const { verify } = await import('otplib');
    const epoch = Math.floor(this.#deps.clock.now().getTime() / 1000);
    const result = await verify({ secret, token, epoch, epochTolerance: TOLERANCE_SECONDS });
    return result.valid && 'timeStep' in result ? result.timeStep : undefined;
  }

  get #failures() {
    return { name: 'totp-failures', limit: this.#deps.failuresPerDay, windowSeconds: 86_400 };
  }
}

export function secretPlace(id: string) {
  return { table: 'factors', column: 'secret', row: id };
}
