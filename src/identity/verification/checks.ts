import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import type { Logger } from '#src/platform/logger.ts';
import type { Outbox } from '#src/platform/messaging/outbox.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import { newId } from '#src/platform/security/random.ts';
import { isUniqueViolation, type Connection, type Database } from '#src/platform/storage/database.ts';
import type { HeldIdentity, Identities } from '#src/identity/accounts/identities.ts';
import type { AccountNotices } from '#src/identity/accounts/account-notices.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import {
  isLive,
  progressOf,
  type Change,
  type Progress,
  type Said,
  type Saved,
} from '#src/identity/verification/check.ts';
import * as store from '#src/identity/verification/check-store.ts';
import type { CheckStatus, StoredCheck } from '#src/identity/verification/check-store.ts';
import { canBeChecked, type OtherDocumentKind } from '#src/identity/verification/other-documents.ts';
import type { Registry, RegistryAnswer, RegistryQuestion } from '#src/identity/verification/registry.ts';

const KIND = 'registry-check';
/** Questions outlive the deadline, so that a clock or a server that stood still leaves no check without its end. */
const JOB_DAYS = 365;
const STATUS_PATH = '/account/documents';
const HISTORY_PATH = '/account/history';

interface ChecksDeps {
  db: Database;
  clock: Clock;
  outbox: Outbox;
  budgets: Budgets;
  identities: Identities;
  notices: AccountNotices;
  audit: Audit;
  holds: Holds;
  registry: Registry;
  logger: Logger;
  settings: Config['verification'];
}

/**
 * Documents against the state registries (R9, R10). The registry answers when it likes; its answer counts once, and only
 * for the very values that were asked about (G2).
 */
export class Checks {
  readonly #deps: ChecksDeps;

  constructor(deps: ChecksDeps) {
    this.#deps = deps;
    deps.outbox.register(KIND, (job: { checkId: string; isTold?: boolean }) => this.#ask(job));
  }

  /** Saves what the person says and has it checked. Pressing the button twice starts one check. */
  async submit(
    accountId: string,
    change: Change,
    { language, forClient }: { language: Language; forClient?: string },
  ): Promise<Saved | 'too_many'> {
    const { budgets, settings } = this.#deps;
    const daily = { name: 'registry-checks', limit: settings.checksPerDay, windowSeconds: 86_400 };
    if (!(await budgets.take(daily, accountId))) return 'too_many';
    return this.#save(accountId, change, { language, forClient });
  }

  /** A document goes at any time; whatever is still to be checked is asked about without it. */
  async forget(accountId: string, kind: OtherDocumentKind, language: Language): Promise<Saved> {
    const without = ({ profile, documents }: Said) => ({
      profile,
      documents: documents.filter((one) => one.kind !== kind),
    });
    return this.#save(accountId, without, { language });
  }

  async progress(accountId: string): Promise<Progress | undefined> {
    const check = await store.findLatest(this.#deps.db, accountId);
    return check && progressOf(check);
  }

  /** `ignored`: answered before, or the data are no longer those that were asked about. */
  async takeAnswer(
    checkId: string,
    answer: Exclude<RegistryAnswer, { status: 'pending' }>,
  ): Promise<CheckStatus | 'ignored'> {
    const verdict = await this.#settle(checkId, answer).catch((error: unknown) => {
      if (!isUniqueViolation(error, 'documents_verified_key')) throw error;
      return this.#deps.db.transaction().execute((transaction) => this.#end(transaction, checkId, 'conflict'));
    });
    if (verdict === 'ignored') this.#deps.logger.info({ checkId, answer: answer.status }, 'registry answer ignored');
    this.#deps.outbox.wake();
    return verdict;
  }

  /** Past their deadline. Answers how many. */
  async endOverdue(): Promise<number> {
    const { db, clock, outbox } = this.#deps;
    const ids = await store.listOverdue(db, clock.now(), 500);
    for (const id of ids) await db.transaction().execute((transaction) => this.#end(transaction, id, 'overdue'));
    outbox.wake();
    return ids.length;
  }

  async #save(accountId: string, change: Change, asked: { language: Language; forClient?: string }): Promise<Saved> {
    const { db, holds, identities, outbox } = this.#deps;
    const verdict = await db.transaction().execute(async (transaction): Promise<Saved> => {
      await holds.refuse(accountId, transaction);
      const before = (await identities.hold(transaction, accountId))!;
      const after = await identities.replace(transaction, before, change(before));
      const isChanged = !after.fullSnapshot.equals(before.fullSnapshot);
      const latest = await store.findLatest(transaction, accountId);
      if (latest && isLive(latest) && latest.snapshot.equals(after.fullSnapshot)) return 'queued';
      await store.supersede(transaction, accountId, this.#deps.clock.now());
      if (isChanged) await this.#deps.audit.record(auditEvent.identityChanged(accountId), transaction);
      if (canBeChecked(after.documents) && !(await this.#isProven(transaction, after))) {
        await this.#begin(transaction, after, asked);
        return 'queued';
      }
      const { language } = asked;
      if (isChanged)
        await this.#deps.notices.tell(transaction, accountId, {
          name: 'data-changed',
          language,
          args: { link: HISTORY_PATH },
        });
      return 'saved';
    });
    outbox.wake();
    return verdict;
  }

