import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { databaseKinds, emptyDatabase, openStorage } from '#test/support/databases.ts';
import { Storage, type ConnectionOptions } from '#src/platform/storage/database.ts';
import { migrateToLatest, isSchemaCurrent } from '#src/platform/storage/migrate.ts';
import { createLogger } from '#src/platform/logger.ts';

for (const kind of databaseKinds) {
  describe(`migrations on ${kind}`, () => {
    it('R3: two instances starting at once migrate once, and nothing is left to do', async () => {
      const options = await emptyDatabase(kind);
      await forgetSchema(options);
      const [one, two] = [new Storage(options, createLogger('silent')), new Storage(options, createLogger('silent'))];
      const done = await Promise.all([migrateToLatest(one.db), migrateToLatest(two.db)]);
      assert.deepEqual(done.flat().sort(), migrationNames(), 'each migration ran once, on one of the two');
      assert.equal(await isSchemaCurrent(one.db), true);
      await Promise.all([one.close(), two.close()]);
    });

    it('tables.ts names exactly the tables and columns that migrations make', async () => {
      const storage = await openStorage(kind);
      const found = Object.fromEntries(
        (await storage.db.introspection.getTables()).map(({ name, columns }) => [
          name,
          columns.map((column) => `${column.name}${column.isNullable ? '?' : ''}`).sort(),
        ]),
      );
      await storage.close();
      assert.deepEqual(found, declaredTables());
    });
  });
}

async function forgetSchema(options: ConnectionOptions): Promise<void> {
  const storage = new Storage(options, createLogger('silent'));
  await sql`drop schema public cascade`.execute(storage.db);
  await sql`create schema public`.execute(storage.db);
  await storage.close();
}

function migrationNames(): string[] {
  return readdirSync(new URL('../migrations/', import.meta.url))
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();
}

/** Reads tables.ts as text: types are gone at run time. */
function declaredTables(): Record<string, string[]> {
  const source = readFileSync(new URL('../src/platform/storage/tables.ts', import.meta.url), 'utf8');
  const rowTypes = new Map(
    [...source.matchAll(/export interface (\w+Row) \{([^}]*)\}/g)].map(([, name, body]) => [
      name!,
      [...body!.matchAll(/^ {2}(\w+): (.*);$/gm)]
        .map(([, column, type]) => `${column}${/\| null/.test(type!) ? '?' : ''}`)
        .sort(),
    ]),
  );
  const tables = /export interface Tables \{([^}]*)\}/.exec(source)![1]!;
  return Object.fromEntries(
    [...tables.matchAll(/(\w+): (\w+Row);/g)].map(([, table, type]) => [table!, rowTypes.get(type!)!]),
  );
}
