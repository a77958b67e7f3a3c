import type { Connection } from '#src/platform/storage/database.ts';
import type { DeviceRow } from '#src/platform/storage/tables.ts';

export async function find(
  connection: Connection,
  accountId: string,
  secretHash: Buffer,
): Promise<Pick<DeviceRow, 'id' | 'remembered_until'> | undefined> {
  return connection
    .selectFrom('devices')
    .select(['id', 'remembered_until'])
    .where('account_id', '=', accountId)
    .where('secret_hash', '=', secretHash)
    .executeTakeFirst();
}

export async function touch(connection: Connection, id: string, at: Date, name: string | null): Promise<void> {
  await connection.updateTable('devices').set({ seen_at: at, name }).where('id', '=', id).execute();
}

export async function insert(connection: Connection, row: DeviceRow): Promise<void> {
  await connection.insertInto('devices').values(row).execute();
}

export async function setRemembered(connection: Connection, id: string, until: Date): Promise<void> {
  await connection.updateTable('devices').set({ remembered_until: until }).where('id', '=', id).execute();
}

export async function setPasskeyAt(
  connection: Connection,
  accountId: string,
  secretHash: Buffer,
  at: Date,
): Promise<void> {
  await connection
    .updateTable('devices')
    .set({ passkey_at: at })
    .where('account_id', '=', accountId)
    .where('secret_hash', '=', secretHash)
    .execute();
}

export async function accountsWithPasskey(connection: Connection, secretHash: Buffer): Promise<string[]> {
  const rows = await connection
    .selectFrom('devices')
    .select('account_id')
    .where('secret_hash', '=', secretHash)
    .where('passkey_at', 'is not', null)
    .execute();
  return rows.map(({ account_id }) => account_id);
}

export async function forgetRemembered(connection: Connection, accountId: string): Promise<void> {
  await connection.updateTable('devices').set({ remembered_until: null }).where('account_id', '=', accountId).execute();
}

/** The same browser under a new secret, for every account that knows it. */
export async function changeSecret(connection: Connection, from: Buffer, to: Buffer): Promise<void> {
  await connection.updateTable('devices').set({ secret_hash: to }).where('secret_hash', '=', from).execute();
}

export async function list(connection: Connection, accountId: string): Promise<DeviceRow[]> {
  return connection
    .selectFrom('devices')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('seen_at', 'desc')
    .execute();
}

/** True: there was one. */
export async function remove(connection: Connection, accountId: string, id?: string): Promise<boolean> {
  const all = connection.deleteFrom('devices').where('account_id', '=', accountId);
  const { numDeletedRows } = await (id === undefined ? all : all.where('id', '=', id)).executeTakeFirst();
  return numDeletedRows > 0n;
}
