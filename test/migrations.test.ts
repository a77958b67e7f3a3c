import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { databaseKinds, emptyDatabase, openStorage } from '#test/support/databases.ts';
import { Storage } from '#src/platform/storage/database.ts';
import { migrateToLatest, isSchemaCurrent } from '#src/platform/storage/migrate.ts';
import { createLogger } from '#src/platform/logger.ts';

for (const kind of databaseKinds) {
  describe(`migrations on ${kind}`, () => {
    it('R3: two instances starting at once migrate once, and nothing is left to do', async () => {
      const options = await emptyDatabase(kind);
      const [one, two] = [new Storage(options, createLogger('silent')), new Storage(options, createLogger('silent'))];
      const done = await Promise.all([migrateToLatest(one.db), migrateToLatest(two.db)]);
      assert.deepEqual(done, [[], []]);
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
