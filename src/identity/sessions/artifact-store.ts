import { accountColumns } from '#src/platform/storage/account-columns.ts';
import type { Row, Statement, Statements } from '#src/platform/storage/statements.ts';

export interface ArtifactWrite {
  idHash: Buffer;
  kind: string;
  grantId: string | null;
  payload: Buffer;
  /** 'infinity' for what never expires. */
  expiresAt: Date | 'infinity';
}

/** What one request writes. */
export interface ArtifactWrites {
  artifacts: ArtifactWrite[];
  /** One that must not be lost makes the others wait for the disk with it. */
  mayBeLost: boolean;
  /** In exchange for this one, if nobody used it before. */
  used?: { idHash: Buffer; at: Date };
  /** Together with this one, if nothing that is still alive has its name. */
  once?: { artifact: ArtifactWrite; at: Date };
}

const find: Statement = {
  name: 'artifact_by_id',
  text: 'select payload, consumed_at from artifacts where id_hash = $1 and expires_at > $2',
};

/** With the grant it hangs on, the session it was made in and the account it is for, as far as they live. */
const findWithGrant: Statement = {
  name: 'artifact_with_grant',
  text: `select a.payload, a.consumed_at, g.id as grant_id, g.payload as grant_payload,
      s.uid, s.payload as session_payload, s.authorizations, s.expires_at, ${accountColumns('o')}
    from artifacts a
    left join grants g on g.id = a.grant_id and g.ended_at is null and g.expires_at > $2
    left join sessions s on s.uid = convert_from(a.payload, 'UTF8')::json ->> 'sessionUid'
      and s.ended_at is null and s.expires_at > $2
    left join accounts o on o.id = g.account_id
    where a.id_hash = $1 and a.expires_at > $2`,
};

const columns = 'id_hash, kind, grant_id, payload, expires_at';

const types = ['bytea', 'text', 'text', 'bytea', 'timestamptz'];

const replacing = `on conflict (id_hash) do update
      set grant_id = excluded.grant_id, payload = excluded.payload, expires_at = excluded.expires_at`;

function rowsFrom(first: number, count: number): string {
  const row = (at: number) => types.map((type, column) => `$${first + at * 5 + column}::${type}`).join(', ');
  return Array.from({ length: count }, (_, at) => `(${row(at)})`).join(', ');
}

/** Some rows by one statement, which is one commit. */
function saving(count: number, mayBeLost: boolean): Statement {
  return {
    name: `artifact_save_${count}${mayBeLost ? '_quickly' : ''}`,
    text: `insert into artifacts (${columns}) values ${rowsFrom(1, count)} ${replacing}`,
    mayBeLost,
  };
}

/** A code or token is used, and what it is exchanged for is kept, or neither. */
function exchanging(count: number): Statement {
  return {
    name: `artifact_exchange_${count}`,
    text: `with used as (
        update artifacts set consumed_at = $2 where id_hash = $1 and consumed_at is null returning true as is_used
      ), kept as (
        insert into artifacts (${columns}) select v.* from (values ${rowsFrom(3, count)}) v, used ${replacing}
      )
      select is_used from used`,
  };
}

/** No request saves more than a few. */
export const MOST_AT_ONCE = 4;
const saves = [true, false].map((mayBeLost) =>
  Array.from({ length: MOST_AT_ONCE }, (_, index) => saving(index + 1, mayBeLost)),
) as [Statement[], Statement[]];
const exchanges = Array.from({ length: MOST_AT_ONCE }, (_, index) => exchanging(index + 1));

const insertOnce: Statement = {
  name: 'artifact_insert_once',
  text: `insert into artifacts (${columns}) values ($1, $2, $3, $4, $5)
    on conflict (id_hash) do update set payload = excluded.payload, expires_at = excluded.expires_at
    where artifacts.expires_at <= $6
    returning true as is_first`,
};

/** A name is taken, and what is saved with it is kept, or neither. */
function taking(count: number): Statement {
  return {
    name: `artifact_take_${count}`,
    text: `with taken as (${insertOnce.text}), kept as (
        insert into artifacts (${columns}) select v.* from (values ${rowsFrom(7, count)}) v, taken ${replacing}
      )
      select is_first from taken`,
  };
}

const takings = Array.from({ length: MOST_AT_ONCE }, (_, index) => taking(index + 1));

/** Check and use in one statement: of twenty requests with one code, one gets the row. */
const consume: Statement = {
  name: 'artifact_consume',
  text: 'update artifacts set consumed_at = $2 where id_hash = $1 and consumed_at is null returning true',
};

const findGrantId: Statement = { name: 'artifact_grant', text: 'select grant_id from artifacts where id_hash = $1' };

const remove: Statement = { name: 'artifact_remove', text: 'delete from artifacts where id_hash = $1' };

const removeQuickly: Statement = { ...remove, name: 'artifact_remove_quickly', mayBeLost: true };

export async function findArtifact(statements: Statements, idHash: Buffer, now: Date): Promise<Row | undefined> {
  return (await statements.run(find, [idHash, now]))[0];
}

export async function findArtifactWithGrant(
  statements: Statements,
  idHash: Buffer,
  now: Date,
): Promise<Row | undefined> {
  return (await statements.run(findWithGrant, [idHash, now]))[0];
}

/** `collect` is asked when the turn ends. False, and nothing is written, when what is used or taken was so before. */
export async function writeArtifacts(statements: Statements, collect: () => ArtifactWrites): Promise<boolean> {
  let isConditional = false;
  const rows = await statements.runLate(() => {
    const { artifacts, mayBeLost, used, once } = collect();
    isConditional = used !== undefined || once !== undefined;
    const values = artifacts.flatMap(valuesOf);
    if (once) {
      const statement = artifacts.length === 0 ? insertOnce : takings[artifacts.length - 1]!;
      return [statement, [...valuesOf(once.artifact), once.at, ...values]];
    }
    if (!used) return [saves[mayBeLost ? 0 : 1][artifacts.length - 1]!, values];
    const statement = artifacts.length === 0 ? consume : exchanges[artifacts.length - 1]!;
    return [statement, [used.idHash, used.at, ...values]];
  });
  return !isConditional || rows.length > 0;
}

export async function findArtifactGrant(statements: Statements, idHash: Buffer): Promise<string | undefined> {
  return ((await statements.run(findGrantId, [idHash]))[0]?.grant_id as string | null | undefined) ?? undefined;
}

export async function removeArtifact(statements: Statements, idHash: Buffer, mayBeLost: boolean): Promise<void> {
  await statements.run(mayBeLost ? removeQuickly : remove, [idHash]);
}

function valuesOf({ idHash, kind, grantId, payload, expiresAt }: ArtifactWrite): unknown[] {
  return [idHash, kind, grantId, payload, expiresAt];
}
