import type { Connection } from '#src/platform/storage/database.ts';
import type { Statement, Statements } from '#src/platform/storage/statements.ts';

export interface GrantWrite {
  id: string;
  accountId: string | null;
  clientId: string;
  payload: string;
  expiresAt: Date;
}

/** Whose grants: named ones, or an account's, at one client or at all, some excepted. */
export type GrantChoice = { ids: string[] } | { accountId: string; clientId?: string; exceptIds?: string[] };

const find: Statement = {
  name: 'grant_by_id',
  text: 'select payload from grants where id = $1 and ended_at is null and expires_at > $2',
};

const save: Statement = {
  name: 'grant_save',
  text: `insert into grants (id, account_id, client_id, payload, expires_at) values ($1, $2, $3, $4, $5)
    on conflict (id) do update set payload = excluded.payload, expires_at = excluded.expires_at
    where grants.ended_at is null
    returning id`,
};

/** The grant is locked before its artifacts, here as everywhere, so that two revocations never wait for each other. */
const end: Statement = {
  name: 'grant_end',
  text: `with ended as (update grants set ended_at = coalesce(ended_at, $2) where id = $1 returning id)
    delete from artifacts where grant_id in (select id from ended)`,
};

export async function findGrant(statements: Statements, id: string, now: Date): Promise<string | undefined> {
  return (await statements.run(find, [id, now]))[0]?.payload as string | undefined;
}

export async function saveGrant(statements: Statements, grant: GrantWrite): Promise<boolean> {
  const { id, accountId, clientId, payload, expiresAt } = grant;
  return (await statements.run(save, [id, accountId, clientId, payload, expiresAt])).length > 0;
}

export async function endGrant(statements: Statements, id: string, now: Date): Promise<void> {
  await statements.run(end, [id, now]);
}

export async function endGrants(db: Connection, choice: GrantChoice, now: Date): Promise<void> {
  const ids = await lockGrants(db, choice);
  if (ids.length === 0) return;
  await db.updateTable('grants').set({ ended_at: now }).where('id', 'in', ids).execute();
  await db.deleteFrom('artifacts').where('grant_id', 'in', ids).execute();
}

async function lockGrants(db: Connection, choice: GrantChoice): Promise<string[]> {
  let query = db.selectFrom('grants').select('id').where('ended_at', 'is', null);
  if ('ids' in choice) {
    if (choice.ids.length === 0) return [];
    query = query.where('id', 'in', choice.ids);
  } else {
    query = query.where('account_id', '=', choice.accountId);
    if (choice.clientId !== undefined) query = query.where('client_id', '=', choice.clientId);
    if (choice.exceptIds?.length) query = query.where('id', 'not in', choice.exceptIds);
  }
  return (await query.orderBy('id').forUpdate().execute()).map(({ id }) => id);
}
