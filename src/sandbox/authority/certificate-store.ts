import type { Connection } from '#src/platform/storage/database.ts';
import type { SandboxCertificateRow } from '#src/platform/storage/tables.ts';

export async function insert(connection: Connection, row: SandboxCertificateRow): Promise<void> {
  await connection.insertInto('sandbox_certificates').values(row).execute();
}

export async function find(connection: Connection, serial: string): Promise<SandboxCertificateRow | undefined> {
  return connection.selectFrom('sandbox_certificates').selectAll().where('serial', '=', serial).executeTakeFirst();
}

/** Newest first. */
export async function list(connection: Connection, limit: number): Promise<SandboxCertificateRow[]> {
  return connection
    .selectFrom('sandbox_certificates')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('serial')
    .limit(limit)
    .execute();
}

export async function listRevoked(connection: Connection): Promise<{ serial: string; revoked_at: Date | null }[]> {
  return connection
    .selectFrom('sandbox_certificates')
    .select(['serial', 'revoked_at'])
    .where('revoked_at', 'is not', null)
    .execute();
}

export async function revoke(connection: Connection, serial: string, at: Date): Promise<void> {
  await connection
    .updateTable('sandbox_certificates')
    .set({ revoked_at: at })
    .where('serial', '=', serial)
    .where('revoked_at', 'is', null)
    .execute();
}
