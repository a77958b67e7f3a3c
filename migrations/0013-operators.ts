import { sql, type Kysely } from 'kysely';

/**
 * Operators are accounts that were given roles; an ended role stays, so that one can ask who could do what when. Console
 * sessions are rows of their own, looked at with every request. A visit is one person with their papers before one clerk:
 * `snapshot` is of the data that were compared. An approval is an act that waits for a second person; what exactly is
 * approved is named by the hash of its payload.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table operator_roles (
    id uuid constraint operator_roles_pkey primary key,
    account_id uuid not null constraint operator_roles_account_fkey references accounts (id),
    role text not null constraint operator_roles_role_check
      check (role in ('clerk', 'reviewer', 'support', 'client_operator', 'security_officer', 'administrator')),
    office text,
    given_by uuid,
    given_at timestamptz not null,
    ended_by uuid,
    ended_at timestamptz,
    constraint operator_roles_office_check check ((role = 'clerk') = (office is not null))
  )`.execute(db);
  await sql`create unique index operator_roles_live_key on operator_roles (account_id, role) where ended_at is null`.execute(
    db,
  );

  await sql`create table console_sessions (
    id_hash bytea constraint console_sessions_pkey primary key,
    account_id uuid not null constraint console_sessions_account_fkey references accounts (id) on delete cascade,
    session_uid text not null,
    signed_in_at timestamptz not null,
    seen_at timestamptz not null,
    expires_at timestamptz not null
  )`.execute(db);
  await sql`create index console_sessions_expires_idx on console_sessions (expires_at)`.execute(db);

  await sql`create table visits (
    id uuid constraint visits_pkey primary key,
    account_id uuid not null constraint visits_account_fkey references accounts (id) on delete cascade,
    operator_id uuid not null,
    office text not null,
    purpose text not null,
    snapshot bytea not null,
    papers text[] not null default '{}',
    opened_at timestamptz not null,
    expires_at timestamptz not null,
    unmasked_at timestamptz,
    outcome text constraint visits_outcome_check check (outcome in ('confirmed', 'refused', 'conflict')),
    ended_at timestamptz
  )`.execute(db);
  await sql`create index visits_account_idx on visits (account_id)`.execute(db);

  await sql`create table approvals (
    id uuid constraint approvals_pkey primary key,
    act text not null,
    payload bytea not null,
    payload_hash bytea not null,
    requested_by uuid not null,
    requested_at timestamptz not null,
    expires_at timestamptz not null,
    decision text constraint approvals_decision_check check (decision in ('approved', 'refused', 'withdrawn')),
    decided_by uuid,
    decided_at timestamptz
  )`.execute(db);
  await sql`create index approvals_open_idx on approvals (act, requested_at) where decision is null`.execute(db);
}
