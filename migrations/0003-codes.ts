import { sql, type Kysely } from 'kysely';

/**
 * One-time codes and links, and the records of journeys under way. Only keyed hashes of codes are kept. One live code per
 * purpose and target: asking again replaces the row, so the earlier code is dead.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table one_time_codes (
    id uuid constraint one_time_codes_pkey primary key,
    purpose text not null,
    target_index bytea not null,
    browser_index bytea,
    code_hash bytea not null,
    tries integer not null default 0,
    max_tries integer not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    consumed_at timestamptz
  )`.execute(db);
  await sql`create index one_time_codes_expires_idx on one_time_codes (expires_at)`.execute(db);
  await sql`create index one_time_codes_hash_idx on one_time_codes (code_hash)`.execute(db);

  await sql`create table flows (
    id_hash bytea constraint flows_pkey primary key,
    kind text not null,
    record bytea not null,
    version integer not null default 1,
    created_at timestamptz not null,
    expires_at timestamptz not null
  )`.execute(db);
  await sql`create index flows_expires_idx on flows (expires_at)`.execute(db);
}
