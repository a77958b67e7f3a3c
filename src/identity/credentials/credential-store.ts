import type { Connection } from '#src/platform/storage/database.ts';

export async function findHash(connection: Connection, accountId: string): Promise<string | undefined> {
  const row = await connection
    .selectFrom('passwords')
    .select('hash')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row?.hash;
}

export async function setHash(connection: Connection, accountId: string, hash: string, changedAt: Date): Promise<void> {
  await connection
    .insertInto('passwords')
    .values({ account_id: accountId, hash, changed_at: changedAt })
    .onConflict((oc) => oc.column('account_id').doUpdateSet({ hash, changed_at: changedAt }))
    .execute();
}

/** Replaces a hash only if it is still the one that was verified, so that a change meanwhile is not undone. */
export async function upgradeHash(
  connection: Connection,
  accountId: string,
  from: string,
  to: string,
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('passwords')
    .set({ hash: to })
    .where('account_id', '=', accountId)
    .where('hash', '=', from)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
