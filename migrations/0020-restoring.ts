import { sql, type Kysely } from 'kysely';

/**
 * Accounts that a service centre gives back. Who answers at the new contact gets one activation; who answers at an old one
 * may stop everything, before and after. Of one account one restoration is under way.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table restorations (
    id uuid constraint restorations_pkey primary key,
    account_id uuid not null constraint restorations_account_fkey references accounts (id) on delete cascade,
    terms bytea not null,
    stop_hash bytea not null constraint restorations_stop_key unique,
    activation_hash bytea constraint restorations_activation_key unique,
    activation_until timestamptz,
    created_at timestamptz not null,
    stop_until timestamptz not null,
    activated_at timestamptz,
    stopped_at timestamptz,
    removed_factors uuid[] not null default '{}',
    adds_contact boolean not null default false
  )`.execute(db);
  await sql`create unique index restorations_live_key on restorations (account_id)
    where activated_at is null and stopped_at is null`.execute(db);
  await sql`alter table visits drop constraint visits_outcome_check`.execute(db);
  await sql`alter table visits add constraint visits_outcome_check
    check (outcome in ('confirmed', 'refused', 'conflict', 'restoration_asked', 'restoration_sent'))`.execute(db);
}
