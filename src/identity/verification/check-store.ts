import type { Selectable } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { CheckRow } from '#src/platform/storage/tables.ts';

export type StoredCheck = Selectable<CheckRow>;
export type CheckStatus = CheckRow['status'];

const live: CheckStatus[] = ['queued', 'checking'];

export async function insert(
  connection: Connection,
  row: Pick<StoredCheck, 'id' | 'account_id' | 'snapshot' | 'for_client' | 'created_at' | 'deadline_at'>,
): Promise<void> {
  await connection
    .insertInto('checks')
    .values({ ...row, status: 'queued', decided_at: null })
    .execute();
}

export async function find(connection: Connection, id: string): Promise<StoredCheck | undefined> {
  return connection.selectFrom('checks').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function findLatest(connection: Connection, accountId: string): Promise<StoredCheck | undefined> {
  return connection
    .selectFrom('checks')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** True for exactly one caller: the row was in one of those states and is in the new one now. */
export async function move(
  connection: Connection,
  id: string,
  {
    status,
    wrongFields = [],
    at,
    from = live,
  }: { status: CheckStatus; wrongFields?: string[]; at: Date; from?: CheckStatus[] },
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('checks')
    .set({ status, wrong_fields: wrongFields, decided_at: status === 'checking' ? null : at })
    .where('id', '=', id)
    .where('status', 'in', from)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Whatever is under way for this person; their data have changed. */
export async function supersede(connection: Connection, accountId: string, at: Date): Promise<number> {
  const { numUpdatedRows } = await connection
    .updateTable('checks')
    .set({ status: 'superseded', decided_at: at })
    .where('account_id', '=', accountId)
    .where('status', 'in', live)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

export async function listOverdue(connection: Connection, now: Date, limit: number): Promise<string[]> {
  const rows = await connection
    .selectFrom('checks')
    .select('id')
    .where('status', 'in', live)
    .where('deadline_at', '<=', now)
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}
