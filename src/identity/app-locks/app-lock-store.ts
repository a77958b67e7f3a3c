import type { Selectable } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { AppLockRow } from '#src/platform/storage/tables.ts';

export async function find(connection: Connection, browser: Buffer): Promise<Selectable<AppLockRow> | undefined> {
  return connection.selectFrom('app_locks').selectAll().where('browser_hash', '=', browser).executeTakeFirst();
}

/** False: this browser has one. */
export async function insert(connection: Connection, row: Omit<AppLockRow, 'wrong_tries'>): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await connection
    .insertInto('app_locks')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** One try, counted before it is looked at; undefined when there are none left. */
export async function takeTry(
  connection: Connection,
  browser: Buffer,
  { limit, at }: { limit: number; at: Date },
): Promise<Selectable<AppLockRow> | undefined> {
  return connection
    .updateTable('app_locks')
    .set((is) => ({ wrong_tries: is('wrong_tries', '+', 1), used_at: at }))
    .where('browser_hash', '=', browser)
    .where('wrong_tries', '<', limit)
    .returningAll()
    .executeTakeFirst();
}

export async function open(connection: Connection, browser: Buffer, until: Date): Promise<void> {
  await connection
    .updateTable('app_locks')
    .set({ wrong_tries: 0, opened_until: until })
    .where('browser_hash', '=', browser)
    .execute();
}

export async function remove(connection: Connection, browser: Buffer): Promise<void> {
  await connection.deleteFrom('app_locks').where('browser_hash', '=', browser).execute();
}
