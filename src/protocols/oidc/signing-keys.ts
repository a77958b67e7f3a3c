import { createHash, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { Clock } from '#src/platform/clock.ts';
import type { FieldEncryption, Place } from '#src/platform/security/encryption.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { SigningKeyRow } from '#src/platform/storage/tables.ts';
import * as store from '#src/protocols/oidc/signing-key-store.ts';

/** The first is the default; RS256 is for clients that ask for it (OpenID Connect Core section 15.1 wants it offered). */
const ALGORITHMS = ['ES256', 'RS256'] as const;
/** Longer than any token or session signed with the key, and than anybody may cache the key set. */
const KEPT_AFTER_USE_MS = 24 * 3600_000;

export type Algorithm = (typeof ALGORITHMS)[number];

/** What anybody may know of a key. */
export interface PublishedKey {
  kid: string;
  alg: string;
  status: SigningKeyRow['status'];
  createdAt: Date;
  activatedAt: Date | null;
  retiredAt: Date | null;
}

/** Why a rotation may come before its time: the next key was published so long ago that every cache has it, or in need. */
export type Early = { knownForMs: number } | { force: boolean };

export interface SigningKeysDeps {
  db: Database;
  encryption: FieldEncryption;
  clock: Clock;
  config: { signingKeyDays: number; keyPublishHours: number };
}

/**
 * The keys that sign tokens. `next` is published before it signs and `previous` after, so a client that caches the key
 * set never meets a signature it cannot check. Private keys leave the database only through `load`.
 */
export class SigningKeys {
  readonly #db: Database;
  readonly #encryption: FieldEncryption;
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #publishMs: number;

  constructor({ db, encryption, clock, config }: SigningKeysDeps) {
    this.#db = db;
    this.#encryption = encryption;
    this.#clock = clock;
    this.#lifeMs = config.signingKeyDays * 24 * 3600_000;
    this.#publishMs = config.keyPublishHours * 3600_000;
  }

  /** Private keys in signing order: oidc-provider signs with the first that fits. The version changes with any of them. */
  async load(): Promise<{ version: string; jwks: JWK[] }> {
    const rows = (await store.listSigningKeys(this.#db)).sort((a, b) => orderOf(a) - orderOf(b));
    const marks = rows.map(({ kid, status }) => `${kid}:${status}`).join();
    const version = createHash('sha256').update(marks).digest('base64url').slice(0, 22);
    return { version, jwks: rows.map((row) => this.#encryption.decryptJson<JWK>(row.private_key, placeOf(row.kid))) };
  }

  /** In the order of their birth. */
  async list(): Promise<PublishedKey[]> {
    return (await store.listSigningKeys(this.#db)).map((row) => ({
      kid: row.kid,
      alg: row.alg,
      status: row.status,
      createdAt: row.created_at,
      activatedAt: row.activated_at,
      retiredAt: row.retired_at,
    }));
  }

  /** Makes what is missing. Instances that start at once end up with the same keys. */
  async ensure(): Promise<void> {
    const rows = await store.listSigningKeys(this.#db);
    for (const alg of ALGORITHMS) {
      for (const status of ['current', 'next'] as const) {
        if (rows.some((row) => row.alg === alg && row.status === status)) continue;
        await store.insertSigningKey(this.#db, await this.#newKey(alg, status));
      }
    }
  }

  async due(): Promise<boolean> {
    return (await this.#dueAlgorithms()).length > 0;
  }

  /**
   * next → current → previous, and a new next, for each algorithm that is due. Answers those it rotated.
   * Force: when a key may have leaked; clients that cached the key set before `next` was in it will fail.
   */
  async rotate(only?: Algorithm, early: Early = { force: false }): Promise<Algorithm[]> {
    const all = await store.listSigningKeys(this.#db);
    const rotated: Algorithm[] = [];
    for (const alg of ALGORITHMS.filter((candidate) => only === undefined || candidate === only)) {
      const isWanted = (rows: SigningKeyRow[]) => this.#isDue(rows) || this.#mayBeEarly(rows, early);
      if (!isWanted(all.filter((row) => row.alg === alg))) continue;
      const successor = await this.#newKey(alg, 'next');
      const done = await this.#db.transaction().execute((trx) => this.#rotateOne(trx, successor, isWanted));
      if (done) rotated.push(alg);
    }
    return rotated;
  }

  /** Deletes keys that nothing still valid was signed with. Answers how many. */
  async retire(): Promise<number> {
    return store.deleteRetiredSigningKeys(this.#db, new Date(this.#clock.now().getTime() - KEPT_AFTER_USE_MS));
  }

  async #rotateOne(
    trx: Connection,
    successor: SigningKeyRow,
    isWanted: (rows: SigningKeyRow[]) => boolean,
  ): Promise<boolean> {
    const rows = await store.lockSigningKeys(trx, successor.alg);
    const current = rows.find(({ status }) => status === 'current');
    const next = rows.find(({ status }) => status === 'next');
    if (!current || !next || !isWanted(rows)) return false;
    const now = this.#clock.now();
    await store.retireSigningKey(trx, current.kid, now);
    await store.activateSigningKey(trx, next.kid, now);
    await store.insertSigningKey(trx, successor);
    return true;
  }

  async #dueAlgorithms(): Promise<Algorithm[]> {
    const rows = await store.listSigningKeys(this.#db);
    return ALGORITHMS.filter((alg) => this.#isDue(rows.filter((row) => row.alg === alg)));
  }

  #isDue(rows: SigningKeyRow[]): boolean {
    const nowMs = this.#clock.now().getTime();
    const current = rows.find(({ status }) => status === 'current');
    const next = rows.find(({ status }) => status === 'next');
    if (!current?.activated_at || !next) return false;
    return (
      nowMs - current.activated_at.getTime() >= this.#lifeMs && nowMs - next.created_at.getTime() >= this.#publishMs
    );
  }

  #mayBeEarly(rows: SigningKeyRow[], early: Early): boolean {
    if ('force' in early) return early.force;
    const current = rows.find(({ status }) => status === 'current');
    const next = rows.find(({ status }) => status === 'next');
    if (!current || !next) return false;
    // The first two keys of all were published together, so whoever cached one has the other.
    const isFirst = current.activated_at?.getTime() === current.created_at.getTime();
    const areTwins = isFirst && next.created_at.getTime() - current.created_at.getTime() < 60_000;
    return areTwins || this.#clock.now().getTime() - next.created_at.getTime() >= early.knownForMs;
  }

  async #newKey(alg: Algorithm, status: 'current' | 'next'): Promise<SigningKeyRow> {
    const jwk = await generateJwk(alg);
    const kid = await calculateJwkThumbprint(jwk);
    const now = this.#clock.now();
    return {
      kid,
      alg,
      status,
      private_key: this.#encryption.encryptJson({ ...jwk, kid, alg, use: 'sig' }, placeOf(kid)),
      created_at: now,
      activated_at: status === 'current' ? now : null,
      retired_at: null,
    };
  }
}

const generate = promisify(generateKeyPair);

async function generateJwk(alg: Algorithm): Promise<JWK> {
  const pair = alg === 'ES256' ? generate('ec', { namedCurve: 'P-256' }) : generate('rsa', { modulusLength: 2048 });
  return (await pair).privateKey.export({ format: 'jwk' });
}

function orderOf({ status, alg }: SigningKeyRow): number {
  const statuses = ['current', 'previous', 'next'];
  return statuses.indexOf(status) * ALGORITHMS.length + ALGORITHMS.indexOf(alg as Algorithm);
}

function placeOf(kid: string): Place {
  return { table: 'signing_keys', column: 'private_key', row: kid };
}
