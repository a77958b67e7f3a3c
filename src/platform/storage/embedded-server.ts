import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

/**
 * The embedded database's own process: PGlite behind a Unix socket, spoken to like any PostgreSQL. Apart, so that its
 * work never holds up the web process. Arguments: the data folder (or memory://) and the socket folder.
 * Says {ready: true} or {locked: true} to its parent, and ends when the parent does, however that ends.
 */
const [dataDir, socketDir] = process.argv.slice(2) as [string, string];
/** Keeps the lock's handle reachable: a collected one would release it. */
const held: { lock?: DatabaseSync } = {};

process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

if (!takeLock()) {
  process.send!({ locked: true });
  process.disconnect();
} else {
  const db = await openDatabase();
  const path = join(socketDir, '.s.PGSQL.5432');
  await rm(path, { force: true });
  const server = new PGLiteSocketServer({ db: oneConversationAtATime(db), path, maxConnections: 10_000 });
  await server.start();
  process.on('message', () => void stop(db, server));
  process.send!({ ready: true });
}

/**
 * A new folder begins as a copy of one that was made before; making one (initdb) would take three times as long.
 * One whose making was cut off is made again.
 */
async function openDatabase(): Promise<PGlite> {
  const mark = `${dataDir}.unfinished`;
  const isKept = !dataDir.startsWith('memory:');
  if (isKept && existsSync(mark)) rmSync(dataDir, { recursive: true, force: true });
  if (existsSync(join(dataDir, 'PG_VERSION'))) return PGlite.create(dataDir);
  if (isKept) writeFileSync(mark, '');
  const { dataDir: newFolder } = await import('@electric-sql/pglite-prepopulatedfs');
  const db = await PGlite.create({ dataDir, loadDataDir: await newFolder() });
  if (isKept) rmSync(mark);
  return db;
}

/**
 * The socket server passes on single protocol messages and lets connections take turns between them, except inside a
 * transaction. Parse, Bind, Execute and Sync of one query belong together as well: between them another connection's
 * Parse would replace the unnamed statement, and one query would run with the values of another.
 */
function oneConversationAtATime(db: PGlite): PGlite {
  let unfinished = false;
  const overrides: Partial<PGlite> = {
    isInTransaction: () => unfinished || db.isInTransaction(),
    async execProtocolRawStream(message, options) {
      await db.execProtocolRawStream(message, options);
      unfinished = 'PBDECH'.includes(String.fromCharCode(message[0]!));
    },
    // How the server clears up after a connection that vanished.
    exec(query, options) {
      unfinished = false;
      return db.exec(query, options);
    },
  };
  return new Proxy(db, {
    get(target, property) {
      if (property in overrides) return overrides[property as keyof PGlite];
      const value = Reflect.get(target, property, target) as unknown;
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}

async function stop(db: PGlite, server: PGLiteSocketServer): Promise<void> {
  await server.stop();
  await db.close();
  process.exit(0);
}

/** Two processes on one folder would silently lose rows. SQLite's file lock is the kernel's: it ends with the process, also by kill -9. */
function takeLock(): boolean {
  if (dataDir.startsWith('memory:')) return true;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(`${dataDir}.lock`, { timeout: 0 });
  try {
    lock.exec('begin exclusive');
    held.lock = lock;
    return true;
  } catch {
    return false;
  }
}
