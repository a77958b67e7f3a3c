import { sql, type Kysely } from 'kysely';

/** People whose papers are proven to be another account's wait for somebody to look: the newest are found without reading the log. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index audit_events_conflict_idx on audit_events (id)
    where event = 'confirmation_conflict' or (event = 'check_ended' and details ->> 'status' = 'conflict')`.execute(db);
}
