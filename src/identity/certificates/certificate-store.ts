import { sql } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { CertificateRow } from '#src/platform/storage/tables.ts';

export async function insert(connection: Connection, row: CertificateRow): Promise<void> {
  await connection.insertInto('certificates').values(row).execute();
}

export async function list(connection: Connection, accountId: string): Promise<CertificateRow[]> {
  return connection
    .selectFrom('certificates')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('removed_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

export async function findByFingerprint(
  connection: Connection,
  fingerprint: Buffer,
): Promise<{ id: string; account_id: string } | undefined> {
  return connection
    .selectFrom('certificates')
    .select(['id', 'account_id'])
    .where('fingerprint', '=', fingerprint)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
}

/** False: removed meanwhile. */
export async function touch(connection: Connection, id: string, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('certificates')
    .set({ last_used_at: at })
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function remove(connection: Connection, accountId: string, id: string, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('certificates')
    .set({ removed_at: at })
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Unless it was bound anew meanwhile. */
export async function restore(connection: Connection, accountId: string, id: string): Promise<void> {
  await sql`update certificates c set removed_at = null where c.id = ${id} and c.account_id = ${accountId} and not exists (
    select from certificates o where o.fingerprint = c.fingerprint and o.removed_at is null)`.execute(connection);
}
