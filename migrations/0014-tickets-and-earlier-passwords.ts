import { sql, type Kysely } from 'kysely';

/**
 * Messages to support, encrypted whole, and what was answered; a ticket's number is random, so that it tells nothing of how
 * many there are. And the hashes of earlier passwords, which may not come back.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table tickets (
    id uuid constraint tickets_pkey primary key,
    number text not null constraint tickets_number_key unique,
    topic text not null,
    status text not null default 'new' constraint tickets_status_check check (status in ('new', 'answered', 'closed')),
    content bytea not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`.execute(db);
  await sql`create index tickets_queue_idx on tickets (status, created_at)`.execute(db);

  await sql`create table ticket_replies (
    id uuid constraint ticket_replies_pkey primary key,
    ticket_id uuid not null constraint ticket_replies_ticket_fkey references tickets (id) on delete cascade,
    content bytea not null,
    created_at timestamptz not null
  )`.execute(db);
  await sql`create index ticket_replies_ticket_idx on ticket_replies (ticket_id)`.execute(db);

  await sql`create table earlier_passwords (
    id uuid constraint earlier_passwords_pkey primary key,
    account_id uuid not null constraint earlier_passwords_account_fkey references accounts (id) on delete cascade,
    hash text not null,
    replaced_at timestamptz not null
  )`.execute(db);
  await sql`create index earlier_passwords_account_idx on earlier_passwords (account_id, replaced_at)`.execute(db);
}
