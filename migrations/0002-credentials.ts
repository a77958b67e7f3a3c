import { sql, type Kysely } from 'kysely';

/** Passwords, and the budgets that bound guessing. Budgets live here and not in a cache: losing one would forgive guesses. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table passwords (
    account_id uuid constraint passwords_pkey primary key
      constraint passwords_account_fkey references accounts (id) on delete cascade,
    hash text not null,
    changed_at timestamptz not null
  )`.execute(db);

  await sql`create table budgets (
    key bytea constraint budgets_pkey primary key,
    used integer not null,
    window_ends_at timestamptz not null
  )`.execute(db);
  await sql`create index budgets_window_ends_idx on budgets (window_ends_at)`.execute(db);
}
