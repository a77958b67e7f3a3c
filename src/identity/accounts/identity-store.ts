import { sql, type Selectable } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { AccountRow, DocumentRow, EvidenceRow } from '#src/platform/storage/tables.ts';

/** Nobody else changes this person's data until the transaction ends. */
export async function lockAccount(
  connection: Connection,
  accountId: string,
): Promise<
  Pick<Selectable<AccountRow>, 'status' | 'profile' | 'snapshot' | 'locale' | 'sign_in_generation'> | undefined
> {
  return connection
    .selectFrom('accounts')
    .select(['status', 'profile', 'snapshot', 'locale', 'sign_in_generation'])
    .where('id', '=', accountId)
    .forUpdate()
    .executeTakeFirst();
}

export async function saveProfile(
  connection: Connection,
  accountId: string,
  { profile, at }: { profile: Buffer; at: Date },
): Promise<void> {
  await connection.updateTable('accounts').set({ profile, updated_at: at }).where('id', '=', accountId).execute();
}

export async function saveSnapshot(connection: Connection, accountId: string, snapshot: Buffer): Promise<void> {
  await connection.updateTable('accounts').set({ snapshot }).where('id', '=', accountId).execute();
}

export async function listDocuments(connection: Connection, accountId: string): Promise<DocumentRow[]> {
  return connection.selectFrom('documents').selectAll().where('account_id', '=', accountId).orderBy('kind').execute();
}

export async function listOwners(
  connection: Connection,
  kind: string,
  index: Buffer,
): Promise<{ accountId: string; verified: boolean }[]> {
  const rows = await connection
    .selectFrom('documents')
    .select(['account_id', 'verified_at'])
    .where('kind', '=', kind)
    .where('value_index', '=', index)
    .orderBy('created_at', 'desc')
    .limit(20)
    .execute();
  return rows.map(({ account_id, verified_at }) => ({ accountId: account_id, verified: verified_at !== null }));
}

export async function findIdByDocument(
  connection: Connection,
  kind: string,
  index: Buffer,
): Promise<string | undefined> {
  const row = await connection
    .selectFrom('documents')
    .select('account_id')
    .where('kind', '=', kind)
    .where('value_index', '=', index)
    .where('verified_at', 'is not', null)
    .executeTakeFirst();
  return row?.account_id;
}

export async function insertDocument(connection: Connection, row: DocumentRow): Promise<void> {
  await connection.insertInto('documents').values(row).execute();
}

export async function deleteDocument(connection: Connection, id: string): Promise<void> {
  await connection.deleteFrom('documents').where('id', '=', id).execute();
}

/** @throws a unique violation of `documents_verified_key` when the number is proven to be somebody else's. */
export async function markDocumentsVerified(
  connection: Connection,
  accountId: string,
  { at, kinds }: { at: Date; kinds: string[] | undefined },
): Promise<void> {
  await connection
    .updateTable('documents')
    .set({ verified_at: at })
    .where('account_id', '=', accountId)
    .where('verified_at', 'is', null)
    .$if(kinds !== undefined, (query) => query.where('kind', 'in', kinds!))
    .execute();
}

export async function insertEvidence(connection: Connection, row: Omit<EvidenceRow, 'revoked_at'>): Promise<void> {
  await connection.insertInto('evidence').values(row).execute();
}

/** Newest first; `fits` says whether it stands for the data as they are now. */
export async function listEvidence(
  connection: Connection,
  accountId: string,
): Promise<(Pick<EvidenceRow, 'id' | 'method' | 'verified' | 'checked_by' | 'created_at'> & { fits: boolean })[]> {
  return connection
    .selectFrom('evidence as e')
    .innerJoin('accounts as a', 'a.id', 'e.account_id')
    .select(['e.id', 'e.method', 'e.verified', 'e.checked_by', 'e.created_at'])
    .select(sql<boolean>`coalesce(e.snapshot = a.snapshot, false)`.as('fits'))
    .where('e.account_id', '=', accountId)
    .where('e.revoked_at', 'is', null)
    .orderBy('e.created_at', 'desc')
    .orderBy('e.id', 'desc')
    .execute();
}
