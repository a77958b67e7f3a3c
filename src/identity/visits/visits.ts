import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import { newId } from '#src/platform/security/random.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { Account } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { HeldIdentity, Identities, KnownDocument } from '#src/identity/accounts/identities.ts';
import { areSamePerson } from '#src/identity/accounts/same-person.ts';
import { auditEvent, type AuditEvent, type Look } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import type { Looks } from '#src/identity/operators/looks.ts';
import type { Operators } from '#src/identity/operators/operators.ts';
import type { Checks } from '#src/identity/verification/checks.ts';
import type { Confirmations, ConfirmationVerdict } from '#src/identity/verification/confirmations.ts';
import * as store from '#src/identity/visits/visit-store.ts';
import {
  areEnough,
  papersToRestore,
  visitOf,
  type ClerkAtWork,
  type Purpose,
  type Visit,
  type VisitRefusal,
} from '#src/identity/visits/visit.ts';

interface VisitsDeps {
  db: Database;
  clock: Clock;
  accounts: Accounts;
  identities: Identities;
  checks: Checks;
  confirmations: Confirmations;
  operators: Operators;
  looks: Looks;
  budgets: Budgets;
  holds: Holds;
  audit: Audit;
  settings: Config['operators'];
  /** How long the registry may take. */
  checkDays: number;
}

export interface ShownVisit extends Visit {
  account: Account;
  documents: KnownDocument[];
}

/** A person with papers before a clerk, from being found to being confirmed (R12). Every step is the clerk's own and in their hour. */
export class Visits {
  readonly #deps: VisitsDeps;

  constructor(deps: VisitsDeps) {
    this.#deps = deps;
  }

  /** Finds the person by the very number of a document. Nothing of them is shown unless the visit may go on. */
  async open(
    clerk: ClerkAtWork,
    { kind, value }: { kind: string; value: string },
    purpose: Purpose,
  ): Promise<{ id: string } | VisitRefusal> {
    const { db, identities, looks, clock, settings } = this.#deps;
    const searched = await db.transaction().execute(async (transaction) => {
      if (!(await looks.maySearch(transaction, clerk.accountId))) return 'too_many' as const;
      return identities.ownersOf({ kind, value }, transaction);
    });
    if (searched === 'too_many') return searched;
    const owner = searched.find(({ verified }) => verified) ?? searched[0];
    if (!owner) return 'nobody';
    const refusal = await this.#refusalOf(clerk, owner.accountId, purpose);
    if (refusal) return refusal;
    return db.transaction().execute(async (transaction): Promise<{ id: string } | VisitRefusal> => {
      const held = await identities.hold(transaction, owner.accountId);
      if (!held) return 'nobody';
      if (!(await looks.open(transaction, owner.accountId, lookOf(clerk, purpose)))) return 'too_many';
      const now = clock.now();
      const id = newId(now);
      await store.insert(transaction, {
        id,
        account_id: owner.accountId,
        operator_id: clerk.accountId,
        office: clerk.office,
        purpose,
        snapshot: held.fullSnapshot,
        papers: [],
        opened_at: now,
        expires_at: new Date(now.getTime() + settings.visitMinutes * 60_000),
      });
      return { id };
    });
  }

  /** Undefined: over, another clerk's, or of another office. */
  async find(clerk: ClerkAtWork, id: string): Promise<ShownVisit | undefined> {
    const { db, clock, accounts, identities } = this.#deps;
    const row = await store.find(db, id, ownerOf(clerk), clock.now());
    const account = row && (await accounts.find(row.account_id));
    if (!account) return undefined;
    return { ...visitOf(row), account, documents: await identities.documents(account.id) };
  }

  /** Shows whole numbers, which is an act of its own. */
  async unmask(clerk: ClerkAtWork, id: string): Promise<void> {
    await this.#change(clerk, id, async (transaction, visit) => {
      if (visit.isUnmasked || visit.purpose === 'restore') return;
      await store.update(transaction, id, { unmasked_at: this.#deps.clock.now() });
      await this.#record(transaction, auditEvent.recordUnmasked(visit.accountId, lookOf(clerk, visit.purpose)));
    });
  }

