import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { Budget, Budgets } from '#src/platform/security/budgets.ts';
import type { BlindIndex } from '#src/platform/security/encryption.ts';
import { hashToken, newCode, newId } from '#src/platform/security/random.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import * as codeStore from '#src/identity/codes/code-store.ts';

/** What a code is good for. A code for one purpose opens nothing else (D5). */
export type CodePurpose =
  'register' | 'sign-in' | 'change-factors' | 'contact-new' | 'contact-old' | 'recover' | 'centre';
/** What a link is good for. */
type LinkPurpose = 'recover-link';

/** A code belongs to a purpose, a target and the browser that asked for it. */
export interface CodeScope {
  purpose: CodePurpose;
  /** The contact it goes to, in normal form. */
  target: string;
  /** The asking browser's secret. */
  browser: string;
}

export interface LinkScope {
  purpose: LinkPurpose;
  target: string;
}

export type CodeVerdict = 'right' | 'wrong' | 'expired' | 'closed';

export interface CodeTimes {
  expiresAt: Date;
  mayResendAt: Date;
}

/** One-time codes: six digits, five minutes, five tries, one live code per purpose and target (D1 to D6). */
export class Codes {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #index: BlindIndex;
  readonly #budgets: Budgets;
  readonly #settings: Config['codes'];

  constructor(deps: { db: Database; clock: Clock; index: BlindIndex; budgets: Budgets; settings: Config['codes'] }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#index = deps.index;
    this.#budgets = deps.budgets;
    this.#settings = deps.settings;
  }

  /** Makes the code and forgets it: the caller sends it, in the same transaction. Any earlier one is dead. */
  async issue(connection: Connection, scope: CodeScope): Promise<string> {
    const code = newCode();
    await this.#replace(connection, scope, this.#hash(scope, code));
    return code;
  }

  /** Counts tries and expires like a code, but nothing that can be typed matches it: for a target nobody may prove here. */
  async issueDecoy(connection: Connection, scope: CodeScope): Promise<void> {
    await this.#replace(connection, scope, randomBytes(32));
  }

  /**
   * Tries are counted before anything is compared, so parallel guesses cannot be more than the limit. What another
   * browser types cannot be right and costs the owner of the code nothing.
   */
  async verify(scope: CodeScope, typed: string): Promise<CodeVerdict> {
    const daily = this.#dailyFailures(scope.purpose);
    const live = await codeStore.countTry(this.#db, this.#key(scope), this.#clock.now());
    if (!live) return 'expired';
    if (!(await this.#budgets.take(daily, scope.target))) return 'closed';
    if (!timingSafeEqual(live.code_hash, this.#hash(scope, typed))) return 'wrong';
    if (!(await codeStore.consume(this.#db, live.id, this.#clock.now()))) return 'expired';
    await this.#budgets.clear(daily, scope.target);
    return 'right';
  }

  /** A link in place of digits: its token holds enough chance of its own. Any earlier one for this target is dead. */
  async issueLink(
    connection: Connection,
    { purpose, target }: LinkScope,
    { token, seconds }: { token: string; seconds: number },
  ): Promise<void> {
    const now = this.#clock.now();
    await codeStore.replaceLive(connection, {
      id: newId(now),
      purpose,
      target_index: this.#index.of(`codes.${purpose}`, target),
      browser_index: null,
      code_hash: hashToken(token),
      max_tries: 1,
      created_at: now,
      expires_at: new Date(now.getTime() + seconds * 1000),
    });
  }

  /** Looking does not use it: mail scanners look. */
  async isLinkLive(scope: LinkScope, token: string): Promise<boolean> {
    return codeStore.isLinkLive(this.#db, this.#linkKey(scope, token), this.#clock.now());
  }

  /** True for exactly one caller. */
  async useLink(connection: Connection, scope: LinkScope, token: string): Promise<boolean> {
    return codeStore.consumeLink(connection, this.#linkKey(scope, token), this.#clock.now());
  }

  /** What is still under way to this target opens nothing any more. */
  async cancel(
    connection: Connection,
    { purpose, target }: Pick<CodeScope, 'target'> & { purpose: CodePurpose | LinkPurpose },
  ): Promise<void> {
    await codeStore.cancel(connection, purpose, this.#index.of(`codes.${purpose}`, target), this.#clock.now());
  }

  /** Undefined: no live code, ask for a new one. */
  async times(scope: CodeScope): Promise<CodeTimes | undefined> {
    const live = await codeStore.findLive(this.#db, this.#key(scope), this.#clock.now());
    if (!live || live.tries >= live.max_tries) return undefined;
    return {
      expiresAt: live.expires_at,
      mayResendAt: new Date(live.created_at.getTime() + this.#settings.resendSeconds * 1000),
    };
  }

  /** Whether the day's guesses for this target are used up: then a new code would be of no use (D4). */
  async isClosed({ purpose, target }: Pick<CodeScope, 'purpose' | 'target'>): Promise<boolean> {
    return !(await this.#budgets.allows(this.#dailyFailures(purpose), target));
  }

  async #replace(connection: Connection, scope: CodeScope, hash: Buffer): Promise<void> {
    const { purpose, targetIndex, browserIndex } = this.#key(scope);
    const now = this.#clock.now();
    await codeStore.replaceLive(connection, {
      id: newId(now),
      purpose,
      target_index: targetIndex,
      browser_index: browserIndex,
      code_hash: hash,
      max_tries: this.#settings.smsTries,
      created_at: now,
      expires_at: new Date(now.getTime() + this.#settings.smsSeconds * 1000),
    });
  }

  #linkKey({ purpose, target }: LinkScope, token: string): codeStore.LinkKey {
    return { purpose, targetIndex: this.#index.of(`codes.${purpose}`, target), tokenHash: hashToken(token) };
  }

  #dailyFailures(purpose: CodePurpose): Budget {
    return { name: `code-failures:${purpose}`, limit: this.#settings.failuresPerDay, windowSeconds: 86_400 };
  }

  #key({ purpose, target, browser }: CodeScope): codeStore.CodeKey {
    return {
      purpose,
      targetIndex: this.#index.of(`codes.${purpose}`, target),
      browserIndex: this.#index.of('codes.browser', browser),
    };
  }

  /** A million codes could be hashed through in no time, so the hash is keyed; and bound to everything the code is good for. */
  #hash({ purpose, target, browser }: CodeScope, code: string): Buffer {
    return this.#index.of('codes.hash', [purpose, target, browser, code].join('\0'));
  }
}
