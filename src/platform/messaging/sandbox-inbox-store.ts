import { sql } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { SandboxInboxRow } from '#src/platform/storage/tables.ts';

export type StoredMessage = Pick<SandboxInboxRow, 'id' | 'channel' | 'message'>;

/**
 * Once per id. `at` is the order of arrival: it never goes back, although the sandbox clock may.
 * @returns false when the message is there already.
 */
export async function insertMessage(
  connection: Connection,
  row: { id: string; channel: SandboxInboxRow['channel']; toIndex: Buffer; message: Buffer; now: Date },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await connection
    .insertInto('sandbox_inbox')
    .values((eb) => ({
      id: row.id,
      channel: row.channel,
      to_index: row.toIndex,
      message: row.message,
      at: sql<Date>`greatest(${row.now}::timestamptz, ${eb
        .selectFrom('sandbox_inbox')
        .select(sql<Date>`max(at) + interval '1 millisecond'`.as('next'))})`,
    }))
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

export async function listNewest(
  connection: Connection,
  { toIndex, limit }: { toIndex?: Buffer; limit: number },
): Promise<StoredMessage[]> {
  return connection
    .selectFrom('sandbox_inbox')
    .select(['id', 'channel', 'message'])
    .$if(toIndex !== undefined, (query) => query.where('to_index', '=', toIndex!))
    .orderBy('at', 'desc')
    .limit(limit)
    .execute();
}

export async function findMessage(connection: Connection, id: string): Promise<StoredMessage | undefined> {
  return connection
    .selectFrom('sandbox_inbox')
    .select(['id', 'channel', 'message'])
    .where('id', '=', id)
    .executeTakeFirst();
}

export async function deleteAllButNewest(connection: Connection, kept: number): Promise<void> {
  await connection
    .deleteFrom('sandbox_inbox')
    .where('at', '<', (eb) =>
      eb
        .selectFrom('sandbox_inbox')
        .select('at')
        .orderBy('at', 'desc')
        .offset(kept - 1)
        .limit(1),
    )
    .execute();
}
