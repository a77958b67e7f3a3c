import { sql } from 'kysely';
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

/** Proofs that failed because a document is proven to be somebody else's, newest first (audit_events_conflict_idx). */
export async function listConflicts(connection: Connection, limit: number) {
  return connection
    .selectFrom('audit_events')
    .select(['id', 'at', 'event', 'account_id', 'client_id', 'details'])
    .where(
      sql<boolean>`(event = 'confirmation_conflict' or (event = 'check_ended' and details ->> 'status' = 'conflict'))`,
    )
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}
