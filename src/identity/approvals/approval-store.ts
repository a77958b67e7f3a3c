import type { Connection } from '#src/platform/storage/database.ts';
import type { ApprovalRow } from '#src/platform/storage/tables.ts';

export async function insert(
  connection: Connection,
  row: Omit<ApprovalRow, 'decision' | 'decided_by' | 'decided_at'>,
): Promise<void> {
  await connection.insertInto('approvals').values(row).execute();
}

/** Oldest first. */
export async function listWaiting(connection: Connection, act: string, now: Date): Promise<ApprovalRow[]> {
  return connection
    .selectFrom('approvals')
    .selectAll()
    .where('act', '=', act)
    .where('decision', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('requested_at')
    .limit(200)
    .execute();
}

/** Not decided and not expired, and held until the transaction ends: of several deciders one is first. */
export async function holdWaiting(
  connection: Connection,
  id: string,
  act: string,
  now: Date,
): Promise<ApprovalRow | undefined> {
  return connection
    .selectFrom('approvals')
    .selectAll()
    .where('id', '=', id)
    .where('act', '=', act)
    .where('decision', 'is', null)
    .where('expires_at', '>', now)
    .forUpdate()
    .executeTakeFirst();
}

export async function decide(
  connection: Connection,
  id: string,
  { decision, by, at }: { decision: NonNullable<ApprovalRow['decision']>; by: string; at: Date },
): Promise<void> {
  await connection
    .updateTable('approvals')
    .set({ decision, decided_by: by, decided_at: at })
    .where('id', '=', id)
    .execute();
}
