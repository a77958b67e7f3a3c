import type { Connection } from '#src/platform/storage/database.ts';
import type { ReviewRow } from '#src/platform/storage/tables.ts';

type NewReview = Pick<ReviewRow, 'id' | 'account_id' | 'snapshot' | 'country' | 'reference' | 'created_at'>;
const live = ['submitted', 'in_review'] as const;

export async function insert(connection: Connection, row: NewReview): Promise<void> {
  await connection
    .insertInto('reviews')
    .values({ ...row, status: 'submitted' })
    .execute();
}

export async function findLatest(connection: Connection, accountId: string): Promise<ReviewRow | undefined> {
  return connection
    .selectFrom('reviews')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .executeTakeFirst();
}

export async function find(connection: Connection, id: string): Promise<ReviewRow | undefined> {
  return connection.selectFrom('reviews').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Held until the transaction ends. */
export async function hold(connection: Connection, id: string): Promise<ReviewRow | undefined> {
  return connection.selectFrom('reviews').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** Oldest first. */
export async function listLive(connection: Connection, limit: number): Promise<ReviewRow[]> {
  return connection
    .selectFrom('reviews')
    .selectAll()
    .where('status', 'in', live)
    .orderBy('created_at')
    .limit(limit)
    .execute();
}

export async function supersede(connection: Connection, accountId: string, at: Date): Promise<void> {
  await connection
    .updateTable('reviews')
    .set({ status: 'superseded', decided_at: at })
    .where('account_id', '=', accountId)
    .where('status', 'in', live)
    .execute();
}

export async function update(
  connection: Connection,
  id: string,
  change: Partial<Pick<ReviewRow, 'status' | 'reviewer_id' | 'reason' | 'taken_at' | 'decided_at'>>,
): Promise<void> {
  await connection.updateTable('reviews').set(change).where('id', '=', id).execute();
}
