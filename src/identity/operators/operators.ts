import type { Clock } from '#src/platform/clock.ts';
import type { ServiceCentres } from '#src/platform/config/service-centres.ts';
import { newId } from '#src/platform/security/random.ts';
import { isUniqueViolation, type Connection, type Database } from '#src/platform/storage/database.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import type { Alarms } from '#src/identity/audit/alarms.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import { heldRole, officeRoles, type HeldRole, type Role, type RoleRefusal } from '#src/identity/operators/operator.ts';
import * as store from '#src/identity/operators/operator-store.ts';

interface OperatorsDeps {
  db: Database;
  clock: Clock;
  accounts: Accounts;
  centres: ServiceCentres;
  audit: Audit;
  alarms: Alarms;
}

export interface WantedRole {
  accountId: string;
  role: Role;
  office?: string;
}

/** With so many administrators, giving a role takes two of them. */
const ENOUGH_ADMINISTRATORS = 2;

/** Who works here as what. A role counts from the moment it is given, and not a second after it is ended (K7). */
export class Operators {
  readonly #deps: OperatorsDeps;

  constructor(deps: OperatorsDeps) {
    this.#deps = deps;
  }

  async list(): Promise<HeldRole[]> {
    return (await store.listLive(this.#deps.db)).map(heldRole);
  }

  async rolesOf(accountId: string, connection: Connection = this.#deps.db): Promise<HeldRole[]> {
    return (await store.listLive(connection, accountId)).map(heldRole);
  }

  /** Whether they have it, here, until this transaction ends: a role ended meanwhile waits or wins. */
  async holds(connection: Connection, { accountId, role, office }: WantedRole): Promise<boolean> {
    const held = await store.holdRole(connection, accountId, role);
    return held !== undefined && (office === undefined || held.office === office);
  }

  /** What stands in the way of giving this role, before anybody else is asked about it. */
  async refusalOf({ accountId, role, office }: WantedRole): Promise<RoleRefusal | undefined> {
    const { accounts, centres } = this.#deps;
    const account = await accounts.find(accountId);
    if (account?.status !== 'active') return 'no_account';
    if (tierFrom(account.evidence) !== 'confirmed') return 'not_confirmed';
    if (officeRoles.has(role) && office === undefined) return 'office_needed';
    if (office !== undefined && (!officeRoles.has(role) || !centres.has(office))) return 'no_office';
    const held = await this.rolesOf(accountId);
    return held.some((one) => one.role === role) ? 'has_role' : undefined;
  }

  /**
   * In the transaction of what allowed it. Ask `refusalOf` before.
   * @param by the administrator; undefined: whoever holds the server's own keys.
   * @throws a unique violation of `operator_roles_live_key` when the account has this role already.
   */
  async give(connection: Connection, { accountId, role, office }: WantedRole, by?: string): Promise<void> {
    const { clock, audit } = this.#deps;
    const now = clock.now();
    const row = { id: newId(now), account_id: accountId, role, office: office ?? null };
    await store.insertRole(connection, { ...row, given_by: by ?? null, given_at: now });
    await audit.record(auditEvent.roleGiven(accountId, { role, office, operator: by }), connection);
  }

  /** Without a second person: for the first administrators, and with a reason when there is nobody left who could (K7). */
  async giveAsOwner(wanted: WantedRole, reason?: string): Promise<RoleRefusal | undefined> {
    const { db, audit, alarms } = this.#deps;
    const refusal = await this.refusalOf(wanted);
    if (refusal) return refusal;
    const done = await db
      .transaction()
      .execute(async (transaction): Promise<RoleRefusal | 'given' | 'broken'> => {
        const isBreaking = (await store.lockAdministrators(transaction)).length >= ENOUGH_ADMINISTRATORS;
        if (isBreaking && !reason) return 'reason_needed';
        await this.give(transaction, wanted);
        if (!isBreaking) return 'given';
        await audit.record(auditEvent.glassBroken(wanted.accountId, wanted.role, reason!), transaction);
        return 'broken';
      })
      .catch((error: unknown) => {
        if (isUniqueViolation(error, 'operator_roles_live_key')) return 'has_role' as const;
        throw error;
      });
    if (done === 'broken') await alarms.raise('glass_broken', wanted.accountId);
    return done === 'given' || done === 'broken' ? undefined : done;
  }

  /** At once and everywhere. The last administrator stays, or nobody could ever give a role again. */
  async end(id: string, by?: string): Promise<RoleRefusal | undefined> {
    const { db, clock, audit } = this.#deps;
    return db.transaction().execute(async (transaction): Promise<RoleRefusal | undefined> => {
      const administrators = await store.lockAdministrators(transaction);
      const found = await store.findLive(transaction, id);
      if (!found) return 'no_role';
      if (administrators.length === 1 && administrators[0] === id) return 'last_administrator';
      if (by !== undefined && !(await this.holds(transaction, { accountId: by, role: 'administrator' })))
        return 'no_role';
      await store.endRole(transaction, id, { by: by ?? null, at: clock.now() });
      const { account_id: accountId, role, office } = found;
      await audit.record(
        auditEvent.roleEnded(accountId, { role, office: office ?? undefined, operator: by }),
        transaction,
      );
      return undefined;
    });
  }
}
