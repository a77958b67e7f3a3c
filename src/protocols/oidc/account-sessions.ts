import type { Context } from 'koa';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Sessions } from '#src/identity/sessions/sessions.ts';
import { hasSecondFactor } from '#src/protocols/oidc/assurance.ts';
import { renewIdentifier } from '#src/protocols/oidc/adapter.ts';
import type { LiveProvider } from '#src/protocols/oidc/live-provider.ts';
import type { BackchannelLogout } from '#src/protocols/oidc/logout.ts';

interface AccountSessionsDeps {
  db: Database;
  live: LiveProvider;
  sessions: Sessions;
  logout: BackchannelLogout;
  audit: Audit;
  issuer: string;
}

export interface CurrentSession {
  uid: string;
  accountId: string;
  /** When the person last proved who they are. */
  signedInAt: Date;
  hasSecondFactor: boolean;
  /** How, in the words of RFC 8176. */
  amr: string[];
}

/** The owner's hand on their sessions: ending one here also tells every client that took part in it (B7). */
export class AccountSessions {
  readonly #deps: AccountSessionsDeps;

  constructor(deps: AccountSessionsDeps) {
    this.#deps = deps;
  }

  /** The signed-in session of this browser. */
  async current({ req, res }: Context): Promise<CurrentSession | undefined> {
    const provider = this.#deps.live.current;
    const session = await provider.Session.get(provider.createContext(req, res));
    const { uid, accountId, loginTs, amr } = session;
    if (accountId === undefined) return undefined;
    const signedInAt = new Date((loginTs ?? 0) * 1000);
    return { uid, accountId, signedInAt, hasSecondFactor: hasSecondFactor(amr), amr: amr ?? [] };
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

  /**
   * More is known of the person from now on: sessions elsewhere were begun with less and end, and the identifier that this
   * browser had until now opens nothing (B2).
   */
  async strengthened(ctx: Context, { uid, accountId }: CurrentSession): Promise<void> {
    await this.endOthers(accountId, uid);
    const provider = this.#deps.live.current;
    const session = await provider.Session.get(provider.createContext(ctx.req, ctx.res));
    if (session.uid !== uid) return;
    const id = await renewIdentifier(session);
    if (id !== undefined) ctx.cookies.set(provider.cookieName('session'), id, this.#cookie);
  }

  /** Everywhere, together with a change that is the reason. False: that change did not happen, and nothing did. */
  async endAll(accountId: string, change: (transaction: Connection) => Promise<boolean>): Promise<boolean> {
    const { db, sessions, logout, audit } = this.#deps;
    const happened = await db.transaction().execute(async (transaction) => {
      if (!(await change(transaction))) return false;
      const ended = await sessions.endAll(accountId, {}, transaction);
      await logout.queueFor(ended, transaction);
      await audit.record(auditEvent.allSessionsEnded(accountId, ended.length), transaction);
      return true;
    });
    logout.wake();
    return happened;
  }

  get #cookie() {
    const secure = this.#deps.issuer.startsWith('https:');
    return { httpOnly: true, sameSite: 'lax', secure, signed: true, overwrite: true, path: '/' } as const;
  }

  forgetCookie(ctx: Context): void {
    ctx.cookies.set(this.#deps.live.current.cookieName('session'), null, { path: '/' });
  }
}
