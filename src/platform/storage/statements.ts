import type { Writable } from 'node:stream';
import pg from 'pg';
import type { Logger } from '#src/platform/logger.ts';

/** Those that wait for the disk; the database then flushes for both at once. */
const DURABLE_CONNECTIONS = 2;
const RECONNECT_MS = 250;

/** One SQL text that the protocol runs many times a second. The name lets PostgreSQL keep its plan. */
export interface Statement {
  name: string;
  text: string;
  /** What it writes may be lost in a crash of the database server: the person or client simply starts again. */
  mayBeLost?: boolean;
}

export type Row = Record<string, unknown>;

/**
 * The hot path. Single statements, never transactions, sent without waiting for one another over few connections:
 * measured at two thirds of the cost of a pool. Reads, and writes whose loss is harmless, go over a connection that
 * never waits for the disk.
 */
export class Statements {
  readonly #pool: pg.Pool | undefined;
  readonly #durable: PipelinedConnection[] = [];
  readonly #relaxed!: PipelinedConnection;
  #turn = 0;

  /** A pool is used as it is (embedded database: one session, no pipelining); settings open connections of their own. */
  constructor(target: pg.Pool | pg.ClientConfig, logger: Logger) {
    if (target instanceof pg.Pool) {
      this.#pool = target;
      return;
    }
    this.#relaxed = new PipelinedConnection(target, 'off', logger);
    for (let i = 0; i < DURABLE_CONNECTIONS; i++) this.#durable.push(new PipelinedConnection(target, 'on', logger));
  }

  async run(statement: Statement, values: unknown[]): Promise<Row[]> {
    if (this.#pool) return (await this.#pool.query<Row>(statement.text, values)).rows;
    if (statement.mayBeLost || statement.text.startsWith('select')) return this.#relaxed.run(statement, values);
    this.#turn = (this.#turn + 1) % DURABLE_CONNECTIONS;
    return this.#durable[this.#turn]!.run(statement, values);
  }

  async close(): Promise<void> {
    if (this.#pool) return;
    await Promise.all([this.#relaxed, ...this.#durable].map((connection) => connection.close()));
  }
}

/**
 * Every statement finds its rows by key. A plan made while the tables were still empty would read them whole, and be
 * kept; a plan for each set of values costs more than running it.
 */
const planning = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'jit=off',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** A connection that sends without waiting and reopens itself after a loss. Whatever was under way then fails, never repeats. */
class PipelinedConnection {
  readonly #settings: pg.ClientConfig;
  readonly #synchronousCommit: 'on' | 'off';
  readonly #logger: Logger;
  #client: Promise<pg.Client> | undefined;
  #failedAt = 0;
  #isCorked = false;

  constructor(settings: pg.ClientConfig, synchronousCommit: 'on' | 'off', logger: Logger) {
    this.#settings = settings;
    this.#synchronousCommit = synchronousCommit;
    this.#logger = logger;
  }

  async run({ name, text }: Statement, values: unknown[]): Promise<Row[]> {
    const client = await (this.#client ??= this.#connect());
    this.#sendAtEndOfTurn(client);
    return (await client.query<Row>({ name, text, values })).rows;
  }

  /** A write to the socket costs more than everything else about a statement; so one write for all of a turn. */
  #sendAtEndOfTurn(client: pg.Client): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
    stream.cork();
    setImmediate(() => {
      this.#isCorked = false;
      stream.uncork();
    });
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    await client?.end();
  }

  async #connect(): Promise<pg.Client> {
    if (performance.now() - this.#failedAt < RECONNECT_MS) {
      this.#client = undefined;
      throw new Error('database connection lost');
    }
    const options = `-c synchronous_commit=${this.#synchronousCommit} ${planning}`;
    const client = new pg.Client({ ...this.#settings, options, pipeline: true });
    const forget = (err?: Error) => {
      this.#client = undefined;
      if (err) this.#logger.warn({ err }, 'database connection lost');
    };
    client.on('error', forget);
    client.on('end', () => forget());
    try {
      await client.connect();
      return client;
    } catch (error) {
      this.#failedAt = performance.now();
      this.#client = undefined;
      throw error;
    }
  }
}
