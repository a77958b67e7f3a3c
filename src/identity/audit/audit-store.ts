import type { Connection } from '#src/platform/storage/database.ts';
import type { AuditEvent } from '#src/identity/audit/audit-event.ts';

export async function append(
  connection: Connection,
  at: Date,
  { event, accountId, clientId, details }: AuditEvent,
): Promise<void> {
  await connection
    .insertInto('audit_events')
    .values({
      at,
      event,
      account_id: accountId ?? null,
      client_id: clientId ?? null,
      details: JSON.stringify(details ?? {}),
    })
    .execute();
}

/** Newest first; every kind of event unless some are named. */
export async function listLatest(
  connection: Connection,
  accountId: string,
  { events, limit }: { events?: string[]; limit: number },
) {
  return connection
    .selectFrom('audit_events')
    .select(['id', 'at', 'event', 'client_id', 'details'])
    .where('account_id', '=', accountId)
    .$if(events !== undefined, (query) => query.where('event', 'in', events!))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}
