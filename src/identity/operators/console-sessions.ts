import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import { hashToken, newToken } from '#src/platform/security/random.ts';
import type { Database } from '#src/platform/storage/database.ts';
import { fullName } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Operator } from '#src/identity/operators/operator.ts';
import type { Operators } from '#src/identity/operators/operators.ts';
import * as store from '#src/identity/operators/console-session-store.ts';

interface ConsoleSessionsDeps {
  db: Database;
  clock: Clock;
  accounts: Accounts;
  operators: Operators;
  audit: Audit;
  settings: Config['operators'];
}

/** How somebody just proved who they are. */
export interface ProvenSignIn {
  accountId: string;
  sessionUid: string;
  signedInAt: Date;
  amr: readonly string[];
}

export type EntryRefusal = 'not_operator' | 'weak_factor';

/** Sessions of the console, apart from those of citizens (K3). Nothing of them is kept in memory, so an end counts at once. */
export class ConsoleSessions {
  readonly #deps: ConsoleSessionsDeps;

  constructor(deps: ConsoleSessionsDeps) {
    this.#deps = deps;
  }

  async begin({ accountId, sessionUid, signedInAt, amr }: ProvenSignIn): Promise<{ token: string } | EntryRefusal> {
    const { db, clock, audit, settings } = this.#deps;
    const strong = new Set<string>(settings.strongFactors);
    if (!amr.includes('mfa') || !amr.some((method) => strong.has(method))) return 'weak_factor';
    if (!(await this.#operator(accountId, signedInAt))) return 'not_operator';
    const token = newToken();
    const now = clock.now();
    const expires_at = new Date(signedInAt.getTime() + settings.absoluteHours * 3600_000);
    await db.transaction().execute(async (transaction) => {
      const row = { id_hash: hashToken(token), account_id: accountId, session_uid: sessionUid };
      await store.insert(transaction, { ...row, signed_in_at: signedInAt, seen_at: now, expires_at });
      await audit.record(auditEvent.consoleEntered(accountId, amr.join(' ')), transaction);
    });
    return { token };
  }

  /** Asked at every request: the session, the account and the roles as they are now. */
  async current(token: string): Promise<{ operator: Operator; sessionUid: string } | undefined> {
    const { db, clock, settings } = this.#deps;
    const now = clock.now();
    const idleSince = new Date(now.getTime() - settings.idleMinutes * 60_000);
    const session = await store.touch(db, hashToken(token), { now, idleSince });
    const operator = session && (await this.#operator(session.account_id, session.signed_in_at));
    return operator && { operator, sessionUid: session.session_uid };
  }

  async end(token: string): Promise<void> {
    await store.remove(this.#deps.db, hashToken(token));
  }

  async #operator(accountId: string, signedInAt: Date): Promise<Operator | undefined> {
    const { accounts, operators } = this.#deps;
    const [account, roles] = await Promise.all([accounts.find(accountId), operators.rolesOf(accountId)]);
    if (account?.status !== 'active' || tierFrom(account.evidence) !== 'confirmed' || roles.length === 0)
      return undefined;
    return { accountId, name: fullName(account.profile), roles, signedInAt };
  }
}
