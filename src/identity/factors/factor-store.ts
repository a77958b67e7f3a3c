import { sql } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { Statement, Statements } from '#src/platform/storage/statements.ts';
import type { FactorRow } from '#src/platform/storage/tables.ts';

const kindsStatement: Statement = {
  name: 'factor_kinds',
  text: 'select kind from factors where account_id = $1 and removed_at is null order by position, created_at',
};

export async function insert(connection: Connection, row: FactorRow): Promise<void> {
  await connection.insertInto('factors').values(row).execute();
}

export async function list(connection: Connection, accountId: string): Promise<FactorRow[]> {
  return connection
    .selectFrom('factors')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('removed_at', 'is', null)
    .orderBy('position')
    .orderBy('created_at')
    .execute();
}

/** Of what is switched on, in the order in which it is asked: what every sign-in has to know. */
export async function kinds(statements: Statements, accountId: string): Promise<FactorRow['kind'][]> {
  return (await statements.run(kindsStatement, [accountId])).map(({ kind }) => kind as FactorRow['kind']);
}

export async function markUsed(connection: Connection, accountId: string, kind: 'sms', at: Date): Promise<void> {
  await connection
    .updateTable('factors')
    .set({ last_used_at: at })
    .where('account_id', '=', accountId)
    .where('kind', '=', kind)
    .where('removed_at', 'is', null)
    .execute();
}

/** True for exactly one caller: a time step counts once, and never after a later one (RFC 6238 section 5.2). */
export async function advanceStep(connection: Connection, id: string, step: number, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('factors')
    .set({ last_step: step, last_used_at: at })
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .where((eb) => eb.or([eb('last_step', 'is', null), eb('last_step', '<', step)]))
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Until the transaction ends nobody else removes one of them. */
export async function lockAll(connection: Connection, accountId: string): Promise<string[]> {
  const rows = await connection
    .selectFrom('factors')
    .select('id')
    .where('account_id', '=', accountId)
    .where('removed_at', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute();
  return rows.map(({ id }) => id);
}

export async function markRemoved(
  connection: Connection,
  accountId: string,
  id: string,
  at: Date,
): Promise<FactorRow | undefined> {
  return connection
    .updateTable('factors')
    .set({ removed_at: at })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('removed_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

/** Codes by SMS are on or off, so they are not brought back beside themselves. */
export async function restore(connection: Connection, accountId: string, id: string): Promise<void> {
  await sql`update factors set removed_at = null
    where id = ${id} and account_id = ${accountId} and removed_at is not null and not (kind = 'sms' and exists (
      select from factors where account_id = ${accountId} and kind = 'sms' and removed_at is null))`.execute(
    connection,
  );
}

export async function setName(
  connection: Connection,
  accountId: string,
  id: string,
  name: Buffer | null,
): Promise<void> {
  await connection
    .updateTable('factors')
    .set({ name })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .execute();
}

export async function setPosition(
  connection: Connection,
  accountId: string,
  id: string,
  position: number,
): Promise<void> {
  await connection
    .updateTable('factors')
    .set({ position })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .execute();
}
