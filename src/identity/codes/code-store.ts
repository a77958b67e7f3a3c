import type { Connection } from '#src/platform/storage/database.ts';
import type { OneTimeCodeRow } from '#src/platform/storage/tables.ts';

/** Whose code it is: the purpose, the contact, and the browser that asked. */
export interface CodeKey {
  purpose: string;
  targetIndex: Buffer;
  browserIndex: Buffer;
}

/** The new code takes the place of the live one for this purpose and target. */
export async function replaceLive(
  connection: Connection,
  row: Omit<OneTimeCodeRow, 'tries' | 'consumed_at'>,
): Promise<void> {
  await connection
    .insertInto('one_time_codes')
    .values(row)
    .onConflict((oc) =>
      oc
        .columns(['purpose', 'target_index'])
        .where('consumed_at', 'is', null)
        .doUpdateSet({ ...row, tries: 0 }),
    )
    .execute();
}

/** Counts a try and answers what to compare with; nothing when there is no live code or its tries are spent. */
export async function countTry(
  connection: Connection,
  { purpose, targetIndex, browserIndex }: CodeKey,
  now: Date,
): Promise<{ id: string; code_hash: Buffer } | undefined> {
  return connection
    .updateTable('one_time_codes')
    .set((eb) => ({ tries: eb('tries', '+', 1) }))
    .where('purpose', '=', purpose)
    .where('target_index', '=', targetIndex)
    .where('browser_index', '=', browserIndex)
    .where('consumed_at', 'is', null)
    .where('expires_at', '>', now)
    .whereRef('tries', '<', 'max_tries')
    .returning(['id', 'code_hash'])
    .executeTakeFirst();
}

/** True for exactly one caller. */
export async function consume(connection: Connection, id: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('one_time_codes')
    .set({ consumed_at: now })
    .where('id', '=', id)
    .where('consumed_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function findLive(
  connection: Connection,
  { purpose, targetIndex, browserIndex }: CodeKey,
  now: Date,
): Promise<{ created_at: Date; expires_at: Date; tries: number; max_tries: number } | undefined> {
  return connection
    .selectFrom('one_time_codes')
    .select(['created_at', 'expires_at', 'tries', 'max_tries'])
    .where('purpose', '=', purpose)
    .where('target_index', '=', targetIndex)
    .where('browser_index', '=', browserIndex)
    .where('consumed_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
}

/** A link by its token's hash, for whom it was made. */
export interface LinkKey {
  purpose: string;
  targetIndex: Buffer;
  tokenHash: Buffer;
}

export async function isLinkLive(connection: Connection, key: LinkKey, now: Date): Promise<boolean> {
  const row = await connection
    .selectFrom('one_time_codes')
    .select('id')
    .where('purpose', '=', key.purpose)
    .where('target_index', '=', key.targetIndex)
    .where('code_hash', '=', key.tokenHash)
    .where('consumed_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row !== undefined;
}

/** True for exactly one caller. */
export async function consumeLink(connection: Connection, key: LinkKey, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('one_time_codes')
    .set({ consumed_at: now })
    .where('purpose', '=', key.purpose)
    .where('target_index', '=', key.targetIndex)
    .where('code_hash', '=', key.tokenHash)
    .where('consumed_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function cancel(connection: Connection, purpose: string, targetIndex: Buffer, now: Date): Promise<void> {
  await connection
    .updateTable('one_time_codes')
    .set({ consumed_at: now })
    .where('purpose', '=', purpose)
    .where('target_index', '=', targetIndex)
    .where('consumed_at', 'is', null)
    .execute();
}
