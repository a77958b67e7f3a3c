import pg from 'pg';
import type { Row, Statement } from '#src/platform/storage/statements.ts';
import { toWire, type WireWriter } from '#src/platform/storage/wire-writer.ts';

type Parse = (text: string) => unknown;

/** The columns that a statement answers, learnt when it is first sent. Later it is not asked for them again. */
const columnsOf = new WeakMap<Statement, { name: string; parse: Parse }[]>();

interface PgConnection {
  parsedStatements: Record<string, string | undefined>;
  submittedNamedStatements: Record<string, string | undefined>;
}

interface RowDescription {
  fields: { name: string; dataTypeID: number }[];
}

/** One statement on its way. What the driver's own query object does, without its events, timers and single writes. */
export class SentStatement {
  readonly name: string;
  readonly text: string;
  readonly #statement: Statement;
  readonly #values: ReturnType<typeof toWire>[];
  readonly #types: pg.CustomTypesConfig;
  readonly #writer: WireWriter;
  readonly #resolve: (rows: Row[]) => void;
  readonly #reject: (error: Error) => void;
  readonly #rows: Row[] = [];
  #error: Error | undefined;

  constructor(
    statement: Statement,
    values: unknown[],
    to: { writer: WireWriter; types: pg.CustomTypesConfig },
    resolve: (rows: Row[]) => void,
    reject: (error: Error) => void,
  ) {
    this.#statement = statement;
    this.name = statement.name;
    this.text = statement.text;
    this.#values = values.map(toWire);
    this.#writer = to.writer;
    this.#types = to.types;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** The driver calls it when nobody else hears of an error. */
  callback(error: Error | null): void {
    if (error) this.#reject(error);
  }

  submit(connection: PgConnection): null {
    const { name, text } = this;
    const known = connection.parsedStatements[name] ?? connection.submittedNamedStatements[name];
    if (known === undefined) {
      this.#writer.parse(name, text);
      connection.submittedNamedStatements[name] = text;
    }
    this.#writer.bind(name, this.#values);
    if (!columnsOf.has(this.#statement)) this.#writer.describe();
    this.#writer.executeAndSync();
    return null;
  }

  handleRowDescription({ fields }: RowDescription): void {
    const columns = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: this.#types.getTypeParser(dataTypeID, 'text') as Parse,
    }));
    columnsOf.set(this.#statement, columns);
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const columns = columnsOf.get(this.#statement)!;
    const row: Row = {};
    for (let i = 0; i < columns.length; i++) {
      const text = fields[i]!;
      row[columns[i]!.name] = text === null ? null : columns[i]!.parse(text);
    }
    this.#rows.push(row);
  }

  handleCommandComplete(): void {}

  handleError(error: Error): void {
    this.#error = error;
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    if (!this.#error) this.#resolve(this.#rows);
  }
}

// The driver lets nothing but its own kind of query into a pipeline.
Object.setPrototypeOf(SentStatement.prototype, pg.Query.prototype as object);
