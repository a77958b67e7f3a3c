import pg from 'pg';
import { requestScope } from '#src/platform/request-scope.ts';

/** The SQL texts that all instances send for requests while `work` runs; what runs by the clock is left aside. */
export async function statementsDuring<T>(work: () => Promise<T>): Promise<{ result: T; statements: string[] }> {
  const statements: string[] = [];
  const original = pg.Client.prototype.query;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [first] = args;
    const text = typeof first === 'string' ? first : (first as { text?: string } | undefined)?.text;
    if (text && requestScope() && !/outbox|sandbox_inbox|signing_keys/.test(text.replace(/^insert into "outbox"/, '')))
      statements.push(text);
    return (original as (...all: unknown[]) => unknown).apply(this, args);
  } as typeof original;
  try {
    return { result: await work(), statements };
  } finally {
    pg.Client.prototype.query = original;
  }
}
