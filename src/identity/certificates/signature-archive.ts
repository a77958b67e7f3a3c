import { createHash } from 'node:crypto';
import type { Clock } from '#src/platform/clock.ts';
import type { FieldEncryption } from '#src/platform/security/encryption.ts';
import { newId } from '#src/platform/security/random.ts';
import { readCertificate } from '#src/platform/signatures/certificate.ts';
import { verifyChain } from '#src/platform/signatures/chain.ts';
import { verifyCms } from '#src/platform/signatures/cms.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { RevocationProof } from '#src/identity/certificates/revocation-proofs.ts';
import * as archive from '#src/identity/certificates/signature-archive-store.ts';

const BATCH = 1000;

/** Why a signature was believed, by our clock. Without text and signature: the proxy that speaks TLS vouched for the key. */
export interface Evidence {
  text?: string;
  cms?: Buffer;
  /** From the holder's certificate to the root. */
  chain: Buffer[];
  proofs: RevocationProof[];
  at: Date;
}

interface StoredRecord {
  text?: string;
  cms?: string;
  chain: string[];
  /** The kind of each proof, in their order. */
  kinds: RevocationProof['kind'][];
}

/** Keeps what signatures were believed for, encrypted, so that it can be proven years later (I6). */
export class SignatureArchive {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #encryption: FieldEncryption;

  constructor({ db, clock, encryption }: { db: Database; clock: Clock; encryption: FieldEncryption }) {
    this.#db = db;
    this.#clock = clock;
    this.#encryption = encryption;
  }

  async keep(
    connection: Connection,
    { accountId, purpose }: { accountId: string; purpose: string },
    { text, cms, chain, proofs, at }: Evidence,
  ): Promise<void> {
    const id = newId(this.#clock.now());
    const kinds = proofs.map(({ kind }) => kind);
    const record: StoredRecord = { text, cms: cms?.toString('base64'), chain: chain.map(toBase64), kinds };
    const hashed = proofs.map(({ bytes }) => ({ hash: createHash('sha256').update(bytes).digest(), proof: bytes }));
    await archive.insertProofs(connection, hashed);
    const cell = this.#encryption.encryptJson(record, place(id));
    const hashes = hashed.map(({ hash }) => hash);
    await archive.insert(connection, { id, account_id: accountId, purpose, at, record: cell, proofs: hashes });
  }

  /** Revocation proofs of people who are gone. Several instances may do it at once. Answers how many. */
  async purgeProofs(): Promise<number> {
    let removed = 0;
    let batch: number;
    do {
      batch = await this.#db.transaction().execute((trx) => archive.deleteUnneededProofs(trx, BATCH));
      removed += batch;
    } while (batch === BATCH);
    return removed;
  }

  /** Everything kept for an account, oldest first; `holds` says whether it still proves what it proved then. */
  async review(accountId: string): Promise<{ purpose: string; at: Date; holds: boolean }[]> {
    const rows = await archive.list(this.#db, accountId);
    return Promise.all(
      rows.map(async ({ id, purpose, at, record, proofs }) => {
        const found = await archive.findProofs(this.#db, proofs);
        const stored = this.#encryption.decryptJson<StoredRecord>(record, place(id));
        const bytes = proofs.map((hash) => found.find((one) => one.hash.equals(hash))?.proof ?? Buffer.alloc(0));
        return { purpose, at, holds: holds(stored, bytes, at) };
      }),
    );
  }
}

/** As of the moment it was believed; neither today's lists nor the signer's clock matter. */
function holds({ text, cms, chain, kinds }: StoredRecord, proofs: Buffer[], at: Date): boolean {
  const [certificate, ...above] = chain.map((der) => Buffer.from(der, 'base64'));
  const root = readCertificate(above.at(-1) ?? Buffer.alloc(0));
  if (!root.ok || !certificate) return false;
  const [crls, ocspResponses] = (['crl', 'ocsp'] as const).map((kind) => proofs.filter((_, i) => kinds[i] === kind));
  const path = { certificate, intermediates: above.slice(0, -1), trusted: [root.certificate], at };
  if (!verifyChain({ ...path, crls: crls!, ocspResponses }).ok) return false;
  if (cms === undefined || text === undefined) return true;
  const signer = readCertificate(certificate);
  if (!signer.ok) return false;
  const signed = verifyCms({
    cms: Buffer.from(cms, 'base64'),
    content: Buffer.from(text),
    known: [signer.certificate],
  });
  return signed.ok && signed.certificate.equals(certificate);
}

function toBase64(bytes: Buffer): string {
  return bytes.toString('base64');
}

function place(id: string) {
  return { table: 'signature_evidence', column: 'record', row: id };
}
