import { sql, type Kysely } from 'kysely';

/**
 * People and what is known of them. Values that name a person are encrypted and found by a keyed index of 32 bytes.
 * The tier is computed from evidence, it is no column. A contact is unique only once somebody proved it is theirs;
 * before that, anybody may have typed it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table accounts (
    id uuid constraint accounts_pkey primary key,
    oid bigint generated always as identity (start with 1000300001) constraint accounts_oid_key unique,
    status text not null default 'active' constraint accounts_status_check check (status in ('active', 'blocked', 'deleted')),
    profile bytea not null,
    locale text,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`.execute(db);

  await sql`create table contacts (
    id uuid constraint contacts_pkey primary key,
    account_id uuid not null constraint contacts_account_fkey references accounts (id) on delete cascade,
    kind text not null constraint contacts_kind_check check (kind in ('phone', 'email')),
    value bytea not null,
    value_index bytea not null,
    verified_at timestamptz,
    created_at timestamptz not null,
    constraint contacts_account_value_key unique (account_id, kind, value_index)
  )`.execute(db);
  await sql`create unique index contacts_verified_key on contacts (kind, value_index) where verified_at is not null`.execute(
    db,
  );

  await sql`create table documents (
    id uuid constraint documents_pkey primary key,
    account_id uuid not null constraint documents_account_fkey references accounts (id) on delete cascade,
    kind text not null,
    value bytea not null,
    value_index bytea not null,
    verified_at timestamptz,
    created_at timestamptz not null,
    constraint documents_account_kind_key unique (account_id, kind, value_index)
  )`.execute(db);
  await sql`create unique index documents_verified_key on documents (kind, value_index) where verified_at is not null`.execute(
    db,
  );

  await sql`create table evidence (
    id uuid constraint evidence_pkey primary key,
    account_id uuid not null constraint evidence_account_fkey references accounts (id) on delete cascade,
    method text not null constraint evidence_method_check check (method in ('registry', 'in_person', 'mail', 'esign')),
    snapshot bytea,
    checked_by text not null,
    created_at timestamptz not null,
    revoked_at timestamptz
  )`.execute(db);
  await sql`create index evidence_account_idx on evidence (account_id)`.execute(db);

  await sql`create table agreements (
    account_id uuid not null constraint agreements_account_fkey references accounts (id) on delete cascade,
    document text not null constraint agreements_document_check check (document in ('terms', 'privacy')),
    version text not null,
    accepted_at timestamptz not null,
    constraint agreements_pkey primary key (account_id, document, version)
  )`.execute(db);
}
