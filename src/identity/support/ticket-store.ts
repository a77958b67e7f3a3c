import type { Connection } from '#src/platform/storage/database.ts';
import type { TicketReplyRow, TicketRow } from '#src/platform/storage/tables.ts';
import type { TicketStatus } from '#src/identity/support/ticket.ts';

/** False: another ticket has the number. */
export async function insert(connection: Connection, row: Omit<TicketRow, 'status'>): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await connection
    .insertInto('tickets')
    .values(row)
    .onConflict((conflict) => conflict.constraint('tickets_number_key').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

export async function find(connection: Connection, id: string) {
  return connection.selectFrom('tickets').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The oldest first, since they wait longest. */
export async function listByStatus(connection: Connection, status: TicketStatus, limit: number) {
  return connection
    .selectFrom('tickets')
    .select(['id', 'number', 'topic', 'status', 'created_at'])
    .where('status', '=', status)
    .orderBy('created_at', status === 'new' ? 'asc' : 'desc')
    .limit(limit)
    .execute();
}

/** False: it is in none of these states. */
export async function move(
  connection: Connection,
  id: string,
  { from, to, at }: { from: TicketStatus[]; to: TicketStatus; at: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('tickets')
    .set({ status: to, updated_at: at })
    .where('id', '=', id)
    .where('status', 'in', from)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function insertReply(connection: Connection, row: TicketReplyRow): Promise<void> {
  await connection.insertInto('ticket_replies').values(row).execute();
}

export async function listReplies(connection: Connection, ticketId: string) {
  return connection.selectFrom('ticket_replies').selectAll().where('ticket_id', '=', ticketId).orderBy('id').execute();
}
