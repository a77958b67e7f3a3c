import { sql, type Kysely } from 'kysely';

/**
 * What is known of a passkey besides being a factor. A credential id belongs to one account for ever, even after its
 * removal, so that nobody can take it over. `passkey_at` of a device: since then a passkey is offered there first.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table passkeys (
    factor_id uuid constraint passkeys_pkey primary key
      constraint passkeys_factor_fkey references factors (id) on delete cascade,
    credential_id text not null constraint passkeys_credential_key unique,
    public_key bytea not null,
    counter bigint not null,
    transports text[] not null,
    is_synced boolean not null
  )`.execute(db);
  await sql`alter table devices add column passkey_at timestamptz`.execute(db);
}
