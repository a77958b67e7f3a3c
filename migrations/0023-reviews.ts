import { sql, type Kysely } from 'kysely';

/**
 * A foreign citizen's profile before a reviewer: it stands for the data with that hash, and one at a time. Approval is evidence
 * of its own kind. An app lock keeps the phone's page from whoever holds the phone: it belongs to a browser, to no account,
 * and opens nothing on the server.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table evidence drop constraint evidence_method_check`.execute(db);
  await sql`alter table evidence add constraint evidence_method_check
    check (method in ('registry', 'review', 'in_person', 'mail', 'esign'))`.execute(db);

  await sql`create table reviews (
    id uuid constraint reviews_pkey primary key,
    account_id uuid not null constraint reviews_account_fkey references accounts (id) on delete cascade,
    snapshot bytea not null,
    country text not null,
    reference text not null,
    status text not null constraint reviews_status_check
      check (status in ('submitted', 'in_review', 'approved', 'rejected', 'superseded')),
    reviewer_id uuid,
    reason text,
    created_at timestamptz not null,
    taken_at timestamptz,
    decided_at timestamptz,
    constraint reviews_reason_check check ((status = 'rejected') = (reason is not null))
  )`.execute(db);
  await sql`create unique index reviews_live_key on reviews (account_id) where status in ('submitted', 'in_review')`.execute(
    db,
  );
  await sql`create index reviews_account_idx on reviews (account_id, created_at)`.execute(db);
  await sql`create index reviews_queue_idx on reviews (created_at) where status in ('submitted', 'in_review')`.execute(
    db,
  );

  await sql`create table app_locks (
    browser_hash bytea constraint app_locks_pkey primary key,
    pattern_hash text not null,
    wrong_tries integer not null default 0,
    created_at timestamptz not null,
    used_at timestamptz not null,
    opened_until timestamptz
  )`.execute(db);
  await sql`create index app_locks_used_idx on app_locks (used_at)`.execute(db);
}
