import { sql, type Kysely } from 'kysely';

/**
 * Sessions, grants and protocol artifacts (codes, tokens, interactions) at rest, found by SHA-256 of their identifiers.
 * Ending a session or a grant leaves a tombstone until it would have expired anyway, so that a request under way cannot
 * bring it back. Cookies change their identifier at every step: session_ids holds the live ones. Payloads are text and
 * not jsonb because they are never searched.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table sessions (
    uid text constraint sessions_pkey primary key,
    account_id uuid,
    payload text not null,
    authorizations jsonb not null default '{}',
    signed_in_at timestamptz,
    device text,
    seen_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz
  )`.execute(db);
  await sql`create index sessions_account_idx on sessions (account_id) where account_id is not null`.execute(db);
  await sql`create index sessions_expires_idx on sessions (expires_at)`.execute(db);

  await sql`create table session_ids (
    id_hash bytea constraint session_ids_pkey primary key,
    uid text not null constraint session_ids_session_fkey references sessions (uid) on delete cascade
  )`.execute(db);
  await sql`create index session_ids_uid_idx on session_ids (uid)`.execute(db);

  await sql`create table grants (
    id text constraint grants_pkey primary key,
    account_id uuid,
    client_id text not null,
    payload text not null,
    expires_at timestamptz not null,
    ended_at timestamptz
  )`.execute(db);
  await sql`create index grants_account_idx on grants (account_id, client_id)`.execute(db);
  await sql`create index grants_expires_idx on grants (expires_at)`.execute(db);

  await sql`create table artifacts (
    id_hash bytea constraint artifacts_pkey primary key,
    kind text not null,
    grant_id text,
    payload bytea not null,
    consumed_at timestamptz,
    expires_at timestamptz not null
  )`.execute(db);
  await sql`create index artifacts_grant_idx on artifacts (grant_id) where grant_id is not null`.execute(db);
  await sql`create index artifacts_expires_idx on artifacts (expires_at)`.execute(db);

  await sql`create table signing_keys (
    kid text constraint signing_keys_pkey primary key,
    alg text not null,
    status text not null constraint signing_keys_status_check check (status in ('next', 'current', 'previous')),
    private_key bytea not null,
    created_at timestamptz not null,
    activated_at timestamptz,
    retired_at timestamptz
  )`.execute(db);
  await sql`create unique index signing_keys_current_key on signing_keys (alg) where status = 'current'`.execute(db);
  await sql`create unique index signing_keys_next_key on signing_keys (alg) where status = 'next'`.execute(db);
}
