import { requestScope } from '#src/platform/request-scope.ts';
import type { Row } from '#src/platform/storage/statements.ts';

type Kind = 'grant' | 'session' | 'account';

/**
 * A token is never asked for alone: its grant, session and account follow in the same request. They are read with it and
 * kept until the request asks, once. Nothing is kept from one request to the next, so what was ended is seen as ended.
 */
export function readingAhead<T>(work: () => T): T {
  const scope = requestScope();
  if (scope) scope.rows = new Map();
  return work();
}

export function keep(kind: Kind, id: unknown, row: Row): void {
  if (typeof id === 'string') requestScope()?.rows?.set(`${kind}:${id}`, row);
}

/** Also to forget it before a write. */
export function takeKept(kind: Kind, id: string): Row | undefined {
  const rows = requestScope()?.rows;
  const row = rows?.get(`${kind}:${id}`);
  rows?.delete(`${kind}:${id}`);
  return row;
}

/** By what the writes of one request find each other. Undefined outside of one that speaks the protocol. */
export function requestKey(): object | undefined {
  const scope = requestScope();
  return scope?.rows && scope;
}
