import type { Connection } from '#src/platform/storage/database.ts';

export async function findDueAt(connection: Connection, accountId: string): Promise<Date | undefined> {
  const row = await connection
    .selectFrom('accounts')
    .select('deletion_due_at')
    .where('id', '=', accountId)
    .executeTakeFirst();
  return row?.deletion_due_at ?? undefined;
}

/** Null takes the plan back. False: it stood so already. */
export async function setDueAt(connection: Connection, accountId: string, dueAt: Date | null): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('accounts')
    .set({ deletion_due_at: dueAt })
    .where('id', '=', accountId)
    .where('deletion_due_at', dueAt ? 'is' : 'is not', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function listDue(connection: Connection, now: Date, limit: number): Promise<string[]> {
  const rows = await connection
    .selectFrom('accounts')
    .select('id')
    .where('deletion_due_at', '<=', now)
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** False: the plan was taken back, or another instance was faster. */
export async function erase(
  connection: Connection,
  accountId: string,
  { profile, now }: { profile: Buffer; now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('accounts')
    .set({ status: 'deleted', profile, snapshot: null, locale: null, updated_at: now, deletion_due_at: null })
    .where('id', '=', accountId)
    .where('deletion_due_at', '<=', now)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) return false;
  const tables = [
    'contacts',
    'documents',
    'evidence',
    'agreements',
    'passwords',
    'earlier_passwords',
    'factors',
    'backup_codes',
    'devices',
    'consents',
    'checks',
    'letters',
    'contact_changes',
    'releases',
    'account_logins',
    'account_holds',
    'security_questions',
    'certificates',
    'signature_evidence',
    'reviews',
  ] as const;
  for (const table of tables) await connection.deleteFrom(table).where('account_id', '=', accountId).execute();
  return true;
}
