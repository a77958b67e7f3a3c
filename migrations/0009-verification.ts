import { sql, type Kysely } from 'kysely';

/**
 * What a proof stands for. An account carries the keyed hash of its identity data, each evidence row the hash of the data
 * that was checked, and evidence counts while both are equal: editing a verified value lowers the tier in the same
 * statement. Rows from before stand for what is there now, so both sides get one arbitrary value.
 * Also checks by the registry, letters with codes, changes of contacts that wait, and what clients were given.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table accounts add column snapshot bytea, add column deletion_due_at timestamptz`.execute(db);
  await sql`update accounts set snapshot = sha256(id::text::bytea)`.execute(db);
  await sql`update evidence e set snapshot = a.snapshot from accounts a where a.id = e.account_id`.execute(db);
  await sql`alter table evidence alter column snapshot set not null, add column verified bytea`.execute(db);
  await sql`alter table documents add column details bytea`.execute(db);
  await sql`create index accounts_deletion_idx on accounts (deletion_due_at) where deletion_due_at is not null`.execute(
    db,
  );

  await sql`create table checks (
    id uuid constraint checks_pkey primary key,
    account_id uuid not null constraint checks_account_fkey references accounts (id) on delete cascade,
    snapshot bytea not null,
    status text not null constraint checks_status_check
      check (status in ('queued', 'checking', 'passed', 'failed', 'conflict', 'overdue', 'superseded')),
    wrong_fields text[] not null default '{}',
    for_client text,
    created_at timestamptz not null,
    deadline_at timestamptz not null,
    decided_at timestamptz
  )`.execute(db);
  await sql`create unique index checks_live_key on checks (account_id) where status in ('queued', 'checking')`.execute(
    db,
  );
  await sql`create index checks_account_idx on checks (account_id, created_at)`.execute(db);
  await sql`create index checks_deadline_idx on checks (deadline_at) where status in ('queued', 'checking')`.execute(
    db,
  );

  await sql`create table letters (
    id uuid constraint letters_pkey primary key,
    account_id uuid not null constraint letters_account_fkey references accounts (id) on delete cascade,
    snapshot bytea not null,
    address_index bytea not null,
    code_hash bytea not null,
    tries integer not null default 0,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz
  )`.execute(db);
  await sql`create unique index letters_live_key on letters (account_id) where ended_at is null`.execute(db);
  await sql`create index letters_expires_idx on letters (expires_at)`.execute(db);

  await sql`create table contact_changes (
    id uuid constraint contact_changes_pkey primary key,
    account_id uuid not null constraint contact_changes_account_fkey references accounts (id) on delete cascade,
    kind text not null constraint contact_changes_kind_check check (kind in ('phone', 'email')),
    value bytea not null,
    created_at timestamptz not null,
    due_at timestamptz not null
  )`.execute(db);
  await sql`create unique index contact_changes_kind_key on contact_changes (account_id, kind)`.execute(db);
  await sql`create index contact_changes_due_idx on contact_changes (due_at)`.execute(db);

  await sql`create table releases (
    account_id uuid not null constraint releases_account_fkey references accounts (id) on delete cascade,
    client_id text not null,
    claims text[] not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    constraint releases_pkey primary key (account_id, client_id, claims)
  )`.execute(db);
}
