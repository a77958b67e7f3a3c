import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ConfigurationError } from '#src/platform/errors.ts';
import { EmbeddedDatabase } from '#src/platform/storage/embedded.ts';

describe('the embedded database', () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'openesia-embedded-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('refuses a second process on the folder, in words, and lets it in once the first has gone', async () => {
    const first = await EmbeddedDatabase.start(dir);
    await assert.rejects(
      EmbeddedDatabase.start(dir),
      (error: unknown) => error instanceof ConfigurationError && /DATA_DIR/.test(error.message),
    );
    await first.stop();
    await (await EmbeddedDatabase.start(dir)).stop();
  });

  it('ends with its parent and loses nothing acknowledged when the parent is killed', async () => {
    const script = join(dir, 'parent.ts');
    const module = new URL('../../src/platform/storage/embedded.ts', import.meta.url).href;
    writeFileSync(
      script,
      `import { EmbeddedDatabase } from '${module}';\nconst db = await EmbeddedDatabase.start(${JSON.stringify(dir)});\nprocess.send(db.socketDir);\n`,
    );
    const parent: ChildProcess = fork(script, { cwd: process.cwd() });
    const socketDir = await new Promise<string>((told) => parent.once('message', (message) => told(message as string)));
    const client = new pg.Client({ host: socketDir, user: 'postgres', database: 'postgres' });
    client.on('error', () => {});
    await client.connect();
    await client.query('create table kept (n int)');
    await client.query('insert into kept values (42)');
    parent.kill('SIGKILL');
    await new Promise((gone) => client.once('end', gone));

    const again = await startWhenFree(dir);
    const reader = new pg.Client({ host: again.socketDir, user: 'postgres', database: 'postgres' });
    await reader.connect();
    assert.deepEqual((await reader.query('select n from kept')).rows, [{ n: 42 }]);
    await reader.end();
    await again.stop();
    rmSync(socketDir, { recursive: true, force: true });
  });

  it('makes a folder anew whose making was cut off', async () => {
    const folder = join(dir, 'pglite');
    mkdirSync(folder);
    for (const file of ['pglite.unfinished', 'pglite/PG_VERSION', 'pglite/left-over'])
      writeFileSync(join(dir, file), '');
    const database = await EmbeddedDatabase.start(dir);
    const client = new pg.Client({ host: database.socketDir, user: 'postgres', database: 'postgres' });
    await client.connect();
    assert.deepEqual((await client.query('select 1 as one')).rows, [{ one: 1 }]);
    await client.end();
    await database.stop();
    assert.ok(!existsSync(join(folder, 'left-over')) && !existsSync(`${folder}.unfinished`));
  });
});

async function startWhenFree(dir: string): Promise<EmbeddedDatabase> {
  for (let i = 0; ; i++) {
    try {
      return await EmbeddedDatabase.start(dir);
    } catch (error) {
      if (!(error instanceof ConfigurationError) || i > 40) throw error;
      await sleep(50);
    }
  }
}
