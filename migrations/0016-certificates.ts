import { sql, type Kysely } from 'kysely';

/**
 * Certificates with which people sign in, and what a signature was believed for: text, signature, chain and revocation
 * proofs, each proof once, since a list is the same for thousands of signatures. A certificate belongs to one account.
 * `sandbox_certificates` are what the sandbox's authority issued.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table certificates (
    id uuid constraint certificates_pkey primary key,
    account_id uuid not null constraint certificates_account_fkey references accounts (id) on delete cascade,
    fingerprint bytea not null,
    certificate bytea not null,
    profile text not null constraint certificates_profile_check check (profile in ('qualified', 'card')),
    created_at timestamptz not null,
    last_used_at timestamptz,
    removed_at timestamptz
  )`.execute(db);
  await sql`create unique index certificates_fingerprint_key on certificates (fingerprint) where removed_at is null`.execute(
    db,
  );
  await sql`create index certificates_account_idx on certificates (account_id)`.execute(db);
  await sql`create index certificates_removed_idx on certificates (removed_at) where removed_at is not null`.execute(
    db,
  );

  await sql`create table signature_evidence (
    id uuid constraint signature_evidence_pkey primary key,
    account_id uuid not null constraint signature_evidence_account_fkey references accounts (id) on delete cascade,
    purpose text not null,
    at timestamptz not null,
    record bytea not null,
    proofs bytea[] not null
  )`.execute(db);
  await sql`create index signature_evidence_account_idx on signature_evidence (account_id, at)`.execute(db);

  await sql`create table revocation_proofs (
    hash bytea constraint revocation_proofs_pkey primary key,
    proof bytea not null
  )`.execute(db);

  await sql`create table sandbox_certificates (
    serial text constraint sandbox_certificates_pkey primary key,
    certificate bytea not null,
    private_key bytea not null,
    created_at timestamptz not null,
    revoked_at timestamptz
  )`.execute(db);
}
