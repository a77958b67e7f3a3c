import { sql } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { Tables } from '#src/platform/storage/tables.ts';

/** Rows that nobody can use any more, and how long they are kept beyond that. */
const expiring = [
  { table: 'artifacts', endsAt: 'expires_at', keptHours: 0 },
  // Tombstones outlive the row's life, or a slow request could write the session or grant anew.
  { table: 'grants', endsAt: 'expires_at', keptHours: 1 },
  { table: 'sessions', endsAt: 'expires_at', keptHours: 1 },
  { table: 'flows', endsAt: 'expires_at', keptHours: 0 },
  { table: 'one_time_codes', endsAt: 'expires_at', keptHours: 24 },
  // Kept as long as the owner may still say that it was not them who removed it.
  { table: 'factors', endsAt: 'removed_at', keptHours: 7 * 24 },
  { table: 'certificates', endsAt: 'removed_at', keptHours: 7 * 24 },
  { table: 'devices', endsAt: 'seen_at', keptHours: 400 * 24 },
  { table: 'app_locks', endsAt: 'used_at', keptHours: 400 * 24 },
  { table: 'client_requests', endsAt: 'expires_at', keptHours: 0 },
  { table: 'console_sessions', endsAt: 'expires_at', keptHours: 0 },
  { table: 'budgets', endsAt: 'window_ends_at', keptHours: 0 },
  { table: 'letters', endsAt: 'expires_at', keptHours: 24 },
  { table: 'outbox', endsAt: 'delivered_at', keptHours: 7 * 24 },
  { table: 'outbox', endsAt: 'failed_at', keptHours: 7 * 24 },
] as const satisfies readonly { table: keyof Tables; endsAt: string; keptHours: number }[];

export type ExpiringRows = (typeof expiring)[number];

export const expiringRows: readonly ExpiringRows[] = expiring;

/** At most `limit` rows, leaving alone what another instance is deleting. Answers how many. */
export async function deleteExpired(db: Connection, rows: ExpiringRows, now: Date, limit: number): Promise<number> {
  const before = new Date(now.getTime() - rows.keptHours * 3600_000);
  const table = sql.table(rows.table);
  const { numAffectedRows } = await sql`delete from ${table} where ctid = any(array(
    select ctid from ${table} where ${sql.ref(rows.endsAt)} < ${before} limit ${limit} for update skip locked))`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0);
}
