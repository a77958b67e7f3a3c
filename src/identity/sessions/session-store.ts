import { accountColumns } from '#src/platform/storage/account-columns.ts';
import type { Row, Statement, Statements } from '#src/platform/storage/statements.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { SessionAuthorization } from '#src/platform/storage/tables.ts';

/** One identifier in its three roles. Each has a hash of its own, so an identifier of one role is nothing in another. */
export interface SessionIdHashes {
  anonymous: Buffer;
  account: Buffer;
  retired: Buffer;
}

export interface SessionWrite {
  uid: string;
  accountId: string | null;
  payload: string;
  /** What this request set. */
  authorizations: Record<string, SessionAuthorization>;
  /** Clients whose entry this request took away. */
  removedClientIds: string[];
  signedInAt: Date | null;
  device: string | null;
  /** Given by a new sign-in: it must be the account's. */
  generation: number | null;
  now: Date;
  expiresAt: Date;
  absoluteSeconds: number;
  idHash: Buffer;
}

const columns = 's.uid, s.payload, s.authorizations, s.expires_at';

/** With the account that is signed in. */
const findById: Statement = {
  name: 'session_by_id',
  text: `select ${columns}, ${accountColumns('o')}
    from session_ids i join sessions s on s.uid = i.uid left join accounts o on o.id = s.account_id
    where i.id_hash in ($1::bytea, $2::bytea) and (i.id_hash = $1::bytea) = (s.account_id is null)
      and s.ended_at is null and s.expires_at > $4
      and not exists (select from session_ids where id_hash = $3::bytea)`,
};

const findByUid: Statement = {
  name: 'session_by_uid',
  text: `select ${columns} from sessions s where s.uid = $1 and s.ended_at is null and s.expires_at > $2`,
};

/**
 * Merges instead of replacing: tabs save what they loaded before the others wrote. Nothing is written, and no row comes
 * back, when the session was ended or is another person's by now, or the sign-in is of a generation that is over; the
 * account is locked for that, so that whoever ends all sessions at this moment sees this one or stops it. The end moves
 * in steps of half a minute: it is indexed, and a row whose indexed columns stay is written twice as cheaply.
 */
const save: Statement = {
  name: 'session_save',
  text: `with standing as (
      select sign_in_generation as current from accounts where id = $2::uuid and $12::int is not null for share
    ), saved as (
      insert into sessions as s (uid, account_id, payload, authorizations, signed_in_at, seen_at, expires_at, device)
      select $1, $2::uuid, $3, $4::jsonb, $5::timestamptz, $6::timestamptz, $7::timestamptz, $11
      where not exists (select from standing where current <> $12::int)
      on conflict (uid) do update set
        account_id = excluded.account_id,
        payload = case when s.signed_in_at > excluded.signed_in_at then s.payload else excluded.payload end,
        authorizations = (s.authorizations - $8::text[]) || excluded.authorizations,
        device = coalesce(excluded.device, s.device),
        signed_in_at = greatest(s.signed_in_at, excluded.signed_in_at),
        seen_at = case when excluded.expires_at > s.expires_at then excluded.seen_at else s.seen_at end,
        expires_at = least(case when excluded.expires_at > s.expires_at + interval '30 seconds' then excluded.expires_at else s.expires_at end,
          greatest(s.signed_in_at, excluded.signed_in_at) + make_interval(secs => $9))
      where s.ended_at is null and (s.account_id is null or s.account_id = excluded.account_id)
      returning uid
    ), remembered as (
      insert into session_ids (id_hash, uid) select $10::bytea, uid from saved on conflict (id_hash) do nothing
    )
    select uid from saved`,
};

/** In place of a save that would change nothing: whether it would have been refused. */
const isLive: Statement = {
  name: 'session_is_live',
  text: 'select true from sessions where uid = $1 and account_id is not distinct from $2 and ended_at is null and expires_at > $3',
};

/** The mark stays until the session is purged, so that a request under way cannot bring the identifier back. */
const retireId: Statement = {
  name: 'session_id_retire',
  text: `with gone as (delete from session_ids where id_hash in ($1::bytea, $2::bytea) returning uid)
    insert into session_ids (id_hash, uid) select $3::bytea, uid from gone on conflict (id_hash) do nothing`,
};

export async function findSessionById(
  statements: Statements,
  id: SessionIdHashes,
  now: Date,
): Promise<Row | undefined> {
  return (await statements.run(findById, [id.anonymous, id.account, id.retired, now]))[0];
}

export async function findSessionByUid(statements: Statements, uid: string, now: Date): Promise<Row | undefined> {
  return (await statements.run(findByUid, [uid, now]))[0];
}

export async function saveSession(statements: Statements, session: SessionWrite): Promise<boolean> {
  const { uid, accountId, payload, authorizations, removedClientIds, signedInAt, now, expiresAt, absoluteSeconds } =
    session;
  const values = [
    uid,
    accountId,
    payload,
    JSON.stringify(authorizations),
    signedInAt,
    now,
    expiresAt,
    removedClientIds,
  ];
  return (
    (await statements.run(save, [...values, absoluteSeconds, session.idHash, session.device, session.generation]))
      .length > 0
  );
}

export async function isSessionLive(
  statements: Statements,
  { uid, accountId, now }: Pick<SessionWrite, 'uid' | 'accountId' | 'now'>,
): Promise<boolean> {
  return (await statements.run(isLive, [uid, accountId, now])).length > 0;
}

export async function retireSessionId(statements: Statements, id: SessionIdHashes): Promise<void> {
  await statements.run(retireId, [id.anonymous, id.account, id.retired]);
}

export async function listLiveSessions(db: Connection, accountId: string, now: Date) {
  return db
    .selectFrom('sessions')
    .select(['uid', 'signed_in_at', 'seen_at', 'device', 'authorizations'])
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('seen_at', 'desc')
    .execute();
}

/** Also locks the account: sign-ins being written at this moment come before this, or not at all. */
export async function beginGeneration(db: Connection, accountId: string): Promise<void> {
  await db
    .updateTable('accounts')
    .set((eb) => ({ sign_in_generation: eb('sign_in_generation', '+', 1) }))
    .where('id', '=', accountId)
    .execute();
}

/** Locks in one order, so that two people ending the same sessions do not wait for each other. */
export async function lockSessionUids(
  db: Connection,
  accountId: string,
  exceptUid: string | undefined,
): Promise<string[]> {
  const live = db
    .selectFrom('sessions')
    .select('uid')
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null);
  const others = exceptUid === undefined ? live : live.where('uid', '!=', exceptUid);
  return (await others.orderBy('uid').forUpdate().execute()).map(({ uid }) => uid);
}

export async function endSessions(db: Connection, uids: string[], accountId: string | undefined, now: Date) {
  const live = db.updateTable('sessions').set({ ended_at: now }).where('uid', 'in', uids).where('ended_at', 'is', null);
  const owned = accountId === undefined ? live : live.where('account_id', '=', accountId);
  return owned.returning(['uid', 'account_id', 'authorizations']).execute();
}

export async function forgetSessionIds(db: Connection, uids: string[]): Promise<void> {
  await db.deleteFrom('session_ids').where('uid', 'in', uids).execute();
}

export async function findAuthorizations(db: Connection, uid: string): Promise<Record<string, SessionAuthorization>> {
  const row = await db.selectFrom('sessions').select('authorizations').where('uid', '=', uid).executeTakeFirst();
  return row?.authorizations ?? {};
}
