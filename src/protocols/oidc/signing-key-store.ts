import type { Connection } from '#src/platform/storage/database.ts';
import type { SigningKeyRow } from '#src/platform/storage/tables.ts';

export async function listSigningKeys(db: Connection): Promise<SigningKeyRow[]> {
  return db.selectFrom('signing_keys').selectAll().orderBy('created_at').orderBy('kid').execute();
}

/** Locked, so that of two instances that find a rotation due one does it and the other finds it done. */
export async function lockSigningKeys(db: Connection, alg: string): Promise<SigningKeyRow[]> {
  return db
    .selectFrom('signing_keys')
    .selectAll()
    .where('alg', '=', alg)
    .where('status', 'in', ['current', 'next'])
    .orderBy('kid')
    .forUpdate()
    .execute();
}

/** Does nothing when another instance has filled the place: there is one current and one next key for an algorithm. */
export async function insertSigningKey(db: Connection, key: SigningKeyRow): Promise<void> {
  await db
    .insertInto('signing_keys')
    .values(key)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function retireSigningKey(db: Connection, kid: string, now: Date): Promise<void> {
  await db.updateTable('signing_keys').set({ status: 'previous', retired_at: now }).where('kid', '=', kid).execute();
}

export async function activateSigningKey(db: Connection, kid: string, now: Date): Promise<void> {
  await db.updateTable('signing_keys').set({ status: 'current', activated_at: now }).where('kid', '=', kid).execute();
}

export async function deleteRetiredSigningKeys(db: Connection, retiredBefore: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('signing_keys')
    .where('status', '=', 'previous')
    .where('retired_at', '<', retiredBefore)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