  /** What lay on the desk. False: not enough to know somebody by. */
  async recordPapers(clerk: ClerkAtWork, id: string, papers: string[]): Promise<boolean> {
    const done = await this.#change(clerk, id, async (transaction, visit) => {
      const documents = await this.#deps.identities.documents(visit.accountId, transaction);
      if (visit.purpose !== 'confirm' || !areEnough(papers, documents)) return false;
      await store.update(transaction, id, { papers });
      const look = lookOf(clerk, visit.purpose);
      await this.#record(transaction, auditEvent.papersSeen(visit.accountId, papers.join(' '), look));
      return true;
    });
    return done ?? false;
  }

  /** The numbers of both papers, typed from the paper: the record does not show them. A few tries in a visit. */
  async compareNumbers(
    clerk: ClerkAtWork,
    id: string,
    typed: readonly string[],
  ): Promise<'right' | 'wrong' | 'too_many' | 'over'> {
    const verdict = await this.#change(clerk, id, async (transaction, visit) => {
      const documents = await this.#deps.identities.documents(visit.accountId, transaction);
      const papers = papersToRestore(documents);
      if (visit.purpose !== 'restore' || !papers) return 'over' as const;
      const tries = { name: 'restore-numbers', limit: 5, windowSeconds: this.#deps.settings.visitMinutes * 60 };
      if (!(await this.#deps.budgets.take(tries, id, transaction))) return 'too_many' as const;
      if (papers.some(({ value }, at) => value !== typed[at])) return 'wrong' as const;
      const kinds = papers.map(({ kind }) => kind);
      await store.update(transaction, id, { papers: kinds });
      const look = lookOf(clerk, visit.purpose);
      await this.#record(transaction, auditEvent.papersSeen(visit.accountId, kinds.join(' '), look));
      return 'right' as const;
    });
    return verdict ?? 'over';
  }

  /** Ends a visit with both papers seen, in the caller's transaction, which holds the account. Undefined: not to be done. */
  async endRestoring(
    connection: Connection,
    clerk: ClerkAtWork,
    { id, held, outcome }: { id: string; held: HeldIdentity; outcome: 'restoration_asked' | 'restoration_sent' },
  ): Promise<Visit | undefined> {
    const now = this.#deps.clock.now();
    const row = await store.hold(connection, id, ownerOf(clerk), now);
    if (row?.purpose !== 'restore' || !row.snapshot.equals(held.fullSnapshot)) return undefined;
    const papers = papersToRestore(held.documents)?.map(({ kind }) => kind) ?? [];
    if (papers.length === 0 || papers.join(' ') !== row.papers.join(' ')) return undefined;
    if (!(await this.#deps.operators.holds(connection, { ...clerk, role: 'clerk' }))) return undefined;
    await store.update(connection, id, { outcome, ended_at: now });
    return visitOf(row);
  }

  /** The papers are not this person's, or do not say what the record says. */
  async refuse(clerk: ClerkAtWork, id: string): Promise<void> {
    await this.#change(clerk, id, async (transaction, visit) => {
      await store.update(transaction, id, { outcome: 'refused', ended_at: this.#deps.clock.now() });
      await this.#record(transaction, auditEvent.visitRefused(visit.accountId, lookOf(clerk, visit.purpose)));
    });
  }

  /** `refused`: the data changed since they were compared, papers are missing, or the clerk's role ended. */
  async confirm(clerk: ClerkAtWork, id: string): Promise<ConfirmationVerdict> {
    const { db, clock, confirmations, operators } = this.#deps;
    const visit = await store.find(db, id, ownerOf(clerk), clock.now());
    if (!visit) return 'refused';
    const by = { method: 'in_person', by: `office:${clerk.office}`, operator: clerk.accountId } as const;
    const verdict = await confirmations.confirm(visit.account_id, by, async (transaction, held) => {
      const row = await store.hold(transaction, id, ownerOf(clerk), clock.now());
      if (row?.purpose !== 'confirm' || !row.snapshot.equals(held.fullSnapshot)) return false;
      if (!areEnough(row.papers, held.documents)) return false;
      if (!(await operators.holds(transaction, { ...clerk, role: 'clerk' }))) return false;
      await store.update(transaction, id, { outcome: 'confirmed', ended_at: clock.now() });
      return true;
    });
    if (verdict === 'conflict') await store.update(db, id, { outcome: 'conflict', ended_at: clock.now() });
    return verdict;
  }

  /** Somebody new, seen with papers; confirmed once the registry finds these very data right. False: no clerk any more. */
  async noteSeen(
    connection: Connection,
    clerk: ClerkAtWork,
    { held, papers }: { held: HeldIdentity; papers: string[] },
  ): Promise<boolean> {
    const { clock, operators, checkDays } = this.#deps;
    if (!(await operators.holds(connection, { ...clerk, role: 'clerk' }))) return false;
    const now = clock.now();
    await store.insert(connection, {
      id: newId(now),
      account_id: held.accountId,
      operator_id: clerk.accountId,
      office: clerk.office,
      purpose: 'create',
      snapshot: held.fullSnapshot,
      papers,
      opened_at: now,
      expires_at: new Date(now.getTime() + checkDays * 86_400_000),
    });
    return true;
  }

  /** Whom the registry found right meanwhile. Answers how many. */
  async confirmSeen(): Promise<number> {
    const { db, clock, accounts, holds, confirmations } = this.#deps;
    let confirmed = 0;
    for (const { id, account_id: accountId, operator_id: operator, office } of await store.listSeen(db, clock.now())) {
      if (!(await accounts.find(accountId))?.evidence.includes('registry')) continue;
      if (await holds.find(accountId)) continue;
      const by = { method: 'in_person', by: `office:${office}`, operator } as const;
      const verdict = await confirmations.confirm(accountId, by, async (transaction, held) => {
        const row = await store.hold(transaction, id, { operatorId: operator, office }, clock.now());
        if (!row?.snapshot.equals(held.fullSnapshot)) return false;
        await store.update(transaction, id, { outcome: 'confirmed', ended_at: clock.now() });
        return true;
      });
      if (verdict === 'confirmed') confirmed++;
    }
    return confirmed;
  }

  async #refusalOf(clerk: ClerkAtWork, accountId: string, purpose: Purpose): Promise<VisitRefusal | undefined> {
    const { accounts, checks, holds } = this.#deps;
    const [own, account] = await Promise.all([accounts.find(clerk.accountId), accounts.find(accountId)]);
    if (!own || !account || account.status === 'deleted') return 'nobody';
    const isOwn = areSamePerson({ accountId, profile: account.profile }, { ...clerk, profile: own.profile });
    if (isOwn) return 'own_record';
    if (purpose === 'question') return undefined;
    if (account.status === 'blocked') return 'account_blocked';
    if (purpose === 'restore')
      return papersToRestore(await this.#deps.identities.documents(accountId)) ? undefined : 'unproven';
    if (await holds.find(accountId)) return 'held';
    // Another proof is no obstacle: not every client takes every one.
    if (account.evidence.includes('in_person')) return 'already_confirmed';
    if (account.evidence.length > 0) return undefined;
    return (await checks.progress(accountId))?.status === 'conflict' ? 'conflict' : 'not_checked';
  }

  /** One step of a visit under way; undefined when it is not. */
  async #change<T>(
    clerk: ClerkAtWork,
    id: string,
    step: (transaction: Connection, visit: Visit) => Promise<T>,
  ): Promise<T | undefined> {
    const { db, clock } = this.#deps;
    return db.transaction().execute(async (transaction) => {
      const row = await store.hold(transaction, id, ownerOf(clerk), clock.now());
      return row && step(transaction, visitOf(row));
    });
  }

  async #record(transaction: Connection, event: AuditEvent): Promise<void> {
    await this.#deps.audit.record(event, transaction);
  }
}

function ownerOf({ accountId, office }: ClerkAtWork) {
  return { operatorId: accountId, office };
}

function lookOf({ accountId, office }: ClerkAtWork, purpose: Purpose): Look {
  return { operator: accountId, by: 'clerk', office, purpose };
}
