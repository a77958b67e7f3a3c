import { sql } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { RevocationProofRow, SignatureEvidenceRow } from '#src/platform/storage/tables.ts';

export async function insert(connection: Connection, row: SignatureEvidenceRow): Promise<void> {
  await connection.insertInto('signature_evidence').values(row).execute();
}

/**
 * Proofs that no signature needs any more, at most `limit`. Found first and locked, then looked at again: by then whoever
 * wanted to keep one of them has either committed or waits, and writes it anew.
 */
export async function deleteUnneededProofs(connection: Connection, limit: number): Promise<number> {
  const { rows } = await sql<{ hash: Buffer }>`select hash from revocation_proofs p
    where not exists (${neededProofs}) limit ${limit} for update of p skip locked`.execute(connection);
  if (rows.length === 0) return 0;
  const hashes = rows.map(({ hash }) => hash);
  const { numAffectedRows } = await sql`delete from revocation_proofs p
    where hash = any(${hashes}::bytea[]) and not exists (${neededProofs})`.execute(connection);
  return Number(numAffectedRows ?? 0);
}

const neededProofs = sql`select from (select unnest(proofs) as hash from signature_evidence) needed
  where needed.hash = p.hash`;

/** Each once, and locked until the evidence that needs it is written. In one order, so that two transactions do not wait for each other. */
export async function insertProofs(connection: Connection, rows: RevocationProofRow[]): Promise<void> {
  for (const row of rows.toSorted((one, other) => Buffer.compare(one.hash, other.hash)))
    await connection
      .insertInto('revocation_proofs')
      .values(row)
      .onConflict((conflict) => conflict.column('hash').doUpdateSet({ hash: row.hash }))
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
