import type { Selectable } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { FlowRow } from '#src/platform/storage/tables.ts';

export async function insert(connection: Connection, row: Omit<FlowRow, 'version'>): Promise<void> {
  await connection.insertInto('flows').values(row).execute();
}

export async function find(
  connection: Connection,
  idHash: Buffer,
  kind: string,
  now: Date,
): Promise<Selectable<FlowRow> | undefined> {
  return connection
    .selectFrom('flows')
    .selectAll()
    .where('id_hash', '=', idHash)
    .where('kind', '=', kind)
    .where('expires_at', '>', now)
    .executeTakeFirst();
}

/** False: somebody else wrote in between. */
export async function replace(
  connection: Connection,
  idHash: Buffer,
  version: number,
  record: Buffer,
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('flows')
    .set({ record, version: version + 1 })
    .where('id_hash', '=', idHash)
    .where('version', '=', version)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Removes and answers the record in one statement, so that only one of several takers gets it. */
export async function take(
  connection: Connection,
  idHash: Buffer,
  kind: string,
  now: Date,
): Promise<Selectable<FlowRow> | undefined> {
  return connection
    .deleteFrom('flows')
    .where('id_hash', '=', idHash)
    .where('kind', '=', kind)
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst();
}
