import type { Connection } from '#src/platform/storage/database.ts';
import type { PasskeyRow } from '#src/platform/storage/tables.ts';
import type { EnrolledPasskey } from '#src/identity/factors/factor.ts';

/** @throws a unique violation of `passkeys_credential_key` when any account has or had this credential. */
export async function insert(connection: Connection, factorId: string, passkey: EnrolledPasskey): Promise<void> {
  const { credentialId, publicKey, counter, transports, isSynced } = passkey;
  await connection
    .insertInto('passkeys')
    .values({
      factor_id: factorId,
      credential_id: credentialId,
      public_key: publicKey,
      counter,
      transports,
      is_synced: isSynced,
    })
    .execute();
}

export async function find(
  connection: Connection,
  credentialId: string,
): Promise<(PasskeyRow & { account_id: string }) | undefined> {
  return withAccount(connection).where('credential_id', '=', credentialId).executeTakeFirst();
}

export async function list(connection: Connection, accountIds: string[]): Promise<PasskeyRow[]> {
  return accountIds.length === 0 ? [] : withAccount(connection).where('account_id', 'in', accountIds).execute();
}

/** True for exactly one caller. Authenticators without a counter always say zero. */
export async function advance(connection: Connection, factorId: string, counter: number, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('passkeys')
    .set({ counter })
    .where('factor_id', '=', factorId)
    .where((eb) => (counter === 0 ? eb('counter', '=', 0) : eb('counter', '<', counter)))
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) return false;
  await connection.updateTable('factors').set({ last_used_at: at }).where('id', '=', factorId).execute();
  return true;
}

function withAccount(connection: Connection) {
  return connection
    .selectFrom('passkeys')
    .innerJoin('factors', 'factors.id', 'passkeys.factor_id')
    .selectAll('passkeys')
    .select('factors.account_id')
    .where('factors.removed_at', 'is', null);
}
