import type { Connection } from '#src/platform/storage/database.ts';
import type { ClientRequestRow } from '#src/platform/storage/tables.ts';

export async function insertAll(connection: Connection, rows: ClientRequestRow[]): Promise<void> {
  await connection.insertInto('client_requests').values(rows).execute();
}

/** Newest first. */
export async function listByClient(
  connection: Connection,
  { clientId, now, limit }: { clientId: string; now: Date; limit: number },
): Promise<ClientRequestRow[]> {
  return connection
    .selectFrom('client_requests')
    .selectAll()
    .where('client_id', '=', clientId)
    .where('expires_at', '>', now)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}
