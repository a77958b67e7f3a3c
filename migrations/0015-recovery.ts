import { sql, type Kysely } from 'kysely';

/**
 * The way back into an account. `sign_in_generation` grows when everything of an account is ended: a sign-in that was
 * proven before cannot be written after. A hold keeps a recovered account from being carried off. A login that is neither
 * contact nor document, like a foreign citizen's, is found by its index; one account may have it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table accounts add column sign_in_generation integer not null default 0`.execute(db);
  await sql`create table account_logins (
    account_id uuid not null constraint account_logins_account_fkey references accounts (id) on delete cascade,
    kind text not null constraint account_logins_kind_check check (kind in ('foreign')),
    value_index bytea not null,
    created_at timestamptz not null,
    constraint account_logins_pkey primary key (account_id, kind),
    constraint account_logins_value_key unique (kind, value_index)
  )`.execute(db);
  await sql`create table account_holds (
    account_id uuid constraint account_holds_pkey primary key
      constraint account_holds_account_fkey references accounts (id) on delete cascade,
    reason text not null constraint account_holds_reason_check check (reason in ('recovery')),
    created_at timestamptz not null,
    ends_at timestamptz not null
  )`.execute(db);
  await sql`create table security_questions (
    account_id uuid constraint security_questions_pkey primary key
      constraint security_questions_account_fkey references accounts (id) on delete cascade,
    question bytea not null,
    answer_hash text not null,
    created_at timestamptz not null
  )`.execute(db);
}
