import type { Connection } from '#src/platform/storage/database.ts';
import type { ContactRow } from '#src/platform/storage/tables.ts';

export async function list(connection: Connection, accountId: string): Promise<ContactRow[]> {
  return connection
    .selectFrom('contacts')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .execute();
}

/** An address that nobody proved is in doubt anyway. */
export async function markBounced(connection: Connection, index: Buffer, at: Date): Promise<void> {
  await connection
    .updateTable('contacts')
    .set({ bounced_at: at })
    .where('kind', '=', 'email')
    .where('value_index', '=', index)
    .where('verified_at', 'is not', null)
    .execute();
}

export async function markAffirmed(connection: Connection, accountId: string, id: string, at: Date): Promise<void> {
  await connection
    .updateTable('contacts')
    .set({ affirmed_at: at })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('verified_at', 'is not', null)
    .execute();
}
