import { timingSafeEqual } from 'node:crypto';
import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { BlindIndex } from '#src/platform/security/encryption.ts';
import { newCode, newId } from '#src/platform/security/random.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import { fullName, type Profile } from '#src/identity/accounts/account.ts';
import { plain } from '#src/identity/accounts/contact.ts';
import type { HeldIdentity, Identities } from '#src/identity/accounts/identities.ts';
import type { AccountNotices } from '#src/identity/accounts/account-notices.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import type { Confirmations } from '#src/identity/verification/confirmations.ts';
import * as store from '#src/identity/verification/letter-store.ts';

/** 53 bits in four groups of digits, which every keyboard has. */
const CODE_DIGITS = 16;
/** Whatever the pauses between them: after so many wrong codes the letter is of no use. */
const TRIES_OF_A_LETTER = 25;
const PRINT_DAYS = 7;

export type LetterOrder = 'sent' | 'too_soon' | 'not_standard' | 'no_address';
export type LetterVerdict = 'confirmed' | 'wrong' | 'expired' | 'too_many' | 'void' | 'conflict';

export interface LetterOnTheWay {
  sentAt: Date;
  expiresAt: Date;
  mayOrderAt: Date;
}

interface LettersDeps {
  db: Database;
  clock: Clock;
  index: BlindIndex;
  budgets: Budgets;
  identities: Identities;
  holds: Holds;
  confirmations: Confirmations;
  messages: Messages;
  notices: AccountNotices;
  audit: Audit;
  settings: Config['verification'];
}

/** Proof by a letter on paper (R13, G5): whoever has the code receives post in that name at that address. */
export class Letters {
  readonly #deps: LettersDeps;

  constructor(deps: LettersDeps) {
    this.#deps = deps;
  }

  async order(accountId: string, language: Language): Promise<LetterOrder> {
    const verdict = await this.#deps.db
      .transaction()
      .execute((transaction) => this.#order(transaction, accountId, language));
    this.#deps.messages.wake();
    return verdict;
  }

  /** Undefined: no letter whose code could still be entered. */
  async onTheWay(accountId: string): Promise<LetterOnTheWay | undefined> {
    const { db, clock, settings } = this.#deps;
    const letter = await store.findLive(db, accountId);
    if (!letter || letter.expires_at <= clock.now()) return undefined;
    const mayOrderAt = new Date(letter.created_at.getTime() + settings.letterPauseHours * 3_600_000);
    return { sentAt: letter.created_at, expiresAt: letter.expires_at, mayOrderAt };
  }

  async enter(accountId: string, typed: string): Promise<LetterVerdict> {
    const { db, clock, budgets, holds, confirmations, settings } = this.#deps;
    await holds.refuse(accountId, db);
    const tries = {
      name: 'letter-code',
      limit: settings.letterTries,
      windowSeconds: settings.letterTryMinutes * 60,
    };
    if (!(await budgets.take(tries, accountId))) return 'too_many';
    const letter = await store.countTry(db, accountId, { now: clock.now(), limit: TRIES_OF_A_LETTER });
    if (!letter) return 'expired';
    if (!timingSafeEqual(letter.code_hash, this.#hash(letter.id, plain(typed).replace(/\D/g, '')))) return 'wrong';
    const verdict = await confirmations.confirm(
      accountId,
      { method: 'mail', by: 'letter' },
      async (connection, held) =>
        this.#isForTheseData(letter, held) && (await store.end(connection, letter.id, clock.now())),
    );
    if (verdict === 'refused') return 'void';
    return verdict;
  }

  async #order(connection: Connection, accountId: string, language: Language): Promise<LetterOrder> {
    const { clock, budgets, holds, identities, messages, notices, audit, settings } = this.#deps;
    await holds.refuse(accountId, connection);
    const held = await identities.hold(connection, accountId);
    if (!held?.profile.address?.formatted) return 'no_address';
    const evidence = await identities.evidence(accountId, connection);
    if (held.status !== 'active' || !held.snapshot || !evidence.some(({ fits }) => fits)) return 'not_standard';
    const pause = { name: 'letter', limit: 1, windowSeconds: settings.letterPauseHours * 3600 };
    if (!(await budgets.take(pause, accountId, connection))) return 'too_soon';
    const now = clock.now();
    const id = newId(now);
    const expiresAt = new Date(now.getTime() + settings.letterDays * 86_400_000);
    const code = newCode(8) + newCode(8);
    await store.replaceLive(connection, {
      id,
      account_id: accountId,
      snapshot: held.snapshot,
      address_index: this.#addressIndex(held.profile),
      code_hash: this.#hash(id, code),
      created_at: now,
      expires_at: expiresAt,
    });
    const to = held.profile.address.formatted;
    const args = { name: fullName(held.profile), code: grouped(code), until: expiresAt.getTime() };
    const deadlineAt = new Date(now.getTime() + PRINT_DAYS * 86_400_000);
    await messages.send(
      connection,
      { name: 'confirmation-letter', channel: 'letter', to, language, args },
      { deadlineAt },
    );
    await audit.record(auditEvent.letterOrdered(accountId), connection);
    const link = { link: '/account/confirm/letter', until: expiresAt.getTime() };
    await notices.tell(connection, accountId, { name: 'letter-sent', language, args: link });
    return 'sent';
  }

  /** Neither the person nor the address may have changed since the letter was printed. */
  #isForTheseData({ snapshot, address_index }: store.StoredLetter, held: HeldIdentity): boolean {
    return Boolean(held.snapshot?.equals(snapshot)) && this.#addressIndex(held.profile).equals(address_index);
  }

  #addressIndex({ address }: Profile): Buffer {
    return this.#deps.index.of('letters.address', address?.formatted ?? '');
  }

  #hash(id: string, code: string): Buffer {
    return this.#deps.index.of('letters.code', `${id}\0${code.length === CODE_DIGITS ? code : ''}`);
  }
}

function grouped(code: string): string {
  return code.match(/.{4}/g)!.join('-');
}
