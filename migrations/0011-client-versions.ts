import { sql, type Kysely } from 'kysely';

/**
 * What each applied file of clients did, so that it can be undone. A removed client's secret stays in its encrypted cell:
 * it opens only in the row it came from, and without it an undone removal would still cut the client off.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table client_versions (
    version bigint generated always as identity constraint client_versions_pkey primary key,
    at timestamptz not null,
    undoes bigint,
    changes jsonb not null
  )`.execute(db);
}
