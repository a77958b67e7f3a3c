import { sql, type Kysely } from 'kysely';

/** When a server last refused an e-mail address for good, and when its owner last said that a contact is still theirs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table contacts add column bounced_at timestamptz, add column affirmed_at timestamptz`.execute(db);
}
