import { sql, type Kysely } from 'kysely';

/**
 * Every audit event gets a link in one chain: its number and a keyed hash over the link before it and the event itself. The
 * links stand in a table of their own, because an event never changes after it was written, not even to be sealed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table audit_seals (
    seq bigint constraint audit_seals_pkey primary key,
    event_id bigint not null constraint audit_seals_event_id_key unique,
    sealed_at timestamptz not null,
    hash bytea not null
  )`.execute(db);
  await sql`create trigger audit_seals_append_only before update or delete on audit_seals
    for each row execute function audit_events_append_only()`.execute(db);
  for (const table of ['audit_events', 'audit_seals'])
    await sql`create trigger ${sql.raw(`${table}_never_emptied`)} before truncate on ${sql.table(table)}
      for each statement execute function audit_events_append_only()`.execute(db);
  // Searching by time reads a few pages instead of the log; a btree would cost every sign-in a write.
  await sql`create index audit_events_at_idx on audit_events using brin (at)`.execute(db);
}
