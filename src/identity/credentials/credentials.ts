import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { normalizeEmail, normalizePhone, normalizeSnils } from '#src/identity/accounts/contact.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import * as credentialStore from '#src/identity/credentials/credential-store.ts';
import type { PasswordHasher } from '#src/identity/credentials/password-hasher.ts';
import { MAX_PASSWORD_LENGTH } from '#src/identity/credentials/password-policy.ts';

/** Login and password. Whatever is wrong, the answer is the same and so is the work (C5). */
export class Credentials {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #accounts: Accounts;
  readonly #hasher: PasswordHasher;
  readonly #budgets: Budgets;
  readonly #audit: Audit;
  readonly #settings: Config['passwords'];

  constructor(deps: {
    db: Database;
    clock: Clock;
    accounts: Accounts;
    hasher: PasswordHasher;
    budgets: Budgets;
    audit: Audit;
    settings: Config['passwords'];
  }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#accounts = deps.accounts;
    this.#hasher = deps.hasher;
    this.#budgets = deps.budgets;
    this.#audit = deps.audit;
    this.#settings = deps.settings;
  }

  /**
   * The account id, or undefined for every other outcome: unknown, wrong, blocked, too many guesses.
   * @throws Refusal `busy` when too many passwords are being checked.
   */
  async check({
    login,
    password,
    address,
  }: {
    login: string;
    password: string;
    address: string;
  }): Promise<string | undefined> {
    if (password.length > MAX_PASSWORD_LENGTH || login.length > 254) return undefined;
    const accountId = await this.#accounts.findIdByLogin(login);
    const subject = accountId ?? `unknown:${spellingOf(login)}`;
    const perAddress = {
      name: 'password-address',
      limit: this.#settings.guessesPerAddressPerMinute,
      windowSeconds: 60,
    };
    const mayGuess = await this.#budgets.take(perAddress, address);
    if (!mayGuess || !(await this.#budgets.take(this.#perAccount, subject))) return undefined;

    const hash = accountId && (await credentialStore.findHash(this.#db, accountId));
    const right = await this.#hasher.verify(hash || (await this.#hasher.dummy()), password);
    const account = accountId ? await this.#accounts.find(accountId) : undefined;
    if (!right || !hash || account?.status !== 'active') {
      if (account) await this.#audit.record(auditEvent.signInFailed(account.id));
      return undefined;
    }
    await this.#budgets.clear(this.#perAccount, subject);
    if (this.#hasher.needsRehash(hash)) await this.#upgrade(account.id, hash, password);
    return account.id;
  }

  /** The caller has checked the policy. */
  async set(connection: Connection, accountId: string, hash: string): Promise<void> {
    await credentialStore.setHash(connection, accountId, hash, this.#clock.now());
  }

  async #upgrade(accountId: string, oldHash: string, password: string): Promise<void> {
    const upgraded = await credentialStore.upgradeHash(this.#db, accountId, oldHash, await this.#hasher.hash(password));
    if (upgraded) await this.#audit.record(auditEvent.passwordRehashed(accountId));
  }

  get #perAccount() {
    return {
      name: 'password-account',
      limit: this.#settings.guessesPerAccount,
      windowSeconds: this.#settings.guessWindowMinutes * 60,
    };
  }
}

/** One budget for all spellings of an unknown login too, or spelling it anew would tell known from unknown. */
function spellingOf(login: string): string {
  return normalizePhone(login) ?? normalizeEmail(login) ?? normalizeSnils(login) ?? login.trim().toLowerCase();
}
