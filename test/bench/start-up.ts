import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#test/support/free-port.ts';
import { rssMbOf } from '#test/bench/process-tree.ts';

export interface StartUp {
  readyMs: number;
  idleRssMb: number;
}

const root = new URL('../../', import.meta.url);

const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { scripts: { start: string } };
const words = scripts.start.split(' ');

/** What `npm start` gives to node, so that the benchmark runs what people run. */
export const startFlags: readonly string[] = words.filter((word) => word.startsWith('--'));
export const startSettings: Readonly<Record<string, string>> = Object.fromEntries(
  words.filter((word) => /^[A-Z_]+=/.test(word)).map((word) => word.split('=') as [string, string]),
);

/** As in production, on a database that exists: how long until it is ready, and what it holds when nobody asks. */
export async function startOnPostgres(databaseUrl: string): Promise<StartUp> {
  return inFolder((folder) => startUp({ DATABASE_URL: databaseUrl, DATA_DIR: folder, SANDBOX: 'off' }));
}

/** As tried out, with its test people. The first start makes the database, the second finds it. */
export async function startEmbedded(): Promise<{ first: StartUp; again: StartUp }> {
  return inFolder(async (DATA_DIR) => ({ first: await startUp({ DATA_DIR }), again: await startUp({ DATA_DIR }) }));
}

async function startUp(settings: Record<string, string>): Promise<StartUp> {
  const port = await freePort();
  const startedAt = performance.now();
  const env = { ...process.env, ...startSettings, NODE_ENV: 'test', PORT: String(port), ...keys, ...settings };
  const child = spawn(process.execPath, [...startFlags, 'src/main.ts'], { cwd: root, env, stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  try {
    while (!(await isReady(port))) {
      if (performance.now() - startedAt > 60_000) throw new Error('the server is not ready after a minute');
      if (child.exitCode !== null) throw new Error(`the server ended at its start (exit ${child.exitCode})`);
      await sleep(10);
    }
    const readyMs = performance.now() - startedAt;
    await sleep(1500);
    return { readyMs, idleRssMb: rssMbOf(child.pid!) };
  } finally {
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await ended;
    process.off('exit', kill);
  }
}

const keys = { MASTER_KEY: randomBytes(32).toString('base64'), INDEX_KEY: randomBytes(32).toString('base64') };

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://localhost:${port}/health/ready`).then(
    ({ status }) => status === 200,
    () => false,
  );
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'openesia-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
