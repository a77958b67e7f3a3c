import { createHmac, type KeyObject } from 'node:crypto';

/** An event as the database holds it; what is not text or number there is text here, so that every bit counts. */
export interface SealedContent {
  seq: number;
  sealedAt: Date;
  id: number;
  /** Microseconds since 1970. */
  at: string;
  event: string;
  accountId: string | null;
  clientId: string | null;
  /** As the database writes it: members in its own order, one spelling for one value. */
  details: string;
}

/** Before the first link. */
export const NOTHING_BEFORE = Buffer.alloc(32);

/** Keyed: whoever may write in the database, but has not the server's key, cannot make a link that holds. */
export function linkOf(key: KeyObject, before: Buffer, content: SealedContent): Buffer {
  const { seq, sealedAt, id, at, event, accountId, clientId, details } = content;
  const canonical = JSON.stringify([seq, sealedAt.getTime(), id, at, event, accountId, clientId, details]);
  return createHmac('sha256', key).update(before).update(canonical).digest();
}
