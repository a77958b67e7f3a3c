import type { Clock } from '#src/platform/clock.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { Row, Statements } from '#src/platform/storage/statements.ts';
import * as grantStore from '#src/identity/sessions/grant-store.ts';
import { keep, takeKept } from '#src/identity/sessions/read-ahead.ts';
import * as store from '#src/identity/sessions/session-store.ts';
import {
  changesBetween,
  copyOf,
  grantsEndingWith,
  hashSessionId,
  type Authorizations,
  type EndedSession,
  type LiveSession,
  type SessionRecord,
} from '#src/identity/sessions/session.ts';

export interface SessionsDeps {
  db: Database;
  statements: Statements;
  clock: Clock;
  absoluteHours: number;
}

/** A session as it was when this request began. */
interface Loaded {
  id: string;
  accountId: string | undefined;
  payload: string;
  expiresAt: Date;
  authorizations: Authorizations;
}

/** As often as the end of a session moves: see the statement that saves. */
const STEP_MS = 30_000;

/**
 * Who is signed in where. Ending is final: the row stays as a tombstone, and no request that was under way can write the
 * session again. Whatever ends a session also ends the grants that live with it, in one transaction. Ending all of an
 * account's begins a new generation: a sign-in that was proven in the one before is refused when it wants to be written.
 */
export class Sessions {
  readonly #db: Database;
  readonly #statements: Statements;
  readonly #clock: Clock;
  readonly #absoluteSeconds: number;
  /** What each loaded session was, by the authorizations handed out: see changesBetween. */
  readonly #loaded = new WeakMap<Authorizations, Loaded>();

  constructor({ db, statements, clock, absoluteHours }: SessionsDeps) {
    this.#db = db;
    this.#statements = statements;
    this.#clock = clock;
    this.#absoluteSeconds = absoluteHours * 3600;
  }

