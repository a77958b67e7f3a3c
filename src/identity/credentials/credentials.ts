import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import { Refusal } from '#src/platform/errors.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { normalizeEmail, normalizePhone, normalizeSnils } from '#src/identity/accounts/contact.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import { GuessBudgets } from '#src/identity/credentials/guess-budgets.ts';
import * as credentialStore from '#src/identity/credentials/credential-store.ts';
import type { Devices } from '#src/identity/devices/devices.ts';
import type { PasswordHasher } from '#src/identity/credentials/password-hasher.ts';
import { MAX_PASSWORD_LENGTH } from '#src/identity/credentials/password-policy.ts';

export interface PasswordAttempt {
  login: string;
  password: string;
  address: string;
  /** What the browser's device cookie holds. */
  deviceSecret?: string | undefined;
}

/** Login and password. Whatever is wrong, the answer is the same and so is the work (C5). */
export class Credentials {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #accounts: Accounts;
  readonly #hasher: PasswordHasher;
  readonly #devices: Devices;
  readonly #guesses: GuessBudgets;
  readonly #audit: Audit;

  constructor(deps: {
    db: Database;
    clock: Clock;
    accounts: Accounts;
    devices: Devices;
    hasher: PasswordHasher;
    budgets: Budgets;
    audit: Audit;
    settings: Config['passwords'];
  }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#accounts = deps.accounts;
    this.#hasher = deps.hasher;
    this.#devices = deps.devices;
    this.#guesses = new GuessBudgets(deps.budgets, deps.settings);
    this.#audit = deps.audit;
  }

  /**
   * The account id, or undefined for every other outcome: unknown, wrong, blocked, too many guesses.
   * @throws Refusal `busy` when too many passwords are being checked; `password_reset_required` when the password is
   * right, but its owner said that it was not them who used it.
   */
  async check({ login, password, address, deviceSecret }: PasswordAttempt): Promise<string | undefined> {
    if (password.length > MAX_PASSWORD_LENGTH || login.length > 254) return undefined;
    const accountId = await this.#accounts.findIdByLogin(login);
    const subject = accountId ?? `unknown:${spellingOf(login)}`;
    const deviceId = await this.#devices.idOf(accountId, deviceSecret);
    const guess = { subject, address, deviceId };
    if (!(await this.#guesses.take(guess))) return undefined;

    const stored = accountId === undefined ? undefined : await credentialStore.find(this.#db, accountId);
    const right = await this.#hasher.verify(stored?.hash ?? (await this.#hasher.dummy()), password);
    const account = accountId ? await this.#accounts.find(accountId) : undefined;
    if (!right || !stored || account?.status !== 'active') {
      if (account) await this.#audit.record(auditEvent.signInFailed(account.id));
      return undefined;
    }
    await this.#guesses.clear(guess);
    if (stored.reset_required_at) throw new Refusal('password_reset_required', 403);
    if (this.#hasher.needsRehash(stored.hash)) await this.#upgrade(account.id, stored.hash, password);
    return account.id;
  }

  /** The caller has checked the policy. */
  async set(connection: Connection, accountId: string, hash: string): Promise<void> {
    await credentialStore.setHash(connection, accountId, hash, this.#clock.now());
  }

  /** The password opens nothing any more until a new one is set. */
  async requireReset(connection: Connection, accountId: string): Promise<void> {
    await credentialStore.requireReset(connection, accountId, this.#clock.now());
  }

  async #upgrade(accountId: string, oldHash: string, password: string): Promise<void> {
    const upgraded = await credentialStore.upgradeHash(this.#db, accountId, oldHash, await this.#hasher.hash(password));
    if (upgraded) await this.#audit.record(auditEvent.passwordRehashed(accountId));
  }
}

/** One budget for all spellings of an unknown login too, or spelling it anew would tell known from unknown. */
function spellingOf(login: string): string {
  return normalizePhone(login) ?? normalizeEmail(login) ?? normalizeSnils(login) ?? login.trim().toLowerCase();
}
