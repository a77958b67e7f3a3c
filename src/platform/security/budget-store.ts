import { sql } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';

/** Takes from the budget and answers how much was taken in this window, itself included. One statement, so parallel takers count. */
export async function take(
  connection: Connection,
  key: Buffer,
  { amount, now, windowEndsAt }: { amount: number; now: Date; windowEndsAt: Date },
): Promise<number> {
  const { rows } = await sql<{ used: number }>`
    insert into budgets (key, used, window_ends_at) values (${key}, ${amount}, ${windowEndsAt})
    on conflict (key) do update set
      used = case when budgets.window_ends_at <= ${now} then excluded.used else budgets.used + excluded.used end,
      window_ends_at = case when budgets.window_ends_at <= ${now} then excluded.window_ends_at else budgets.window_ends_at end
    returning used`.execute(connection);
  return rows[0]!.used;
}

export async function used(connection: Connection, key: Buffer, now: Date): Promise<number> {
  const row = await connection
    .selectFrom('budgets')
    .select('used')
    .where('key', '=', key)
    .where('window_ends_at', '>', now)
    .executeTakeFirst();
  return row?.used ?? 0;
}

export async function clear(connection: Connection, key: Buffer): Promise<void> {
  await connection.deleteFrom('budgets').where('key', '=', key).execute();
}
