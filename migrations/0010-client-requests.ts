import { sql, type Kysely } from 'kysely';

/**
 * What client systems asked and what came of it, for their developers, for a day. Kept apart from the audit: it may be
 * lost, and it goes by itself. Details are masked before they are stored, and encrypted all the same: a redirect address
 * or a state may name a person. No foreign key: a client's removal need not wait for its log.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table client_requests (
    id uuid constraint client_requests_pkey primary key,
    client_id text not null,
    reference text not null,
    at timestamptz not null,
    expires_at timestamptz not null,
    details bytea not null
  )`.execute(db);
  await sql`create index client_requests_client_idx on client_requests (client_id, id)`.execute(db);
  await sql`create index client_requests_expires_idx on client_requests (expires_at)`.execute(db);
}
