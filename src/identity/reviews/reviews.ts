import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import { newId, newReference } from '#src/platform/security/random.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import { isUniqueViolation, type Connection, type Database } from '#src/platform/storage/database.ts';
import type { ReviewRow } from '#src/platform/storage/tables.ts';
import type { Account } from '#src/identity/accounts/account.ts';
import type { AccountNotices } from '#src/identity/accounts/account-notices.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { HeldIdentity, Identities, KnownDocument } from '#src/identity/accounts/identities.ts';
import { areSamePerson } from '#src/identity/accounts/same-person.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import type { Looks } from '#src/identity/operators/looks.ts';
import type { Operators } from '#src/identity/operators/operators.ts';
import { reviewOf, type RejectionReason, type Review } from '#src/identity/reviews/review.ts';
import * as store from '#src/identity/reviews/review-store.ts';
import {
  foreignProfile,
  loginOf,
  passportDocument,
  passportIn,
  type ForeignPassport,
} from '#src/identity/verification/foreign-passport.ts';

const PATH = '/account/review';
const QUEUE = 100;

export type TakeRefusal = 'gone' | 'taken' | 'own_record' | 'too_many';
export type Decision = { approve: true } | { reject: RejectionReason };
export type DecisionVerdict = 'approved' | 'rejected' | 'conflict' | 'changed' | 'gone';

export interface ShownReview extends Review {
  account: Account;
  documents: KnownDocument[];
  /** How many other accounts say that this passport is theirs. */
  otherOwners: number;
}

interface ReviewsDeps {
  db: Database;
  clock: Clock;
  budgets: Budgets;
  accounts: Accounts;
  identities: Identities;
  notices: AccountNotices;
  operators: Operators;
  looks: Looks;
  holds: Holds;
  audit: Audit;
  settings: Pick<Config['operators'], 'visitMinutes'> & { submissionsPerDay: number };
}

/**
 * A foreign citizen's profile before a reviewer (F11, F15, F18): sent by the person, taken by one reviewer at a time, approved
 * or sent back with a reason. What is approved is the data with this very hash; whoever edits them meanwhile begins anew.
 */
export class Reviews {
  readonly #deps: ReviewsDeps;

  constructor(deps: ReviewsDeps) {
    this.#deps = deps;
  }

