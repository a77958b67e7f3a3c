import type { Context } from 'koa';
import type { Database } from '#src/platform/storage/database.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Sessions } from '#src/identity/sessions/sessions.ts';
import type { LiveProvider } from '#src/protocols/oidc/live-provider.ts';
import type { BackchannelLogout } from '#src/protocols/oidc/logout.ts';

interface AccountSessionsDeps {
  db: Database;
  live: LiveProvider;
  sessions: Sessions;
  logout: BackchannelLogout;
  audit: Audit;
}

/** The owner's hand on their sessions: ending one here also tells every client that took part in it (B7). */
export class AccountSessions {
  readonly #deps: AccountSessionsDeps;

  constructor(deps: AccountSessionsDeps) {
    this.#deps = deps;
  }

  /** The signed-in session of this browser. */
  async current({ req, res }: Context): Promise<{ uid: string; accountId: string; signedInAt: Date } | undefined> {
    const provider = this.#deps.live.current;
    const { uid, accountId, loginTs } = await provider.Session.get(provider.createContext(req, res));
    return accountId === undefined ? undefined : { uid, accountId, signedInAt: new Date((loginTs ?? 0) * 1000) };
  }

  async end(accountId: string, uid: string): Promise<void> {
    const { db, sessions, logout, audit } = this.#deps;
    await db.transaction().execute(async (transaction) => {
      const ended = await sessions.end(uid, { accountId }, transaction);
      if (!ended) return;
      await logout.queueFor([ended], transaction);
      await audit.record(auditEvent.sessionEnded(accountId, 'person'), transaction);
    });
    logout.wake();
  }

  /** Everywhere but here, and every token with it. */
  async endOthers(accountId: string, exceptUid: string): Promise<void> {
    const { db, sessions, logout, audit } = this.#deps;
    await db.transaction().execute(async (transaction) => {
      const ended = await sessions.endAll(accountId, { exceptUid }, transaction);
      await logout.queueFor(ended, transaction);
      await audit.record(auditEvent.allSessionsEnded(accountId, ended.length), transaction);
    });
    logout.wake();
  }

  /** Everywhere, here too. */
  async endAll(accountId: string): Promise<void> {
    const { db, sessions, logout, audit } = this.#deps;
    await db.transaction().execute(async (transaction) => {
      const ended = await sessions.endAll(accountId, {}, transaction);
      await logout.queueFor(ended, transaction);
      await audit.record(auditEvent.allSessionsEnded(accountId, ended.length), transaction);
    });
    logout.wake();
  }

  forgetCookie(ctx: Context): void {
    ctx.cookies.set(this.#deps.live.current.cookieName('session'), null, { path: '/' });
  }
}
