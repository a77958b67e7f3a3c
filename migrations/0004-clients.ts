import { sql, type Kysely } from 'kysely';

/** Client systems: registered metadata by its RFC 7591 names, the secret apart and encrypted, and what a person allowed them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table clients (
    id text constraint clients_pkey primary key,
    metadata jsonb not null,
    secret bytea,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`.execute(db);

  await sql`create table consents (
    account_id uuid not null constraint consents_account_fkey references accounts (id) on delete cascade,
    client_id text not null constraint consents_client_fkey references clients (id) on delete cascade,
    id uuid not null constraint consents_id_key unique,
    scopes text[] not null,
    claims text[] not null,
    resources jsonb not null,
    purpose_hash bytea not null,
    granted_at timestamptz not null,
    expires_at timestamptz not null,
    constraint consents_pkey primary key (account_id, client_id)
  )`.execute(db);
}
