import type { Row, Statement, Statements } from '#src/platform/storage/statements.ts';

export interface ArtifactWrite {
  idHash: Buffer;
  kind: string;
  grantId: string | null;
  payload: Buffer;
  /** 'infinity' for what never expires. */
  expiresAt: Date | 'infinity';
}

const find: Statement = {
  name: 'artifact_by_id',
  text: 'select payload, consumed_at from artifacts where id_hash = $1 and expires_at > $2',
};

/** With the grant it hangs on and the session it was made in, as far as they live. */
const findWithGrant: Statement = {
  name: 'artifact_with_grant',
  text: `select a.payload, a.consumed_at, g.id as grant_id, g.payload as grant_payload,
      s.uid, s.payload as session_payload, s.authorizations, s.expires_at
    from artifacts a
    left join grants g on g.id = a.grant_id and g.ended_at is null and g.expires_at > $2
    left join sessions s on s.uid = convert_from(a.payload, 'UTF8')::json ->> 'sessionUid'
      and s.ended_at is null and s.expires_at > $2
    where a.id_hash = $1 and a.expires_at > $2`,
};

const insert = 'insert into artifacts (id_hash, kind, grant_id, payload, expires_at) values ($1, $2, $3, $4, $5)';

const save: Statement = {
  name: 'artifact_save',
  text: `${insert} on conflict (id_hash) do update
    set grant_id = excluded.grant_id, payload = excluded.payload, expires_at = excluded.expires_at`,
};

const saveQuickly: Statement = { ...save, name: 'artifact_save_quickly', mayBeLost: true };

const insertOnce: Statement = {
  name: 'artifact_insert_once',
  text: `${insert} on conflict (id_hash) do update set payload = excluded.payload, expires_at = excluded.expires_at
    where artifacts.expires_at <= $6
    returning true`,
};

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

export async function saveArtifact(statements: Statements, artifact: ArtifactWrite, mayBeLost: boolean): Promise<void> {
  await statements.run(mayBeLost ? saveQuickly : save, valuesOf(artifact));
}

/** False when a live row has the identifier. */
export async function insertArtifactOnce(statements: Statements, artifact: ArtifactWrite, now: Date): Promise<boolean> {
  return (await statements.run(insertOnce, [...valuesOf(artifact), now])).length > 0;
}

export async function consumeArtifact(statements: Statements, idHash: Buffer, now: Date): Promise<boolean> {
  return (await statements.run(consume, [idHash, now])).length > 0;
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