  async find(id: string): Promise<SessionRecord | undefined> {
    const row = await store.findSessionById(this.#statements, hashSessionId(id), this.#clock.now());
    if (!row) return undefined;
    keep('account', row.id, row);
    const session = this.#read(row);
    const authorizations = row.authorizations as Authorizations;
    this.#loaded.set(authorizations, {
      id,
      accountId: session?.accountId,
      payload: row.payload as string,
      expiresAt: row.expires_at as Date,
      authorizations: copyOf(authorizations),
    });
    return session;
  }

  /** For reading: what is saved from here counts as changed in every entry. */
  async findByUid(uid: string): Promise<SessionRecord | undefined> {
    const kept = takeKept('session', uid);
    return this.#read(kept ?? (await store.findSessionByUid(this.#statements, uid, this.#clock.now())));
  }

  /** False, and nothing is written, when the session or its sign-in was ended, or it belongs to somebody else by now. */
  async save(id: string, session: SessionRecord, expiresInSeconds: number): Promise<boolean> {
    const { uid, authorizations = {}, exp, device, generation, ...payload } = session;
    const { accountId, loginTs } = payload;
    const now = this.#clock.now();
    const expiresAt = Math.floor(now.getTime() / 1000) + expiresInSeconds;
    const signedIn = accountId !== undefined && loginTs !== undefined;
    const loaded = this.#loaded.get(authorizations);
    const isSigningIn = accountId !== undefined && loaded?.accountId !== accountId;
    const write: Omit<store.SessionWrite, 'idHash'> = {
      ...changesBetween(loaded?.authorizations ?? {}, authorizations),
      uid,
      accountId: accountId ?? null,
      payload: JSON.stringify(payload),
      signedInAt: signedIn ? new Date(loginTs * 1000) : null,
      device: device ?? null,
      generation: generation ?? (isSigningIn ? 0 : null),
      now,
      expiresAt: new Date((signedIn ? Math.min(expiresAt, loginTs + this.#absoluteSeconds) : expiresAt) * 1000),
      absoluteSeconds: this.#absoluteSeconds,
    };
    if (loaded?.id === id && changesNothing(loaded, write)) return store.isSessionLive(this.#statements, write);
    const hashes = hashSessionId(id);
    const idHash = accountId === undefined ? hashes.anonymous : hashes.account;
    const saved = await store.saveSession(this.#statements, { ...write, idHash });
    if (saved)
      this.#loaded.set(authorizations, {
        id: '',
        accountId,
        payload: '',
        expiresAt: now,
        authorizations: copyOf(authorizations),
      });
    return saved;
  }

  /** One cookie's identifier is replaced by another; the session lives on. */
  async retireId(id: string): Promise<void> {
    await store.retireSessionId(this.#statements, hashSessionId(id));
  }

  async list(accountId: string): Promise<LiveSession[]> {
    const rows = await store.listLiveSessions(this.#db, accountId, this.#clock.now());
    return rows.map(({ uid, signed_in_at, seen_at, device, authorizations }) => ({
      uid,
      signedInAt: signed_in_at,
      seenAt: seen_at,
      device,
      clientIds: Object.keys(authorizations),
    }));
  }

  /** Undefined when there is no such live session, or it is not that account's. */
  async end(
    uid: string,
    { accountId }: { accountId?: string } = {},
    db?: Connection,
  ): Promise<EndedSession | undefined> {
    return this.#within(db, async (trx) => {
      const ended = await this.#end(trx, [uid], accountId);
      await grantStore.endGrants(trx, { ids: grantsEndingWith(ended) }, this.#clock.now());
      return ended[0];
    });
  }

  /** Everything of an account: its sessions, and every grant, also those that outlive sign-out. The excepted session keeps its own. */
  async endAll(
    accountId: string,
    { exceptUid }: { exceptUid?: string } = {},
    db?: Connection,
  ): Promise<EndedSession[]> {
    return this.#within(db, async (trx) => {
      await store.beginGeneration(trx, accountId);
      const ended = await this.#end(trx, await store.lockSessionUids(trx, accountId, exceptUid), accountId);
      const kept = exceptUid === undefined ? {} : await store.findAuthorizations(trx, exceptUid);
      const exceptIds = Object.values(kept).flatMap(({ grantId }) => grantId ?? []);
      await grantStore.endGrants(trx, { accountId, exceptIds }, this.#clock.now());
      return ended;
    });
  }

  /** The person takes back what they allowed one client. */
  async revokeGrants(accountId: string, clientId: string, db?: Connection): Promise<void> {
    await this.#within(db, (trx) => grantStore.endGrants(trx, { accountId, clientId }, this.#clock.now()));
  }

  async #end(db: Connection, uids: string[], accountId: string | undefined): Promise<EndedSession[]> {
    if (uids.length === 0) return [];
    const rows = await store.endSessions(db, uids, accountId, this.#clock.now());
    if (rows.length > 0)
      await store.forgetSessionIds(
        db,
        rows.map(({ uid }) => uid),
      );
    return rows.map(({ uid, account_id, authorizations }) => ({ uid, accountId: account_id, authorizations }));
  }

  #within<T>(db: Connection | undefined, work: (db: Connection) => Promise<T>): Promise<T> {
    return db ? work(db) : this.#db.transaction().execute(work);
  }

  #read(row: Row | undefined): SessionRecord | undefined {
    if (!row) return undefined;
    const exp = Math.floor((row.expires_at as Date).getTime() / 1000);
    const authorizations = row.authorizations as Authorizations;
    return { ...(JSON.parse(row.payload as string) as object), uid: row.uid as string, authorizations, exp };
  }
}

function changesNothing(loaded: Loaded, write: Omit<store.SessionWrite, 'idHash'>): boolean {
  const movedMs = write.expiresAt.getTime() - loaded.expiresAt.getTime();
  return (
    movedMs >= 0 &&
    movedMs <= STEP_MS &&
    write.payload === loaded.payload &&
    write.device === null &&
    write.removedClientIds.length === 0 &&
    Object.keys(write.authorizations).length === 0
  );
}