  async latest(accountId: string): Promise<Review | undefined> {
    const row = await store.findLatest(this.#deps.db, accountId);
    return row && reviewOf(row);
  }

  /** Saves what the person says and puts it before the reviewers. Pressing the button twice sends once. */
  async submit(accountId: string, passport: ForeignPassport, language: Language): Promise<'submitted' | 'too_many'> {
    const { db, budgets, holds, settings, identities, audit, notices } = this.#deps;
    const daily = { name: 'reviews', limit: settings.submissionsPerDay, windowSeconds: 86_400 };
    if (!(await budgets.take(daily, accountId))) return 'too_many';
    await db.transaction().execute(async (transaction) => {
      await holds.refuse(accountId, transaction);
      const before = (await identities.hold(transaction, accountId))!;
      const after = await this.#save(transaction, before, passport);
      const live = await this.#live(transaction, accountId);
      if (live?.snapshot.equals(after.fullSnapshot) || (await this.#isProven(transaction, accountId))) return;
      await store.supersede(transaction, accountId, this.#deps.clock.now());
      const reference = await this.#begin(transaction, after, passport.country);
      await audit.record(auditEvent.reviewSubmitted(accountId), transaction);
      await notices.tell(transaction, accountId, {
        name: 'review-submitted',
        language,
        args: { reference, link: PATH },
      });
    });
    notices.wake();
    return 'submitted';
  }

  /** What waits, without a word about the people: opening one is a look. */
  async queue(): Promise<(Pick<ReviewRow, 'id' | 'country' | 'status'> & { at: Date; reviewer: string | null })[]> {
    const rows = await store.listLive(this.#deps.db, QUEUE);
    return rows.map(({ id, country, status, created_at, reviewer_id }) => ({
      id,
      country,
      status,
      at: created_at,
      reviewer: reviewer_id,
    }));
  }

  /** From now on it is this reviewer's, for as long as a visit lasts. */
  async take(reviewer: string, id: string): Promise<'taken_over' | TakeRefusal> {
    const { db, accounts, clock, looks, notices } = this.#deps;
    const found = await store.find(db, id);
    const [own, account] = await Promise.all([accounts.find(reviewer), found && accounts.find(found.account_id)]);
    if (!found || !own || account?.status !== 'active') return 'gone';
    if (areSamePerson({ accountId: reviewer, profile: own.profile }, { ...account, accountId: account.id }))
      return 'own_record';
    const verdict = await db.transaction().execute(async (transaction): Promise<'taken_over' | TakeRefusal> => {
      const row = await store.hold(transaction, id);
      if (!row || !isLive(row)) return 'gone';
      if (row.reviewer_id !== reviewer && this.#isTaken(row)) return 'taken';
      const look = { operator: reviewer, by: 'reviewer', purpose: 'review' };
      if (!(await looks.open(transaction, row.account_id, look))) return 'too_many';
      await store.update(transaction, id, { status: 'in_review', reviewer_id: reviewer, taken_at: clock.now() });
      if (row.status === 'submitted') await this.#tell(transaction, row, 'review-started');
      return 'taken_over';
    });
    notices.wake();
    return verdict;
  }

  /** Undefined: nobody's, or another reviewer's. */
  async find(reviewer: string, id: string): Promise<ShownReview | undefined> {
    const { db, accounts, identities } = this.#deps;
    const row = await store.find(db, id);
    if (row?.reviewer_id !== reviewer || !row.taken_at || this.#isOver(row.taken_at)) return undefined;
    const account = await accounts.find(row.account_id);
    if (!account) return undefined;
    const documents = await identities.documents(account.id);
    const passport = documents.find(({ kind }) => kind === 'foreign');
    const owners = passport ? await identities.ownersOf(passport) : [];
    const otherOwners = owners.filter(({ accountId }) => accountId !== account.id).length;
    return { ...reviewOf(row), account, documents, otherOwners };
  }

  /** `changed`: the data are no longer those that were sent; `gone`: it is not this reviewer's to decide any more. */
  async decide(reviewer: string, id: string, decision: Decision): Promise<DecisionVerdict> {
    const { db, notices } = this.#deps;
    const work = db.transaction().execute((transaction) => this.#decide(transaction, reviewer, id, decision));
    const verdict = await work.catch(async (error: unknown): Promise<DecisionVerdict> => {
      if (!isUniqueViolation(error, 'documents_verified_key')) throw error;
      const rejection = { reject: 'conflict' } as const;
      const sentBack = await db
        .transaction()
        .execute((transaction) => this.#decide(transaction, reviewer, id, rejection));
      return sentBack === 'rejected' ? 'conflict' : sentBack;
    });
    notices.wake();
    return verdict;
  }

  async #decide(
    connection: Connection,
    reviewer: string,
    id: string,
    decision: Decision,
  ): Promise<Exclude<DecisionVerdict, 'conflict'>> {
    const { clock, identities, operators, audit } = this.#deps;
    const found = await store.find(connection, id);
    // The person's data first, then the review: as when it is submitted.
    const held = found && (await identities.hold(connection, found.account_id));
    const row = held && (await store.hold(connection, id));
    if (!held || held.status !== 'active' || !row || !this.#isTheirs(row, reviewer)) return 'gone';
    if (!(await operators.holds(connection, { accountId: reviewer, role: 'reviewer' }))) return 'gone';
    const decided = { decided_at: clock.now() };
    if (!row.snapshot.equals(held.fullSnapshot)) {
      await store.update(connection, id, { status: 'superseded', ...decided });
      return 'changed';
    }
    if ('reject' in decision) {
      await store.update(connection, id, { status: 'rejected', reason: decision.reject, ...decided });
      await audit.record(auditEvent.reviewDecided(row.account_id, 'rejected', reviewer, decision.reject), connection);
      await this.#tell(connection, row, 'review-rejected');
      return 'rejected';
    }
    await store.update(connection, id, { status: 'approved', ...decided });
    await this.#prove(connection, held);
    await audit.record(auditEvent.reviewDecided(row.account_id, 'approved', reviewer), connection);
    await this.#tell(connection, row, 'review-approved');
    return 'approved';
  }

  /** Of everything that the reviewer saw. The login of the passport is now theirs whose it is proven to be. */
  async #prove(connection: Connection, { accountId, profile, documents }: HeldIdentity): Promise<void> {
    const { accounts, identities } = this.#deps;
    await identities.prove(connection, accountId, 'review', 'reviewer');
    const passport = passportIn(profile, documents)!;
    await accounts.claimForeignLogin(connection, accountId, loginOf(passport), { isProven: true });
  }

  async #save(connection: Connection, before: HeldIdentity, passport: ForeignPassport): Promise<HeldIdentity> {
    const { identities, accounts, audit } = this.#deps;
    const others = before.documents.filter(({ kind }) => kind !== 'foreign');
    const after = await identities.replace(connection, before, {
      profile: foreignProfile(before.profile, passport),
      documents: [...others, passportDocument(passport)],
    });
    if (!after.fullSnapshot.equals(before.fullSnapshot))
      await audit.record(auditEvent.identityChanged(before.accountId), connection);
    await accounts.claimForeignLogin(connection, before.accountId, loginOf(passport));
    return after;
  }

  async #begin(connection: Connection, held: HeldIdentity, country: string): Promise<string> {
    const now = this.#deps.clock.now();
    const reference = newReference();
    const row = { id: newId(now), account_id: held.accountId, snapshot: held.fullSnapshot, country, reference };
    await store.insert(connection, { ...row, created_at: now });
    return reference;
  }

  async #live(connection: Connection, accountId: string): Promise<ReviewRow | undefined> {
    const latest = await store.findLatest(connection, accountId);
    return latest && isLive(latest) ? latest : undefined;
  }

  async #tell(
    connection: Connection,
    { account_id: accountId, reference }: ReviewRow,
    name: 'review-started' | 'review-approved' | 'review-rejected',
  ): Promise<void> {
    const { accounts, notices } = this.#deps;
    const language = await accounts.localeOf(accountId, connection);
    await notices.tell(connection, accountId, { name, language, args: { reference, link: PATH } });
  }

  async #isProven(connection: Connection, accountId: string): Promise<boolean> {
    return (await this.#deps.identities.evidence(accountId, connection)).some(({ fits }) => fits);
  }

  #isTheirs(row: ReviewRow, reviewer: string): boolean {
    return this.#isTaken(row) && row.reviewer_id === reviewer;
  }

  #isTaken({ status, taken_at: takenAt }: ReviewRow): boolean {
    return status === 'in_review' && takenAt !== null && !this.#isOver(takenAt);
  }

  #isOver(takenAt: Date): boolean {
    const { clock, settings } = this.#deps;
    return clock.now().getTime() - takenAt.getTime() > settings.visitMinutes * 60_000;
  }
}

function isLive({ status }: ReviewRow): boolean {
  return status === 'submitted' || status === 'in_review';
}
