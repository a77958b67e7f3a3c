import type { Selectable } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { ContactChangeRow } from '#src/platform/storage/tables.ts';

export type StoredChange = Selectable<ContactChangeRow>;

/** A newer wish takes the place of the one that waits, and waits anew. */
export async function plan(connection: Connection, row: StoredChange): Promise<void> {
  await connection
    .insertInto('contact_changes')
    .values(row)
    .onConflict((conflict) => conflict.columns(['account_id', 'kind']).doUpdateSet(row))
    .execute();
}

export async function list(connection: Connection, accountId: string): Promise<StoredChange[]> {
  return connection.selectFrom('contact_changes').selectAll().where('account_id', '=', accountId).execute();
}

export async function listDue(connection: Connection, now: Date, limit: number): Promise<StoredChange[]> {
  return connection.selectFrom('contact_changes').selectAll().where('due_at', '<=', now).limit(limit).execute();
}

/** Removes the plan and answers it: to one caller only. */
export async function take(connection: Connection, id: string, accountId?: string): Promise<StoredChange | undefined> {
  return connection
    .deleteFrom('contact_changes')
    .where('id', '=', id)
    .$if(accountId !== undefined, (query) => query.where('account_id', '=', accountId!))
    .returningAll()
    .executeTakeFirst();
}

export async function takeAll(connection: Connection, accountId: string): Promise<StoredChange[]> {
  return connection.deleteFrom('contact_changes').where('account_id', '=', accountId).returningAll().execute();
}
