import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import { waitLater } from '#src/platform/request-scope.ts';
import { Refusal } from '#src/platform/errors.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import { hashToken, newId } from '#src/platform/security/random.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { Statements } from '#src/platform/storage/statements.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { normalizeEmail, normalizePhone, normalizeSnils } from '#src/identity/accounts/contact.ts';
import { normalizeForeignLogin } from '#src/identity/accounts/foreign-login.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import { GuessBudgets, type Guess } from '#src/identity/credentials/guess-budgets.ts';
import * as credentialStore from '#src/identity/credentials/credential-store.ts';
import type { StuffingWatch } from '#src/identity/credentials/stuffing-watch.ts';
import type { PasswordHasher } from '#src/identity/credentials/password-hasher.ts';
import { MAX_PASSWORD_LENGTH } from '#src/identity/credentials/password-policy.ts';

/** The present password and those before it that may not come back. */
const REMEMBERED = 5;

export interface PasswordAttempt {
  login: string;
  password: string;
  address: string;
  /** What the browser's device cookie holds. */
  deviceSecret?: string | undefined;
}

/** What the right password says. */
export interface ProvenPassword {
  accountId: string;
  generation: number;
  hasFactors: boolean;
}

/** Login and password. Whatever is wrong, the answer is the same and so is the work (C5). */
export class Credentials {
  readonly #db: Database;
  readonly #statements: Statements;
  readonly #clock: Clock;
  readonly #accounts: Accounts;
  readonly #hasher: PasswordHasher;
  readonly #guesses: GuessBudgets;
  readonly #audit: Audit;
  readonly #stuffing: StuffingWatch;

  constructor(deps: {
    db: Database;
    statements: Statements;
    clock: Clock;
    accounts: Accounts;
    hasher: PasswordHasher;
    budgets: Budgets;
    audit: Audit;
    stuffing: StuffingWatch;
    settings: Config['passwords'];
  }) {
    this.#db = deps.db;
    this.#statements = deps.statements;
    this.#clock = deps.clock;
    this.#accounts = deps.accounts;
    this.#hasher = deps.hasher;
    this.#guesses = new GuessBudgets(deps.budgets, deps.settings);
    this.#audit = deps.audit;
    this.#stuffing = deps.stuffing;
  }

  async check(attempt: PasswordAttempt): Promise<string | undefined> {
    return (await this.prove(attempt))?.accountId;
  }

  /**
   * Whose password it is, of which generation of sign-ins, and whether a second factor is on; undefined for every other
   * outcome: unknown, wrong, blocked, too many guesses.
   * @throws Refusal `busy` when too many passwords are being checked; `password_reset_required` when the password is
   * right, but its owner said that it was not them who used it.
   */
  async prove({ login, password, address, deviceSecret }: PasswordAttempt): Promise<ProvenPassword | undefined> {
    if (password.length > MAX_PASSWORD_LENGTH || login.length > 254) return undefined;
    const known = await credentialStore.findByLogin(
      this.#statements,
      this.#accounts.loginIndexes(login),
      deviceSecret === undefined ? null : hashToken(deviceSecret),
    );
    const guess = {
      subject: known?.accountId ?? `unknown:${spellingOf(login)}`,
      address,
      deviceId: known?.deviceId ?? undefined,
    };
    if (!(await this.#guesses.take(guess))) return undefined;

    const right = await this.#verify(known?.hash ?? undefined, password, guess);
    if (!right || known?.status !== 'active' || !known.hash) {
      if (known) await this.#audit.record(auditEvent.signInFailed(known.accountId));
      if (guess.deviceId === undefined) await this.#stuffing.failed();
      return undefined;
    }
    waitLater(this.#guesses.clear(guess));
    if (known.resetRequired) throw new Refusal('password_reset_required', 403);
    if (this.#hasher.needsRehash(known.hash)) await this.#upgrade(known.accountId, known.hash, password);
    return known;
  }

  /**
   * While many sign-ins fail, a stranger proves first to be a person. A device counts only for the account that knows it.
   * Without a login: whether the page should ask.
   */
  async asksForCaptcha({ login, deviceSecret }: Partial<PasswordAttempt>): Promise<boolean> {
    if (!(await this.#stuffing.isOn())) return false;
    if (deviceSecret === undefined) return true;
    if (login === undefined) return false;
    const indexes = this.#accounts.loginIndexes(login.slice(0, 254));
    const known = await credentialStore.findByLogin(this.#statements, indexes, hashToken(deviceSecret));
    return !known?.deviceId;
  }

  /** The caller has checked the policy. */
  async set(connection: Connection, accountId: string, hash: string): Promise<void> {
    const at = this.#clock.now();
    await credentialStore.keepHash(connection, accountId, { id: newId(at), at, keep: REMEMBERED - 1 });
    await credentialStore.setHash(connection, accountId, hash, at);
  }

  /** Whether it is the present password or one of the four before it (P6). As dear as so many sign-ins: ask last. */
  async wasUsed(accountId: string, password: string): Promise<boolean> {
    for (const hash of await credentialStore.listHashes(this.#db, accountId))
      if (await this.#hasher.verify(hash, password)) return true;
    return false;
  }

  /** The present password, typed by its signed-in owner. Guesses are counted for the account as those of strangers are. */
  async isPresent(accountId: string, password: string, address: string): Promise<boolean> {
    if (password.length > MAX_PASSWORD_LENGTH) return false;
    const guess = { subject: `present:${accountId}`, address, deviceId: undefined };
    if (!(await this.#guesses.take(guess))) return false;
    const [hash] = await credentialStore.listHashes(this.#db, accountId);
    if (!(await this.#verify(hash, password, guess))) return false;
    await this.#guesses.clear(guess);
    return hash !== undefined;
  }

  /** Wrong guesses before the password was set anew are none any more. */
  async forgiveGuesses(accountId: string): Promise<void> {
    await this.#guesses.forgive(accountId);
  }

  /** The password opens nothing any more until a new one is set. */
  async requireReset(connection: Connection, accountId: string): Promise<void> {
    await credentialStore.requireReset(connection, accountId, this.#clock.now());
  }

  /** No other way in stays open either. Ask after reading the account's generation. @throws Refusal `password_reset_required` */
  async refuseUntilReset(accountId: string): Promise<void> {
    if (await credentialStore.isResetRequired(this.#db, accountId)) throw new Refusal('password_reset_required', 403);
  }

  /** Who is turned away because too many wait has not guessed. */
  async #verify(hash: string | undefined, password: string, guess: Guess): Promise<boolean> {
    try {
      return await this.#hasher.verify(hash ?? (await this.#hasher.dummy()), password);
    } catch (error) {
      if (error instanceof Refusal) await this.#guesses.giveBack(guess);
      throw error;
    }
  }

  async #upgrade(accountId: string, oldHash: string, password: string): Promise<void> {
    const upgraded = await credentialStore.upgradeHash(this.#db, accountId, oldHash, await this.#hasher.hash(password));
    if (upgraded) await this.#audit.record(auditEvent.passwordRehashed(accountId));
  }
}

/** One budget for all spellings of an unknown login too, or spelling it anew would tell known from unknown. */
function spellingOf(login: string): string {
  const known = normalizePhone(login) ?? normalizeEmail(login) ?? normalizeSnils(login) ?? normalizeForeignLogin(login);
  return known ?? login.trim().toLowerCase();
}
