/**
 * Keeps what may be lost at any moment without anybody gaining by it. An answer that decides whether a request may go on
 * never stands here alone. Nothing throws: when the store is away or slow, `set` and `delete` say false and `get` finds
 * nothing, each within half a second, and the caller goes to the database.
 */
export interface ExpiringMap {
  set(key: Buffer, value: Buffer, expiresAt: Date): Promise<boolean>;
  get(key: Buffer): Promise<Buffer | undefined>;
  delete(key: Buffer): Promise<boolean>;
  /** Whether it answers at this moment. */
  isThere(): Promise<boolean>;
  close(): Promise<void>;
}
