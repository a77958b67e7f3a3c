import { createHash } from 'node:crypto';

/** An act that waits for a second person. */
export interface WaitingApproval<T = unknown> {
  id: string;
  act: string;
  payload: T;
  /** Names exactly what is asked for; an approval counts for this and nothing else. */
  payloadHash: string;
  requestedBy: string;
  requestedAt: Date;
  expiresAt: Date;
}

/** Why an approval does not count. */
export type ApprovalRefusal = 'over' | 'changed' | 'own_request';

/** One text for one payload, whatever order its members were written in. */
export function payloadHash(act: string, payload: unknown): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([act, sorted(payload)]))
    .digest();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]),
  );
}
