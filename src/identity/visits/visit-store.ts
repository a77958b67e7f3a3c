import type { Connection } from '#src/platform/storage/database.ts';
import type { VisitRow } from '#src/platform/storage/tables.ts';

type NewVisit = Pick<
  VisitRow,
  'id' | 'account_id' | 'operator_id' | 'office' | 'purpose' | 'snapshot' | 'papers' | 'opened_at' | 'expires_at'
>;

/** Whose it is: another clerk's visit, or one of another office, is not there. */
interface Owner {
  operatorId: string;
  office: string;
}

export async function insert(connection: Connection, row: NewVisit): Promise<void> {
  await connection.insertInto('visits').values(row).execute();
}

/** Ended ones too, until their hour is over. */
export async function find(
  connection: Connection,
  id: string,
  { operatorId, office }: Owner,
  now: Date,
): Promise<VisitRow | undefined> {
  return connection
    .selectFrom('visits')
    .selectAll()
    .where('id', '=', id)
    .where('operator_id', '=', operatorId)
    .where('office', '=', office)
    .where('expires_at', '>', now)
    .where('purpose', '!=', 'create')
    .executeTakeFirst();
}

/** Under way, and held until the transaction ends. */
export async function hold(connection: Connection, id: string, owner: Owner, now: Date): Promise<VisitRow | undefined> {
  return connection
    .selectFrom('visits')
    .selectAll()
    .where('id', '=', id)
    .where('operator_id', '=', owner.operatorId)
    .where('office', '=', owner.office)
    .where('expires_at', '>', now)
    .where('ended_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
}

/** People seen with their papers when their account was made, and not confirmed yet. */
export async function listSeen(connection: Connection, now: Date): Promise<VisitRow[]> {
  return connection
    .selectFrom('visits')
    .selectAll()
    .where('purpose', '=', 'create')
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('opened_at')
    .limit(500)
    .execute();
}

export async function update(
  connection: Connection,
  id: string,
  change: Partial<Pick<VisitRow, 'unmasked_at' | 'papers' | 'outcome' | 'ended_at'>>,
): Promise<void> {
  await connection.updateTable('visits').set(change).where('id', '=', id).execute();
}
