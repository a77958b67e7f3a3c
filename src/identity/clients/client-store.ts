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

export async function listClients(db: Connection) {
  return db
    .selectFrom('clients')
    .select(['id', 'metadata', 'created_at', 'updated_at'])
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

export async function saveClient(db: Connection, { id, metadata, secret, now }: ClientWrite): Promise<void> {
  const values = { metadata: JSON.stringify(metadata), secret, updated_at: now };
  await db
    .insertInto('clients')
    .values({ id, created_at: now, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

export async function removeClient(db: Connection, id: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('clients').where('id', '=', id).executeTakeFirst();
  return numDeletedRows > 0n;
}
