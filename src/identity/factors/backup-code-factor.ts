import type { Clock } from '#src/platform/clock.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { BlindIndex } from '#src/platform/security/encryption.ts';
import { newText } from '#src/platform/security/random.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import * as backupCodeStore from '#src/identity/factors/backup-code-store.ts';
import type { Attempt, Begun, FactorMethod, FactorVerdict } from '#src/identity/factors/factor.ts';

const COUNT = 10;
/** No letters that are read as another one. */
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';
const LENGTH = 10;

interface BackupCodeFactorDeps {
  db: Database;
  clock: Clock;
  index: BlindIndex;
  budgets: Budgets;
  failuresPerDay: number;
}

/** Ten codes on paper for the day the phone is lost. Each is good once; only keyed hashes are kept. */
export class BackupCodeFactor implements FactorMethod {
  readonly kind = 'backup_code';
  readonly amr = ['otp'];
  readonly #deps: BackupCodeFactorDeps;

  constructor(deps: BackupCodeFactorDeps) {
    this.#deps = deps;
  }

  async begin(): Promise<Begun> {
    return { verdict: 'ready' };
  }

  async verify({ accountId }: Attempt, answer: string): Promise<FactorVerdict> {
    const { db, clock, budgets } = this.#deps;
    if (!(await budgets.take(this.#failures, accountId))) return 'closed';
    const code = answer.toLowerCase().replaceAll('-', '');
    if (!(await backupCodeStore.use(db, accountId, this.#hash(accountId, code), clock.now()))) return 'wrong';
    await budgets.clear(this.#failures, accountId);
    return 'right';
  }

  /** The earlier codes are dead. These are shown once and cannot be read again. */
  async renew(connection: Connection, accountId: string): Promise<string[]> {
    const codes = Array.from({ length: COUNT }, () => newText(ALPHABET, LENGTH));
    const hashes = codes.map((code) => this.#hash(accountId, code));
    await backupCodeStore.replaceAll(connection, accountId, hashes, this.#deps.clock.now());
    return codes.map((code) => `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`);
  }

  async removeAll(connection: Connection, accountId: string): Promise<void> {
    await backupCodeStore.removeAll(connection, accountId);
  }

  async left(accountId: string, connection: Connection = this.#deps.db): Promise<number> {
    return backupCodeStore.countUnused(connection, accountId);
  }

  #hash(accountId: string, code: string): Buffer {
    return this.#deps.index.of('backup-codes', `${accountId} ${code}`);
  }

  get #failures() {
    return { name: 'backup-code-failures', limit: this.#deps.failuresPerDay, windowSeconds: 86_400 };
  }
}
