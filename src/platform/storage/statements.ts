import type { Writable } from 'node:stream';
import pg from 'pg';
import type { Logger } from '#src/platform/logger.ts';
import { SentStatement } from '#src/platform/storage/sent-statement.ts';
import { WireWriter } from '#src/platform/storage/wire-writer.ts';

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

type PipelineSettings = pg.ClientConfig & { Client: typeof pg.Client };

export type Row = Record<string, unknown>;

/** What a turn of the event loop wants from the database; what a late one is, is asked when the turn ends. */
interface Wanted {
  wanted: [Statement, unknown[]] | (() => [Statement, unknown[]]);
  resolve: (rows: Row[]) => void;
  reject: (error: Error) => void;
}

/**
 * The hot path. Single statements, never transactions, sent without waiting for one another over few connections:
 * measured at two thirds of the cost of a pool. Reads, and writes whose loss is harmless, go over a connection that
 * never waits for the disk. A write to a socket costs more than everything else about a statement; so each connection
 * gets one write for all of a turn.
 */
export class Statements {
  readonly #pool: pg.Pool | undefined;
  readonly #durable: PipelinedConnection[] = [];
  readonly #relaxed!: PipelinedConnection;
  #wanted: Wanted[] = [];
  #turn = 0;

  /** A pool is used as it is (embedded database: one session, no pipelining); settings open connections of their own. */
  constructor(target: pg.Pool | PipelineSettings, logger: Logger) {
    if (target instanceof pg.Pool) {
      this.#pool = target;
      return;
    }
    this.#relaxed = new PipelinedConnection(target, 'off', logger);
    for (let i = 0; i < DURABLE_CONNECTIONS; i++) this.#durable.push(new PipelinedConnection(target, 'on', logger));
  }

  async run(statement: Statement, values: unknown[]): Promise<Row[]> {
    if (this.#pool) return (await this.#pool.query<Row>(statement.text, values)).rows;
    return this.#atEndOfTurn([statement, values]);
  }

  /** For a statement that grows while the turn lasts: `prepare` is asked once, just before it is sent. */
  async runLate(prepare: () => [Statement, unknown[]]): Promise<Row[]> {
    if (!this.#pool) return this.#atEndOfTurn(prepare);
    await new Promise((resolve) => setImmediate(resolve));
    return this.run(...prepare());
  }

  async close(): Promise<void> {
    if (this.#pool) return;
    await Promise.all([this.#relaxed, ...this.#durable].map((connection) => connection.close()));
  }

  #atEndOfTurn(wanted: Wanted['wanted']): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      if (this.#wanted.length === 0) setImmediate(() => this.#endTurn());
      this.#wanted.push({ wanted, resolve, reject });
    });
  }

  #endTurn(): void {
    const all = this.#wanted;
    this.#wanted = [];
    this.#turn = (this.#turn + 1) % DURABLE_CONNECTIONS;
    const durable = this.#durable[this.#turn]!;
    for (const { wanted, resolve, reject } of all) {
      // One that cannot be written must not take the others with it.
      try {
        const [statement, values] = typeof wanted === 'function' ? wanted() : wanted;
        const isQuick = statement.mayBeLost || statement.text.startsWith('select');
        (isQuick ? this.#relaxed : durable).send(statement, values, resolve, reject);
      } catch (error) {
        reject(error as Error);
      }
    }
    this.#relaxed.flush();
    durable.flush();
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
  readonly #settings: PipelineSettings;
  readonly #synchronousCommit: 'on' | 'off';
  readonly #logger: Logger;
  #client: Promise<pg.Client> | undefined;
  #open: pg.Client | undefined;
  #writer = new WireWriter();
  #failedAt = 0;

  constructor(settings: PipelineSettings, synchronousCommit: 'on' | 'off', logger: Logger) {
    this.#settings = settings;
    this.#synchronousCommit = synchronousCommit;
    this.#logger = logger;
  }

  /** Nothing leaves before `flush`. */
  send(statement: Statement, values: unknown[], resolve: Wanted['resolve'], reject: Wanted['reject']): void {
    const submit = (client: pg.Client) => {
      const target = { writer: this.#writer, types: this.#settings.types! };
      client.query(new SentStatement(statement, values, target, resolve, reject) as unknown as pg.Submittable);
    };
    if (this.#open) return submit(this.#open);
    const connecting = (this.#client ??= this.#connect());
    connecting
      .then((client) => {
        submit(client);
        this.flush();
      })
      .catch(reject);
  }

  flush(): void {
    if (!this.#open || this.#writer.isEmpty) return;
    const { stream } = (this.#open as unknown as { connection: { stream: Writable } }).connection;
    stream.write(this.#writer.take());
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = this.#open = undefined;
    await client?.end();
  }

  async #connect(): Promise<pg.Client> {
    if (performance.now() - this.#failedAt < RECONNECT_MS) {
      this.#client = undefined;
      throw new Error('database connection lost');
    }
    const options = `-c synchronous_commit=${this.#synchronousCommit} ${planning}`;
    const { Client, ...settings } = this.#settings;
    const client = new Client({ ...settings, options, pipeline: true });
    const forget = (err?: Error) => {
      this.#client = this.#open = undefined;
      if (err) this.#logger.warn({ err }, 'database connection lost');
    };
    client.on('error', forget);
    client.on('end', () => forget());
    try {
      await client.connect();
      // What was written for a lost connection must not reach this one.
      this.#writer = new WireWriter();
      return (this.#open = client);
    } catch (error) {
      this.#failedAt = performance.now();
      this.#client = undefined;
      throw error;
    }
  }
}
