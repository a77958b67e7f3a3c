import { sql } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';

export interface ClientWrite {
  id: string;
  metadata: Record<string, unknown>;
  secret: Buffer | null;
  now: Date;
}

export async function findClient(db: Connection, id: string) {
  return db.selectFrom('clients').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Locked: what is written next depends on what was read. */
export async function lockClient(db: Connection, id: string) {
  return db.selectFrom('clients').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** Until the transaction ends nobody else writes to the register; reading goes on, and so do consents. */
export async function lockRegister(transaction: Connection): Promise<void> {
  await sql`lock table clients in share row exclusive mode`.execute(transaction);
}

export async function listClients(db: Connection) {
  return db.selectFrom('clients').selectAll().orderBy('created_at').orderBy('id').execute();
}

/** In the order of their ids, from the one after `after`. */
export async function listClientsAfter(db: Connection, after: string, limit: number) {
  return db.selectFrom('clients').selectAll().where('id', '>', after).orderBy('id').limit(limit).execute();
}

export async function saveClient(db: Connection, { id, metadata, secret, now }: ClientWrite): Promise<void> {
  const values = { metadata: JSON.stringify(metadata), secret, updated_at: now };
  await db
    .insertInto('clients')
    .values({ id, created_at: now, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

/** False when the id is taken. */
export async function insertClient(db: Connection, { id, metadata, secret, now }: ClientWrite): Promise<boolean> {
  const inserted = await db
    .insertInto('clients')
    .values({ id, metadata: JSON.stringify(metadata), secret, created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted !== undefined;
}

export async function removeClient(db: Connection, id: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('clients').where('id', '=', id).executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Every grant and what hangs on it. Consents go with the client's row. */
export async function endGrants(db: Connection, id: string, now: Date): Promise<void> {
  const live = db.selectFrom('grants').select('id').where('client_id', '=', id).where('ended_at', 'is', null);
  const ids = (await live.orderBy('id').forUpdate().execute()).map((grant) => grant.id);
  if (ids.length === 0) return;
  await db.updateTable('grants').set({ ended_at: now }).where('id', 'in', ids).execute();
  await db.deleteFrom('artifacts').where('grant_id', 'in', ids).execute();
}
