import type { Selectable } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { SecurityQuestionRow } from '#src/platform/storage/tables.ts';

export async function find(
  connection: Connection,
  accountId: string,
): Promise<Selectable<SecurityQuestionRow> | undefined> {
  return connection.selectFrom('security_questions').selectAll().where('account_id', '=', accountId).executeTakeFirst();
}

export async function set(connection: Connection, row: SecurityQuestionRow): Promise<void> {
  await connection
    .insertInto('security_questions')
    .values(row)
    .onConflict((oc) => oc.column('account_id').doUpdateSet(row))
    .execute();
}

export async function remove(connection: Connection, accountId: string): Promise<boolean> {
  const { numDeletedRows } = await connection
    .deleteFrom('security_questions')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}