  async #begin(
    connection: Connection,
    { accountId, fullSnapshot }: HeldIdentity,
    { language, forClient }: { language: Language; forClient?: string },
  ): Promise<void> {
    const { clock, audit, notices, settings } = this.#deps;
    const now = clock.now();
    const id = newId(now);
    const deadlineAt = new Date(now.getTime() + settings.checkDays * 86_400_000);
    const row = { id, account_id: accountId, snapshot: fullSnapshot, for_client: forClient ?? null };
    await store.insert(connection, { ...row, created_at: now, deadline_at: deadlineAt });
    await this.#plan(connection, { checkId: id }, now);
    await audit.record(auditEvent.checkStarted(accountId), connection);
    const args = { deadline: deadlineAt.getTime(), link: STATUS_PATH };
    await notices.tell(connection, accountId, { name: 'check-queued', language, args });
  }

  async #isProven(connection: Connection, { accountId, documents }: HeldIdentity): Promise<boolean> {
    if (documents.some(({ verified }) => !verified)) return false;
    return (await this.#deps.identities.evidence(accountId, connection)).some(({ fits }) => fits);
  }

  /** One try of the outbox. It never fails: the outbox would give up after a few tries, a registry has fifteen days. */
  async #ask({ checkId, isTold }: { checkId: string; isTold?: boolean }): Promise<void> {
    const { db, clock, registry, logger } = this.#deps;
    const check = await store.find(db, checkId);
    if (!check || !isLive(check)) return;
    if (check.deadline_at <= clock.now()) {
      await db.transaction().execute((transaction) => this.#end(transaction, checkId, 'overdue'));
      return;
    }
    const question = await db.transaction().execute((transaction) => this.#question(transaction, check));
    if (!question) return;
    await store.move(db, checkId, { status: 'checking', at: clock.now(), from: ['queued'] });
    const answer = await registry.ask(question).catch((error: unknown): RegistryAnswer => {
      logger.warn({ checkId, reason: (error as Error).name }, 'the registry did not answer');
      return { status: 'pending' };
    });
    if (answer.status !== 'pending') return void (await this.takeAnswer(checkId, answer));
    await this.#askLater(check, answer.askAgainSeconds, isTold);
  }

  async #question(connection: Connection, check: StoredCheck): Promise<RegistryQuestion | undefined> {
    const held = await this.#deps.identities.hold(connection, check.account_id);
    if (!held || held.status !== 'active' || !held.fullSnapshot.equals(check.snapshot)) {
      await store.move(connection, check.id, { status: 'superseded', at: this.#deps.clock.now() });
      return undefined;
    }
    const documents = held.documents.map(({ kind, value, details }) => ({ kind, value, details }));
    return { id: check.id, askedAt: check.created_at, person: held.profile, documents };
  }

  async #askLater(check: StoredCheck, seconds: number | undefined, isTold = false): Promise<void> {
    const { db, clock, notices, identities } = this.#deps;
    const now = clock.now();
    const ageSeconds = (now.getTime() - check.created_at.getTime()) / 1000;
    const waitSeconds = seconds ?? Math.min(3600, Math.max(15, ageSeconds / 4));
    const notBefore = new Date(Math.min(now.getTime() + waitSeconds * 1000, check.deadline_at.getTime()));
    await db.transaction().execute(async (transaction) => {
      await this.#plan(transaction, { checkId: check.id, isTold: true }, notBefore);
      if (isTold) return;
      const held = await identities.hold(transaction, check.account_id);
      const args = { deadline: check.deadline_at.getTime(), link: STATUS_PATH };
      await notices.tell(transaction, check.account_id, { name: 'check-under-way', language: held?.locale, args });
    });
  }

  async #plan(connection: Connection, payload: { checkId: string; isTold?: boolean }, notBefore: Date): Promise<void> {
    const deadlineAt = new Date(notBefore.getTime() + JOB_DAYS * 86_400_000);
    await this.#deps.outbox.put(connection, { kind: KIND, payload, notBefore, deadlineAt });
  }

  async #settle(
    checkId: string,
    answer: Exclude<RegistryAnswer, { status: 'pending' }>,
  ): Promise<CheckStatus | 'ignored'> {
    return this.#deps.db.transaction().execute(async (transaction) => {
      if (answer.status === 'failed') return this.#end(transaction, checkId, 'failed', answer.wrong);
      const check = await store.find(transaction, checkId);
      const held = check && (await this.#deps.identities.hold(transaction, check.account_id));
      if (!check || !held) return 'ignored';
      if (held.status !== 'active' || !held.fullSnapshot.equals(check.snapshot))
        return this.#end(transaction, checkId, 'superseded');
      const verdict = await this.#end(transaction, checkId, 'passed');
      if (verdict === 'passed')
        await this.#deps.identities.prove(transaction, check.account_id, 'registry', 'registry');
      return verdict;
    });
  }

  async #end(
    connection: Connection,
    checkId: string,
    status: Exclude<CheckStatus, 'queued' | 'checking'>,
    wrongFields: string[] = [],
  ): Promise<CheckStatus | 'ignored'> {
    const { clock, audit, notices, identities } = this.#deps;
    const check = await store.find(connection, checkId);
    const held = check && (await identities.hold(connection, check.account_id));
    if (!check || !held) return 'ignored';
    // A late confirmation is as good as a timely one, while the data are the same.
    const from: CheckStatus[] = status === 'passed' ? ['queued', 'checking', 'overdue'] : ['queued', 'checking'];
    if (!(await store.move(connection, checkId, { status, wrongFields, at: clock.now(), from }))) return 'ignored';
    await audit.record(auditEvent.checkEnded(check.account_id, status), connection);
    if (status !== 'superseded')
      await notices.tell(connection, check.account_id, {
        name: `check-${status === 'conflict' ? 'failed' : status}`,
        language: held.locale,
        args: { link: STATUS_PATH },
      });
    return status;
  }
}
