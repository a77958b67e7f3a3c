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

export interface Search {
  accountId?: string;
  event?: string;
  from?: Date;
  to?: Date;
  /** Number of the event to go on from. */
  before?: number;
  limit: number;
}

/** Newest first, of whomever; people and operators by the numbers of their accounts. */
export async function search(connection: Connection, { accountId, event, from, to, before, limit }: Search) {
  return connection
    .selectFrom('audit_events as e')
    .leftJoin('accounts as a', 'a.id', 'e.account_id')
    .leftJoin('accounts as o', (join) => join.on(sql`o.id::text`, '=', sql`e.details ->> 'operator'`))
    .select(['e.id', 'e.at', 'e.event', 'e.client_id', 'a.oid', 'o.oid as operator', 'e.details'])
    .$if(accountId !== undefined, (query) => query.where('e.account_id', '=', accountId!))
    .$if(event !== undefined, (query) => query.where('e.event', '=', event!))
    .$if(from !== undefined, (query) => query.where('e.at', '>=', from!))
    .$if(to !== undefined, (query) => query.where('e.at', '<', to!))
    .$if(before !== undefined, (query) => query.where('e.id', '<', before!))
    .orderBy('e.id', 'desc')
    .limit(limit)
    .execute();
}

export async function findAccount(connection: Connection, oid: number): Promise<string | undefined> {
  const row = await connection.selectFrom('accounts').select('id').where('oid', '=', oid).executeTakeFirst();
  return row?.id;
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
