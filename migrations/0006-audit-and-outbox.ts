import { sql, type Kysely } from 'kysely';

/**
 * Who did what, append-only; and work that must happen after a commit: messages to people, logout notices to clients.
 * Outbox payloads hold contacts and codes, so they are encrypted, and emptied once delivered.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table audit_events (
    id bigint generated always as identity constraint audit_events_pkey primary key,
    at timestamptz not null,
    event text not null,
    account_id uuid,
    client_id text,
    details jsonb not null
  )`.execute(db);
  await sql`create index audit_events_account_idx on audit_events (account_id, id)`.execute(db);
  await sql`create function audit_events_append_only() returns trigger language plpgsql as
    'begin raise exception ''audit events are append-only''; end'`.execute(db);
  await sql`create trigger audit_events_append_only before update or delete on audit_events
    for each row execute function audit_events_append_only()`.execute(db);

  await sql`create table outbox (
    id uuid constraint outbox_pkey primary key,
    kind text not null,
    payload bytea,
    tries integer not null default 0,
    created_at timestamptz not null,
    next_try_at timestamptz not null,
    deadline_at timestamptz not null,
    delivered_at timestamptz,
    failed_at timestamptz,
    last_error text
  )`.execute(db);
  await sql`create index outbox_due_idx on outbox (next_try_at) where delivered_at is null and failed_at is null`.execute(
    db,
  );

  await sql`create table sandbox_inbox (
    id uuid constraint sandbox_inbox_pkey primary key,
    channel text not null constraint sandbox_inbox_channel_check check (channel in ('sms', 'email', 'letter')),
    to_index bytea not null,
    message bytea not null,
    at timestamptz not null
  )`.execute(db);
  await sql`create index sandbox_inbox_to_idx on sandbox_inbox (to_index, at)`.execute(db);
}
