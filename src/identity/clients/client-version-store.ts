import type { Connection } from '#src/platform/storage/database.ts';
import type { StoredClientChange } from '#src/platform/storage/tables.ts';

export async function insertVersion(
  db: Connection,
  { at, undoes, changes }: { at: Date; undoes: number | null; changes: StoredClientChange[] },
): Promise<number> {
  const { version } = await db
    .insertInto('client_versions')
    .values({ at, undoes, changes: JSON.stringify(changes) })
    .returning('version')
    .executeTakeFirstOrThrow();
  return version;
}

/** Newest first. */
export async function listVersions(db: Connection, limit: number) {
  return db.selectFrom('client_versions').selectAll().orderBy('version', 'desc').limit(limit).execute();
}

/** Newest first, without the one named. */
export async function listVersionsAfter(db: Connection, version: number) {
  return db
    .selectFrom('client_versions')
    .selectAll()
    .where('version', '>', version)
    .orderBy('version', 'desc')
    .execute();
}

export async function hasVersion(db: Connection, version: number): Promise<boolean> {
  const found = await db
    .selectFrom('client_versions')
    .select('version')
    .where('version', '=', version)
    .executeTakeFirst();
  return found !== undefined;
}
