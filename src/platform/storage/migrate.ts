import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { FileMigrationProvider, Migrator } from 'kysely/migration';
import * as path from 'node:path';
import * as fs from 'node:fs/promises';
import { ConfigurationError } from '#src/platform/errors.ts';
import type { Database } from '#src/platform/storage/database.ts';

const migrationFolder = fileURLToPath(new URL('../../../migrations', import.meta.url));

/**
 * Brings the schema to the newest. Several instances may call it at once: one migrates under a lock, the others wait.
 * @throws ConfigurationError when the schema is newer than this program.
 */
export async function migrateToLatest(db: Database): Promise<string[]> {
  const migrator = new Migrator({ db, provider: new FileMigrationProvider({ fs, path, migrationFolder }) });
  const { error, results } = await migrator.migrateToLatest();
  if (error) {
    if (/previously executed migration .* is missing/.test(String(error))) {
      throw new ConfigurationError([
        'the database was made by a newer OpenESIA; start that version, or restore a backup from before the update',
      ]);
    }
    throw error;
  }
  return (results ?? []).map(({ migrationName }) => migrationName);
}

/** Whether every migration this program knows has run, and none that it does not know. */
export async function isSchemaCurrent(db: Database): Promise<boolean> {
  const files = (await fs.readdir(migrationFolder))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3));
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name).join() === files.sort().join();
}
