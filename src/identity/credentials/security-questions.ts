import type { Clock } from '#src/platform/clock.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { FieldEncryption } from '#src/platform/security/encryption.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import { plain } from '#src/identity/accounts/contact.ts';
import type { PasswordHasher } from '#src/identity/credentials/password-hasher.ts';
import * as store from '#src/identity/credentials/security-question-store.ts';

/** From the list, by name, or in the person's own words. */
export type Question = { listed: ListedQuestion } | { own: string };

export const listedQuestions = ['teacher', 'street', 'book', 'pet', 'dish'] as const;
type ListedQuestion = (typeof listedQuestions)[number];

/** To put it back as it was. */
export interface KeptQuestion {
  question: Question;
  answerHash: string;
}

export type AnswerVerdict = 'right' | 'wrong' | 'closed';

interface SecurityQuestionsDeps {
  db: Database;
  clock: Clock;
  encryption: FieldEncryption;
  hasher: PasswordHasher;
  budgets: Budgets;
  triesPerDay: number;
}

/** One more hurdle on the way back into an account, for those who want it; never a proof by itself (P13). */
export class SecurityQuestions {
  readonly #deps: SecurityQuestionsDeps;

  constructor(deps: SecurityQuestionsDeps) {
    this.#deps = deps;
  }

  async find(accountId: string, connection: Connection = this.#deps.db): Promise<Question | undefined> {
    const row = await store.find(connection, accountId);
    return row && this.#deps.encryption.decryptJson<Question>(row.question, placeOf(accountId));
  }

  async keep(connection: Connection, accountId: string): Promise<KeptQuestion | undefined> {
    const row = await store.find(connection, accountId);
    if (!row) return undefined;
    const question = this.#deps.encryption.decryptJson<Question>(row.question, placeOf(accountId));
    return { question, answerHash: row.answer_hash };
  }

  /** To be computed before the transaction that stores it. */
  async hash(answer: string): Promise<string> {
    return this.#deps.hasher.hash(normalizeAnswer(answer));
  }

  async set(connection: Connection, accountId: string, question: Question, answerHash: string): Promise<void> {
    const { encryption, clock } = this.#deps;
    await store.set(connection, {
      account_id: accountId,
      question: encryption.encryptJson(question, placeOf(accountId)),
      answer_hash: answerHash,
      created_at: clock.now(),
    });
  }

  async remove(connection: Connection, accountId: string): Promise<boolean> {
    return store.remove(connection, accountId);
  }

  /** Counted before it is looked at. */
  async verify(accountId: string, answer: string): Promise<AnswerVerdict> {
    const { db, hasher, budgets, triesPerDay } = this.#deps;
    const perDay = { name: 'security-answer', limit: triesPerDay, windowSeconds: 86_400 };
    if (!(await budgets.take(perDay, accountId))) return 'closed';
    const row = await store.find(db, accountId);
    if (!row || !(await hasher.verify(row.answer_hash, normalizeAnswer(answer)))) return 'wrong';
    await budgets.clear(perDay, accountId);
    return 'right';
  }
}

/** Case, blanks, punctuation and the dots of ё are spelling. */
export function normalizeAnswer(typed: string): string {
  return plain(typed.slice(0, 500))
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

function placeOf(row: string) {
  return { table: 'security_questions', column: 'question', row };
}
