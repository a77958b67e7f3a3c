import { createHash } from 'node:crypto';
import type { Clock } from '#src/platform/clock.ts';
import type { FieldEncryption } from '#src/platform/security/encryption.ts';
import { newId } from '#src/platform/security/random.ts';
import { readCertificate, type Certificate } from '#src/platform/signatures/certificate.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import * as store from '#src/identity/certificates/certificate-store.ts';
import { holderName } from '#src/identity/certificates/holder.ts';
import type { CertificateProfile } from '#src/identity/certificates/trusted-authorities.ts';

/** A certificate as its owner sees it. */
export interface AccountCertificate {
  id: string;
  profile: CertificateProfile;
  owner: string;
  issuer: string;
  notAfter: Date;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** Certificates with which people sign in. One belongs to one account; a renewed one is another and is bound anew (I5). */
export class AccountCertificates {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #encryption: FieldEncryption;

  constructor({ db, clock, encryption }: { db: Database; clock: Clock; encryption: FieldEncryption }) {
    this.#db = db;
    this.#clock = clock;
    this.#encryption = encryption;
  }

  async list(accountId: string): Promise<AccountCertificate[]> {
    const rows = await store.list(this.#db, accountId);
    return rows.map(({ id, certificate, profile, created_at, last_used_at }) => {
      const der = Buffer.from(this.#encryption.decrypt(certificate, place(id)), 'base64');
      const read = readCertificate(der) as { certificate: Certificate };
      const { subject, issuer, notAfter } = read.certificate;
      const owner = holderName(subject);
      const by = issuer.commonName ?? issuer.organisation ?? '';
      return { id, profile, owner, issuer: by, notAfter, createdAt: created_at, lastUsedAt: last_used_at };
    });
  }

  /** @throws a unique violation of `certificates_fingerprint_key` when it is bound already. */
  async add(
    connection: Connection,
    accountId: string,
    { certificate, profile }: { certificate: Certificate; profile: CertificateProfile },
  ): Promise<string> {
    const now = this.#clock.now();
    const id = newId(now);
    await store.insert(connection, {
      id,
      account_id: accountId,
      fingerprint: fingerprintOf(certificate.der),
      certificate: this.#encryption.encrypt(certificate.der.toString('base64'), place(id)),
      profile,
      created_at: now,
      last_used_at: null,
      removed_at: null,
    });
    return id;
  }

  async ownerOf(certificate: Buffer): Promise<{ id: string; accountId: string } | undefined> {
    const row = await store.findByFingerprint(this.#db, fingerprintOf(certificate));
    return row && { id: row.id, accountId: row.account_id };
  }

  /** False: removed meanwhile. */
  async touch(connection: Connection, id: string): Promise<boolean> {
    return store.touch(connection, id, this.#clock.now());
  }

  async remove(connection: Connection, accountId: string, id: string): Promise<boolean> {
    return store.remove(connection, accountId, id, this.#clock.now());
  }

  async restore(connection: Connection, accountId: string, id: string): Promise<void> {
    await store.restore(connection, accountId, id);
  }
}

function fingerprintOf(der: Buffer): Buffer {
  return createHash('sha256').update(der).digest();
}

function place(id: string) {
  return { table: 'certificates', column: 'certificate', row: id };
}
