import { sql, type Kysely } from 'kysely';

/**
 * One live code per purpose and target, whatever runs at the same time: two codes asked for in one instant would double
 * the guesses. The index also finds the code.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`update one_time_codes set consumed_at = created_at where consumed_at is null`.execute(db);
  await sql`create unique index one_time_codes_live_key on one_time_codes (purpose, target_index)
    where consumed_at is null`.execute(db);
}
