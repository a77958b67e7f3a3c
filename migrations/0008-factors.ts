import { sql, type Kysely } from 'kysely';

/**
 * Second factors, backup codes, and the devices a person signs in from. A removed factor keeps its row for a while, so
 * that "this wasn't me" can bring it back. A device is known by a secret in its cookie, of which only the hash is kept.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table factors (
    id uuid constraint factors_pkey primary key,
    account_id uuid not null constraint factors_account_fkey references accounts (id) on delete cascade,
    kind text not null constraint factors_kind_check check (kind in ('sms', 'totp', 'passkey')),
    name bytea,
    secret bytea,
    last_step bigint,
    position integer not null,
    created_at timestamptz not null,
    last_used_at timestamptz,
    removed_at timestamptz
  )`.execute(db);
  await sql`create index factors_account_idx on factors (account_id, position)`.execute(db);
  // Codes go to the one verified phone, whatever runs at the same time.
  await sql`create unique index factors_sms_key on factors (account_id)
    where kind = 'sms' and removed_at is null`.execute(db);

  await sql`create table backup_codes (
    account_id uuid not null constraint backup_codes_account_fkey references accounts (id) on delete cascade,
    code_hash bytea not null,
    created_at timestamptz not null,
    used_at timestamptz,
    constraint backup_codes_pkey primary key (account_id, code_hash)
  )`.execute(db);

  await sql`create table devices (
    id uuid constraint devices_pkey primary key,
    account_id uuid not null constraint devices_account_fkey references accounts (id) on delete cascade,
    secret_hash bytea not null,
    name text,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    remembered_until timestamptz,
    constraint devices_secret_key unique (account_id, secret_hash)
  )`.execute(db);
  await sql`create index devices_hash_idx on devices (secret_hash)`.execute(db);

  // Set by "this wasn't me": the password is no longer good, though right, until a new one is set.
  await sql`alter table passwords add column reset_required_at timestamptz`.execute(db);
}
