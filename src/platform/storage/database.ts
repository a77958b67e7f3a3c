import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import type { Logger } from '#src/platform/logger.ts';
import { addressesOf, clientForWriterAmong } from '#src/platform/storage/hosts.ts';
import type { Tables } from '#src/platform/storage/tables.ts';
import { Statements } from '#src/platform/storage/statements.ts';

export type Database = Kysely<Tables>;
/** What a store function takes first: the database, or the transaction it must take part in. */
export type Connection = Database | Transaction<Tables>;

export interface ConnectionOptions {
  /** postgres:// address, of several hosts if one takes over for another, or the embedded database's socket folder. */
  url?: string;
  socketDir?: string;
  poolSize: number;
  statementTimeoutMs: number;
  lockTimeoutMs: number;
}

/** The pool for ordinary work and the pipelined connections for the hot path, both to one database. */
export class Storage {
  readonly db: Database;
  readonly statements: Statements;
  readonly #pool: pg.Pool;

  constructor(options: ConnectionOptions, logger: Logger) {
    const embedded = options.socketDir !== undefined;
    const settings = connectionSettings(options);
    const addresses = addressesOf(options.url ?? '');
    const Client = addresses.length > 1 ? clientForWriterAmong(addresses) : pg.Client;
    this.#pool = new pg.Pool({ ...settings, Client, max: embedded ? 4 : options.poolSize, idleTimeoutMillis: 30_000 });
    this.#pool.on('error', (err) => logger.warn({ err }, 'idle database connection lost'));
    // One that is at work tells whoever asked, and everybody else: without a listener that ends the process.
    this.#pool.on('connect', (client) => client.on('error', () => {}));
    if (!embedded) this.#pool.on('connect', nameStatements);
    this.db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: this.#pool }) });
    this.statements = new Statements(embedded ? this.#pool : { ...settings, Client }, logger);
  }

  async isReachable(): Promise<boolean> {
    return this.#pool.query('select 1').then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    await this.statements.close();
    await this.db.destroy();
  }
}

/** int8 fits a JavaScript number for every count and oid we hold; dates of birth are text, not moments. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text' | 'binary') => {
    if (oid === pg.types.builtins.INT8) return Number;
    if (oid === pg.types.builtins.DATE) return String;
    return pg.types.getTypeParser(oid, format);
  }) as pg.CustomTypesConfig['getTypeParser'],
};

function connectionSettings({ url, socketDir, statementTimeoutMs, lockTimeoutMs }: ConnectionOptions): pg.ClientConfig {
  if (socketDir !== undefined) {
    // The embedded database has one session: a query outside of an open transaction waits for its end, and a transaction
    // that waits for such a query would wait for ever. This makes it an error.
    return { host: socketDir, user: 'postgres', database: 'postgres', types, query_timeout: 10_000 };
  }
  return {
    connectionString: url,
    types,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    application_name: 'openesia',
  };
}

/**
 * Kysely leaves statements unnamed, so PostgreSQL would plan each anew. Naming them by their text saves a third of the
 * server's work. The set is bounded because generated lists (`in (…)`) make new texts.
 */
function nameStatements(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const named = new Set<string>();
  client.query = ((text: unknown, values?: unknown, ...rest: unknown[]) => {
    if (typeof text !== 'string' || !Array.isArray(values) || rest.length > 0) return query(text, values, ...rest);
    if (!named.has(text) && named.size >= 200) return query(text, values);
    named.add(text);
    return query({ name: statementName(text), text, values });
  }) as typeof client.query;
}

const names = new Map<string, string>();

function statementName(text: string): string {
  let name = names.get(text);
  if (!name) {
    name = `k${createHash('sha256').update(text).digest('base64url').slice(0, 20)}`;
    if (names.size < 1000) names.set(text, name);
  }
  return name;
}

/** Whether an insert or update failed because a value that must be unique exists already. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  const { code, constraint: violated } = error as { code?: unknown; constraint?: unknown };
  return code === '23505' && violated === constraint;
}
