import type { Connection } from '#src/platform/storage/database.ts';
import type { OperatorRoleRow } from '#src/platform/storage/tables.ts';

/** @throws a unique violation of `operator_roles_live_key` when the account has this role already. */
export async function insertRole(
  connection: Connection,
  row: Omit<OperatorRoleRow, 'ended_by' | 'ended_at'>,
): Promise<void> {
  await connection.insertInto('operator_roles').values(row).execute();
}

export async function listLive(connection: Connection, accountId?: string): Promise<OperatorRoleRow[]> {
  return connection
    .selectFrom('operator_roles')
    .selectAll()
    .where('ended_at', 'is', null)
    .$if(accountId !== undefined, (query) => query.where('account_id', '=', accountId!))
    .orderBy('given_at')
    .orderBy('id')
    .execute();
}

/** Administrators who can work, held until the transaction ends, so that two of them cannot end each other. */
export async function lockAdministrators(connection: Connection): Promise<string[]> {
  const rows = await connection
    .selectFrom('operator_roles as r')
    .innerJoin('accounts as a', 'a.id', 'r.account_id')
    .select('r.id')
    .where('r.role', '=', 'administrator')
    .where('r.ended_at', 'is', null)
    .where('a.status', '=', 'active')
    .orderBy('r.id')
    .forUpdate('r')
    .execute();
  return rows.map(({ id }) => id);
}

export async function findLive(connection: Connection, id: string): Promise<OperatorRoleRow | undefined> {
  return connection
    .selectFrom('operator_roles')
    .selectAll()
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
}

/** The role as it stands, held against its end until the transaction is over. */
export async function holdRole(
  connection: Connection,
  accountId: string,
  role: OperatorRoleRow['role'],
): Promise<OperatorRoleRow | undefined> {
  return connection
    .selectFrom('operator_roles')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('role', '=', role)
    .where('ended_at', 'is', null)
    .forShare()
    .executeTakeFirst();
}

/** False: somebody ended it before. */
export async function endRole(
  connection: Connection,
  id: string,
  { by, at }: { by: string | null; at: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('operator_roles')
    .set({ ended_by: by, ended_at: at })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
