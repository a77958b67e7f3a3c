import { AsyncLocalStorage } from 'node:async_hooks';

/** What belongs to one request, wherever in the house its work is done. One store: each costs every await a little. */
export interface RequestScope {
  requestId: string;
  /** Writes that were begun and are waited for before the request is answered. */
  writes: Promise<unknown>[];
  /** Rows that were read together with another; only where the protocol is spoken. */
  rows?: Map<string, Record<string, unknown>>;
}

const current = new AsyncLocalStorage<RequestScope>();

export function inRequest<T>(requestId: string, work: () => T): T {
  return current.run({ requestId, writes: [] }, work);
}

export function requestScope(): RequestScope | undefined {
  return current.getStore();
}

/** To be waited for before the request is answered; outside of one, by nobody but whoever asked. */
export function waitLater(write: Promise<unknown>): void {
  // Who waits hears of a failure; until then it is no surprise.
  write.catch(() => {});
  requestScope()?.writes.push(write);
}

/** Before the answer, and before anything that must see what this request wrote. Fails as the first write that failed. */
export async function written(): Promise<void> {
  const writes = requestScope()?.writes;
  if (writes?.length) await Promise.all(writes.splice(0));
}
