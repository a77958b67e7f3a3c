import { randomBytes } from 'node:crypto';
import type { Clock } from '#src/platform/clock.ts';
import { deriveKey, type FieldEncryption } from '#src/platform/security/encryption.ts';
import { readCertificate, type Certificate } from '#src/platform/signatures/certificate.ts';
import type { Database } from '#src/platform/storage/database.ts';
import type { SandboxCertificateRow } from '#src/platform/storage/tables.ts';
import * as store from '#src/sandbox/authority/certificate-store.ts';
import { writeCms } from '#src/sandbox/authority/cms-writer.ts';
import * as der from '#src/sandbox/authority/der.ts';
import {
  derivedKey,
  kindOf,
  makeKey,
  readKey,
  type IssuingKey,
  type KeyKind,
} from '#src/sandbox/authority/issuing-key.ts';
import {
  authorityExtensions,
  holderExtensions,
  serialFrom,
  writeCertificate,
  writeCrl,
} from '#src/sandbox/authority/issuing.ts';
import { readOcspQuestion, writeOcspAnswer } from '#src/sandbox/authority/ocsp-answer.ts';

/** Whom a certificate names. */
export interface Holder {
  surname: string;
  /** With the patronymic, as qualified certificates have it. */
  givenName: string;
  snils: string;
}

/** A certificate as the sandbox shows it. */
export interface Issued {
  serial: string;
  owner: string;
  snils: string;
  kind: KeyKind;
  notAfter: Date;
  isRevoked: boolean;
}

interface SandboxAuthorityDeps {
  db: Database;
  clock: Clock;
  encryption: FieldEncryption;
  issuer: string;
  masterKey: Buffer;
}

const DAY_MS = 86_400_000;
/** A revocation is seen after this at the latest. */
const OCSP_MS = 60_000;
const SHOWN = 30;

/**
 * The sandbox's own certification authority: a root that every instance derives, certificates with their keys in the
 * database, a revocation list and an OCSP responder. Nothing outside the sandbox trusts it.
 */
export class SandboxAuthority {
  readonly root: Buffer;
  readonly #deps: SandboxAuthorityDeps;
  readonly #key: IssuingKey;
  readonly #name = der.name([
    ['2.5.4.3', 'OpenESIA Sandbox CA'],
    ['2.5.4.10', 'OpenESIA Sandbox'],
  ]);

  constructor(deps: SandboxAuthorityDeps) {
    this.#deps = deps;
    this.#key = derivedKey(deriveKey(deps.masterKey, 'sandbox-authority'));
    const validity = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2119-12-31T23:59:59Z') };
    const [issuer, spki] = [this.#name, this.#key.spki];
    const root = { serial: serialFrom(spki), issuer, subject: issuer, spki, extensions: authorityExtensions() };
    this.root = writeCertificate({ ...root, ...validity }, this.#key);
  }

  /** @returns its serial number. */
  async issue({ surname, givenName, snils }: Holder, kind: KeyKind): Promise<string> {
    const { db, clock, encryption, issuer } = this.#deps;
    const pkcs8 = makeKey(kind);
    const now = clock.now();
    const number = serialFrom(randomBytes(32));
    const serial = number.toString('hex');
    const subject = der.name([
      ['2.5.4.3', `${surname} ${givenName}`],
      ['2.5.4.4', surname],
      ['2.5.4.42', givenName],
      ['1.2.643.100.3', snils],
    ]);
    const extensions = holderExtensions({
      crlUrl: `${issuer}/sandbox/ca/root.crl`,
      ocspUrl: `${issuer}/sandbox/ca/ocsp`,
    });
    const [notBefore, notAfter] = [new Date(now.getTime() - DAY_MS), new Date(now.getTime() + 365 * DAY_MS)];
    const named = { serial: number, issuer: this.#name, subject, spki: readKey(pkcs8).spki };
    const certificate = writeCertificate({ ...named, notBefore, notAfter, extensions }, this.#key);
    const cell = encryption.encrypt(certificate.toString('base64'), place('certificate', serial));
    const private_key = encryption.encrypt(pkcs8.toString('base64'), place('private_key', serial));
    await store.insert(db, { serial, certificate: cell, private_key, created_at: now, revoked_at: null });
    return serial;
  }

  /** The newest ones. */
  async list(): Promise<Issued[]> {
    const rows = await store.list(this.#deps.db, SHOWN);
    return rows.map((row) => describe(this.#open('certificate', row), row));
  }

  /** Certificate and private key for signing programs. */
  async pem(serial: string): Promise<string | undefined> {
    const row = await store.find(this.#deps.db, serial);
    return (
      row &&
      armour('CERTIFICATE', this.#open('certificate', row)) + armour('PRIVATE KEY', this.#open('private_key', row))
    );
  }

  get rootPem(): string {
    return armour('CERTIFICATE', this.root);
  }

  /** "Sign here": a detached signature in base64 for people without a signing program. */
  async sign(serial: string, text: string): Promise<string | undefined> {
    const row = await store.find(this.#deps.db, serial);
    if (!row) return undefined;
    const [key, certificate] = [readKey(this.#open('private_key', row)), this.#open('certificate', row)];
    return lines(writeCms(Buffer.from(text), key, certificate, this.#deps.clock.now()));
  }

  async revoke(serial: string): Promise<void> {
    await store.revoke(this.#deps.db, serial, this.#deps.clock.now());
  }

  async crl(): Promise<Buffer> {
    const now = this.#deps.clock.now();
    const rows = await store.listRevoked(this.#deps.db);
    const revoked = rows.map(({ serial, revoked_at }) => ({ serial: Buffer.from(serial, 'hex'), at: revoked_at! }));
    const nextUpdate = new Date(now.getTime() + DAY_MS);
    return writeCrl({ issuer: this.#name, thisUpdate: now, nextUpdate, revoked }, this.#key);
  }

  /** Undefined: not a request. */
  async ocsp(request: Buffer): Promise<Buffer | undefined> {
    const question = readOcspQuestion(request);
    if (!question) return undefined;
    const row = await store.find(this.#deps.db, question.serial);
    const at = this.#deps.clock.now();
    const standing = row && { revokedAt: row.revoked_at };
    const answer = { standing, authority: this.#name, at, until: new Date(at.getTime() + OCSP_MS) };
    return writeOcspAnswer(question, answer, this.#key);
  }

  #open(column: 'certificate' | 'private_key', row: SandboxCertificateRow): Buffer {
    return Buffer.from(this.#deps.encryption.decrypt(row[column], place(column, row.serial)), 'base64');
  }
}

function describe(certificate: Buffer, { serial, revoked_at }: SandboxCertificateRow): Issued {
  const read = readCertificate(certificate) as { certificate: Certificate };
  const { subject, notAfter, publicKey } = read.certificate;
  const [owner, snils] = [subject.commonName ?? '', subject.snils ?? ''];
  return { serial, owner, snils, kind: kindOf(publicKey), notAfter, isRevoked: revoked_at !== null };
}

function armour(label: string, bytes: Buffer): string {
  return `-----BEGIN ${label}-----\n${lines(bytes)}\n-----END ${label}-----\n`;
}

function lines(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll(/(.{64})(?=.)/g, '$1\n');
}

function place(column: string, serial: string) {
  return { table: 'sandbox_certificates', column, row: serial };
}
