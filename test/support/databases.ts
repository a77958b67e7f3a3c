import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { Storage, type ConnectionOptions } from '#src/platform/storage/database.ts';
import { EmbeddedDatabase } from '#src/platform/storage/embedded.ts';
import { migrateToLatest } from '#src/platform/storage/migrate.ts';
import { createLogger } from '#src/platform/logger.ts';

export type DatabaseKind = 'embedded' | 'postgres';

const chosen = process.env.TEST_DATABASE as DatabaseKind | undefined;

/**
 * Which databases tests of both run on: what this machine offers, or the one that TEST_DATABASE names. PostgreSQL is
 * skipped where neither TEST_DATABASE_URL nor its binaries are found.
 */
export const databaseKinds: DatabaseKind[] = chosen
  ? [chosen]
  : postgresAvailable()
    ? ['embedded', 'postgres']
    : ['embedded'];

/** What ordinary tests run on: PostgreSQL where there is one, since it asks for half the processor's time. */
export const defaultDatabase: DatabaseKind = databaseKinds.at(-1)!;

const servers = new Map<DatabaseKind, Promise<{ options: ConnectionOptions; stop(): Promise<void> }>>();

/** Connections to an empty, migrated database. One server of a kind serves the whole run, so one house lives at a time. */
export async function emptyDatabase(kind: DatabaseKind = defaultDatabase): Promise<ConnectionOptions> {
  if (!servers.has(kind)) servers.set(kind, kind === 'embedded' ? startEmbedded() : startPostgres());
  const { options } = await servers.get(kind)!;
  const storage = new Storage(options, createLogger('silent'));
  await migrateToLatest(storage.db);
  await emptyTables(storage);
  await storage.close();
  return options;
}

/** Those that hold rows: a truncated table costs a new file. */
async function emptyTables({ db }: Storage): Promise<void> {
  const all = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`.execute(db);
  const filled = await sql<{ name: string }>`${sql.join(
    all.rows.map(({ name }) => sql`select ${name} as name where exists (select from ${sql.table(name)})`),
    sql` union all `,
  )}`.execute(db);
  if (filled.rows.length === 0) return;
  await db.transaction().execute(async (transaction) => {
    const guarded = ['audit_events', 'audit_seals'];
    const guard = (how: 'disable' | 'enable') =>
      Promise.all(
        guarded.map((table) => sql`alter table ${sql.table(table)} ${sql.raw(how)} trigger user`.execute(transaction)),
      );
    await guard('disable');
    const tables = sql.join(filled.rows.map(({ name }) => sql.table(name)));
    await sql`truncate ${tables} restart identity cascade`.execute(transaction);
    await guard('enable');
  });
}

export async function openStorage(kind: DatabaseKind = defaultDatabase): Promise<Storage> {
  return new Storage(await emptyDatabase(kind), createLogger('silent'));
}

/** Called once by mocha's root hook. */
export async function stopDatabases(): Promise<void> {
  for (const server of servers.values()) await (await server).stop();
  servers.clear();
}

const limits = { poolSize: 10, statementTimeoutMs: 10_000, lockTimeoutMs: 5_000 };

async function startEmbedded() {
  const database = await EmbeddedDatabase.start('memory://');
  return { options: { ...limits, socketDir: database.socketDir }, stop: () => database.stop() };
}

async function startPostgres() {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return { options: { ...limits, url: given }, stop: async () => {} };
  const dir = mkdtempSync(join(tmpdir(), 'openesia-pg-'));
  const root = process.getuid!() === 0;
  const uid = root ? Number(execFileSync('id', ['-u', 'postgres'])) : undefined;
  const gid = root ? Number(execFileSync('id', ['-g', 'postgres'])) : undefined;
  if (uid !== undefined) chownSync(dir, uid, gid!);
  chmodSync(dir, 0o755);
  const as = { uid, gid, cwd: dir, stdio: 'ignore' as const };
  const bin = postgresBinaries()!;
  execFileSync(
    join(bin, 'initdb'),
    ['-D', join(dir, 'data'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    as,
  );
  // What it holds need not outlive the machine.
  const settings = ['listen_addresses=', 'max_connections=200', 'fsync=off', 'full_page_writes=off'];
  const args = ['-D', join(dir, 'data'), '-k', dir, ...settings.flatMap((setting) => ['-c', setting])];
  const server = spawn(join(bin, 'postgres'), args, as);
  await waitForSocket(join(dir, '.s.PGSQL.5432'), server);
  const stop = async () => {
    const ended = new Promise((done) => server.once('exit', done));
    server.kill('SIGINT');
    await ended;
    rmSync(dir, { recursive: true, force: true });
  };
  const options = { ...limits, url: `postgres://postgres@/postgres?host=${encodeURIComponent(dir)}` };
  await waitUntilReady(options);
  return { options, stop };
}

async function waitUntilReady(options: ConnectionOptions): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const storage = new Storage(options, createLogger('silent'));
    const reachable = await storage.isReachable();
    await storage.close();
    if (reachable) return;
    await sleep(50);
  }
  throw new Error('PostgreSQL did not accept connections');
}

async function waitForSocket(path: string, server: ChildProcess): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (existsSync(path)) return;
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`);
    await sleep(50);
  }
  throw new Error('PostgreSQL did not start');
}

function postgresAvailable(): boolean {
  return Boolean(process.env.TEST_DATABASE_URL) || postgresBinaries() !== undefined;
}

export function postgresBinaries(): string | undefined {
  const base = '/usr/lib/postgresql';
  if (!existsSync(base)) return undefined;
  return readdirSync(base)
    .sort()
    .reverse()
    .map((version) => join(base, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}
