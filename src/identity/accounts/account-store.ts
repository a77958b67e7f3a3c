import { accountColumns } from '#src/platform/storage/account-columns.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { Row, Statement, Statements } from '#src/platform/storage/statements.ts';
import type { AccountLoginRow, AgreementRow, ContactRow, DocumentRow } from '#src/platform/storage/tables.ts';

const findStatement: Statement = {
  name: 'account-find',
  text: `select ${accountColumns('a')} from accounts a where id = $1`,
};

/** Everything that decides what an account may do, in one round trip: asked for in every protocol request. */
export async function find(statements: Statements, id: string): Promise<Row | undefined> {
  return (await statements.run(findStatement, [id]))[0];
}

export async function findIdByContact(
  connection: Connection,
  kind: 'phone' | 'email',
  index: Buffer,
): Promise<string | undefined> {
  const row = await connection
    .selectFrom('contacts')
    .select('account_id')
    .where('kind', '=', kind)
    .where('value_index', '=', index)
    .where('verified_at', 'is not', null)
    .executeTakeFirst();
  return row?.account_id;
}

export async function findProfile(connection: Connection, accountId: string): Promise<Buffer | undefined> {
  const row = await connection.selectFrom('accounts').select('profile').where('id', '=', accountId).executeTakeFirst();
  return row?.profile;
}

export async function insert(
  connection: Connection,
  row: { id: string; profile: Buffer; locale: string | null; created_at: Date; updated_at: Date },
): Promise<void> {
  await connection.insertInto('accounts').values(row).execute();
}

export async function insertContact(connection: Connection, row: ContactRow): Promise<void> {
  await connection.insertInto('contacts').values(row).execute();
}

export async function insertAgreement(
  connection: Connection,
  row: { account_id: string; document: 'terms' | 'privacy'; version: string; accepted_at: Date },
): Promise<void> {
  await connection
    .insertInto('agreements')
    .values(row)
    .onConflict((oc) => oc.doNothing())
    .execute();
}

export async function listContacts(connection: Connection, accountId: string): Promise<ContactRow[]> {
  return connection
    .selectFrom('contacts')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .execute();
}

export async function listDocuments(connection: Connection, accountId: string): Promise<DocumentRow[]> {
  return connection.selectFrom('documents').selectAll().where('account_id', '=', accountId).orderBy('kind').execute();
}

export async function setLocale(connection: Connection, accountId: string, locale: string): Promise<void> {
  await connection.updateTable('accounts').set({ locale }).where('id', '=', accountId).execute();
}

export async function setStatus(
  connection: Connection,
  accountId: string,
  status: 'active' | 'blocked' | 'deleted',
  at: Date,
): Promise<void> {
  await connection.updateTable('accounts').set({ status, updated_at: at }).where('id', '=', accountId).execute();
}

/** False: the contact is gone, or somebody else proved it first. */
export async function markContactVerified(
  connection: Connection,
  accountId: string,
  kind: 'phone' | 'email',
  index: Buffer,
  at: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('contacts')
    .set({ verified_at: at, bounced_at: null })
    .where('account_id', '=', accountId)
    .where('kind', '=', kind)
    .where('value_index', '=', index)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function findLocale(connection: Connection, accountId: string): Promise<string | undefined> {
  const row = await connection.selectFrom('accounts').select('locale').where('id', '=', accountId).executeTakeFirst();
  return row?.locale ?? undefined;
}

export async function deleteContacts(
  connection: Connection,
  accountId: string,
  kind: ContactRow['kind'],
): Promise<void> {
  await connection.deleteFrom('contacts').where('account_id', '=', accountId).where('kind', '=', kind).execute();
}

/** Nothing happens when another account has proven it. */
export async function restoreContact(connection: Connection, row: ContactRow): Promise<void> {
  await connection
    .insertInto('contacts')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function deleteContact(
  connection: Connection,
  accountId: string,
  kind: ContactRow['kind'],
  index: Buffer,
): Promise<void> {
  await connection
    .deleteFrom('contacts')
    .where('account_id', '=', accountId)
    .where('kind', '=', kind)
    .where('value_index', '=', index)
    .execute();
}

export async function unverifyContact(
  connection: Connection,
  accountId: string,
  kind: ContactRow['kind'],
  index: Buffer,
): Promise<void> {
  await connection
    .updateTable('contacts')
    .set({ verified_at: null })
    .where('account_id', '=', accountId)
    .where('kind', '=', kind)
    .where('value_index', '=', index)
    .execute();
}

export async function listAgreements(connection: Connection, accountId: string): Promise<AgreementRow[]> {
  return connection
    .selectFrom('agreements')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('accepted_at', 'desc')
    .execute();
}

export async function findIdByLogin(
  connection: Connection,
  kind: AccountLoginRow['kind'],
  index: Buffer,
): Promise<string | undefined> {
  const row = await connection
    .selectFrom('account_logins')
    .select('account_id')
    .where('kind', '=', kind)
    .where('value_index', '=', index)
    .executeTakeFirst();
  return row?.account_id;
}

/** The account's own; with an index also whoever else has that one. */
export async function dropLogin(
  connection: Connection,
  { kind, accountId, index }: { kind: AccountLoginRow['kind']; accountId: string; index: Buffer | undefined },
): Promise<void> {
  await connection
    .deleteFrom('account_logins')
    .where('kind', '=', kind)
    .where((is) =>
      index
        ? is.or([is('account_id', '=', accountId), is('value_index', '=', index)])
        : is('account_id', '=', accountId),
    )
    .execute();
}

/** False: somebody has it. */
export async function insertLogin(connection: Connection, row: AccountLoginRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await connection
    .insertInto('account_logins')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}
