import { AsyncLocalStorage } from 'node:async_hooks';
import type { Row } from '#src/platform/storage/statements.ts';

type Kind = 'grant' | 'session' | 'account';

interface RequestWork {
  rows: Map<string, Row>;
  /** Writes that were begun and not yet waited for. */
  writes: Promise<unknown>[];
}

const current = new AsyncLocalStorage<RequestWork>();

/**
 * A token is never asked for alone: its grant, session and account follow in the same request. They are read with it and
 * kept until the request asks, once. Nothing is kept from one request to the next, so what was ended is seen as ended.
 * What the request writes is waited for when it is answered, and not at each write.
 */
export function readingAhead<T>(work: () => T): T {
  return current.run({ rows: new Map(), writes: [] }, work);
}

export function keep(kind: Kind, id: unknown, row: Row): void {
  if (typeof id === 'string') current.getStore()?.rows.set(`${kind}:${id}`, row);
}

/** Also to forget it before a write. */
export function takeKept(kind: Kind, id: string): Row | undefined {
  const rows = current.getStore()?.rows;
  const row = rows?.get(`${kind}:${id}`);
  rows?.delete(`${kind}:${id}`);
  return row;
}

/** By what the writes of one request find each other. Undefined outside of a request that waits for them. */
export function requestKey(): object | undefined {
  return current.getStore();
}

/** To be waited for before the request is answered. */
export function waitLater(write: Promise<unknown>): void {
  // Who waits hears of a failure; until then it is no surprise.
  write.catch(() => {});
  current.getStore()!.writes.push(write);
}

/** Before the answer, and before anything that must see what this request wrote. Fails as the first write that failed. */
export async function written(): Promise<void> {
  const writes = current.getStore()?.writes.splice(0);
  if (writes?.length) await Promise.all(writes);
}
