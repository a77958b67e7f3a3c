import type { Selectable } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { AccountHoldRow } from '#src/platform/storage/tables.ts';

/** A newer reason takes the place of the one before, and waits anew. */
export async function place(connection: Connection, row: AccountHoldRow): Promise<void> {
  await connection
    .insertInto('account_holds')
    .values(row)
    .onConflict((oc) => oc.column('account_id').doUpdateSet(row))
    .execute();
}

/** Until the transaction ends nothing that holds the account goes on, a recovery least of all. */
export async function lockAccount(connection: Connection, accountId: string): Promise<void> {
  await connection.selectFrom('accounts').select('id').where('id', '=', accountId).forUpdate().execute();
}

export async function find(
  connection: Connection,
  accountId: string,
  now: Date,
): Promise<Selectable<AccountHoldRow> | undefined> {
  return connection
    .selectFrom('account_holds')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('ends_at', '>', now)
    .executeTakeFirst();
}
