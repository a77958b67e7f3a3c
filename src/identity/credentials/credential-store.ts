import type { Connection } from '#src/platform/storage/database.ts';

export async function find(
  connection: Connection,
  accountId: string,
): Promise<{ hash: string; reset_required_at: Date | null } | undefined> {
  return connection
    .selectFrom('passwords')
    .select(['hash', 'reset_required_at'])
    .where('account_id', '=', accountId)
    .executeTakeFirst();
}

export async function requireReset(connection: Connection, accountId: string, at: Date): Promise<void> {
  await connection
    .updateTable('passwords')
    .set({ reset_required_at: at })
    .where('account_id', '=', accountId)
    .execute();
}

export async function setHash(connection: Connection, accountId: string, hash: string, changedAt: Date): Promise<void> {
  await connection
    .insertInto('passwords')
    .values({ account_id: accountId, hash, changed_at: changedAt, reset_required_at: null })
    .onConflict((oc) => oc.column('account_id').doUpdateSet({ hash, changed_at: changedAt, reset_required_at: null }))
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
