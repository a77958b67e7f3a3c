import type { Connection } from '#src/platform/storage/database.ts';
import type { RevocationProofRow, SignatureEvidenceRow } from '#src/platform/storage/tables.ts';

export async function insert(connection: Connection, row: SignatureEvidenceRow): Promise<void> {
  await connection.insertInto('signature_evidence').values(row).execute();
}

/** Each once. In one order, so that two transactions do not wait for each other. */
export async function insertProofs(connection: Connection, rows: RevocationProofRow[]): Promise<void> {
  for (const row of rows.toSorted((one, other) => Buffer.compare(one.hash, other.hash)))
    await connection
      .insertInto('revocation_proofs')
      .values(row)
      .onConflict((conflict) => conflict.column('hash').doNothing())
      .execute();
}

export async function list(connection: Connection, accountId: string): Promise<SignatureEvidenceRow[]> {
  return connection
    .selectFrom('signature_evidence')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('at')
    .orderBy('id')
    .execute();
}

export async function findProofs(connection: Connection, hashes: Buffer[]): Promise<RevocationProofRow[]> {
  if (hashes.length === 0) return [];
  return connection.selectFrom('revocation_proofs').selectAll().where('hash', 'in', hashes).execute();
}
