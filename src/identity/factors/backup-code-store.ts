import { sql } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';

export async function replaceAll(connection: Connection, accountId: string, hashes: Buffer[], at: Date): Promise<void> {
  await removeAll(connection, accountId);
  const rows = hashes.map((code_hash) => ({ account_id: accountId, code_hash, created_at: at }));
  await connection.insertInto('backup_codes').values(rows).execute();
}

export async function removeAll(connection: Connection, accountId: string): Promise<void> {
  await connection.deleteFrom('backup_codes').where('account_id', '=', accountId).execute();
}

/** True for exactly one caller. */
export async function use(connection: Connection, accountId: string, hash: Buffer, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('backup_codes')
    .set({ used_at: at })
    .where('account_id', '=', accountId)
    .where('code_hash', '=', hash)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function countUnused(connection: Connection, accountId: string): Promise<number> {
  const row = await connection
    .selectFrom('backup_codes')
    .select(sql<number>`count(*)`.as('count'))
    .where('account_id', '=', accountId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return row.count;
}
