import type { Selectable } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { LetterRow } from '#src/platform/storage/tables.ts';

export type StoredLetter = Selectable<LetterRow>;

/** The new letter takes the place of the live one, whose code is dead from then on. */
export async function replaceLive(
  connection: Connection,
  row: Omit<StoredLetter, 'tries' | 'ended_at'>,
): Promise<void> {
  await connection
    .updateTable('letters')
    .set({ ended_at: row.created_at })
    .where('account_id', '=', row.account_id)
    .where('ended_at', 'is', null)
    .execute();
  await connection
    .insertInto('letters')
    .values({ ...row, ended_at: null })
    .execute();
}

export async function findLive(connection: Connection, accountId: string): Promise<StoredLetter | undefined> {
  return connection
    .selectFrom('letters')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
}

/** Counts a try before anything is compared. Undefined: no live letter, or its tries are spent for good. */
export async function countTry(
  connection: Connection,
  accountId: string,
  { now, limit }: { now: Date; limit: number },
): Promise<StoredLetter | undefined> {
  return connection
    .updateTable('letters')
    .set((eb) => ({ tries: eb('tries', '+', 1) }))
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .where('tries', '<', limit)
    .returningAll()
    .executeTakeFirst();
}

/** True for exactly one caller. */
export async function end(connection: Connection, id: string, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('letters')
    .set({ ended_at: at })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
