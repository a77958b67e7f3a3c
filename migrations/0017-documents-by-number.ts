import { sql, type Kysely } from 'kysely';

/** At a service centre a person is found by the number of their document, whether it was seen to be theirs or not. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index documents_value_idx on documents (kind, value_index)`.execute(db);
}
