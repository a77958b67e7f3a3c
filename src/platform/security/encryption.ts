import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import type { MasterKey } from '#src/platform/config/secrets.ts';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Where a value lives. It is authenticated with the value, so a cell copied to another row or column does not open. */
export interface Place {
  table: string;
  column: string;
  row: string;
}

/**
 * Personal data at rest: AES-256-GCM. Layout: version (1 byte), key id length (1), key id, nonce (12), tag (16), ciphertext.
 * The first master key encrypts, all of them decrypt.
 */
export class FieldEncryption {
  readonly #keys = new Map<string, KeyObject>();
  readonly #currentId: string;

  constructor(masterKeys: readonly MasterKey[]) {
    for (const { id, key } of masterKeys) this.#keys.set(id, keyFor(key, 'field-encryption'));
    this.#currentId = masterKeys[0]!.id;
  }

  encrypt(value: string, place: Place): Buffer {
    const id = Buffer.from(this.#currentId);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#keys.get(this.#currentId)!, nonce).setAAD(associatedData(place));
    const body = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.from([VERSION, id.length]), id, nonce, cipher.getAuthTag(), body]);
  }

  /** Throws when the cell was altered, moved, or encrypted with a key that is not configured. */
  decrypt(cell: Uint8Array, place: Place): string {
    const bytes = Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength);
    if (bytes[0] !== VERSION) throw new Error(`unknown cell version in ${place.table}.${place.column}`);
    const nonceAt = 2 + bytes[1]!;
    const key = this.#keys.get(bytes.toString('utf8', 2, nonceAt));
    if (!key) throw new Error(`no master key for a cell in ${place.table}.${place.column}`);
    const tagAt = nonceAt + NONCE_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(nonceAt, tagAt)).setAAD(associatedData(place));
    decipher.setAuthTag(bytes.subarray(tagAt, tagAt + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(tagAt + TAG_BYTES)), decipher.final()]).toString('utf8');
  }

  encryptJson(value: unknown, place: Place): Buffer {
    return this.encrypt(JSON.stringify(value), place);
  }

  decryptJson<T>(cell: Uint8Array, place: Place): T {
    return JSON.parse(this.decrypt(cell, place)) as T;
  }
}

/**
 * Keyed blind indexes: the same value gives the same 32 bytes within one column and unrelated bytes in another, and
 * nobody without the key can count through all phone numbers.
 */
export class BlindIndex {
  readonly #indexKey: Buffer;
  readonly #columnKeys = new Map<string, KeyObject>();

  constructor(indexKey: Buffer) {
    this.#indexKey = indexKey;
  }

  of(column: string, value: string): Buffer {
    let key = this.#columnKeys.get(column);
    if (!key) this.#columnKeys.set(column, (key = keyFor(this.#indexKey, `blind-index:${column}`)));
    return createHmac('sha256', key).update(value).digest();
  }
}

export function deriveKey(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `openesia:${purpose}`, 32));
}

/** Node takes a key object several times faster than bytes. */
function keyFor(key: Buffer, purpose: string): KeyObject {
  return createSecretKey(deriveKey(key, purpose));
}

function associatedData({ table, column, row }: Place): Buffer {
  return Buffer.from(`${table}\0${column}\0${row}`);
}
