import { AsyncLocalStorage } from 'node:async_hooks';
import type { Row } from '#src/platform/storage/statements.ts';

const kept = new AsyncLocalStorage<Map<string, Row>>();

/**
 * A token is never asked for alone: its grant and session follow in the same request. They are read with it and kept
 * until the request asks, once. Nothing is kept from one request to the next, so what was ended is seen as ended.
 */
export function readingAhead<T>(work: () => T): T {
  return kept.run(new Map(), work);
}

export function keep(kind: 'grant' | 'session', id: unknown, row: Row): void {
  if (typeof id === 'string') kept.getStore()?.set(`${kind}:${id}`, row);
}

/** Also to forget it before a write. */
export function takeKept(kind: 'grant' | 'session', id: string): Row | undefined {
  const rows = kept.getStore();
  const row = rows?.get(`${kind}:${id}`);
  rows?.delete(`${kind}:${id}`);
  return row;
}
