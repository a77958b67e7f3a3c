type WireValue = string | Uint8Array | null;

/** PostgreSQL's extended protocol, version 3.0, as far as named statements need it: written into one piece of memory. */
export class WireWriter {
  #bytes = Buffer.allocUnsafe(16_384);
  #length = 0;

  parse(name: string, text: string): void {
    const lengthAt = this.#begin(PARSE);
    this.#text(name);
    this.#text(text);
    this.#int16(0);
    this.#end(lengthAt);
  }

  bind(name: string, values: WireValue[]): void {
    const lengthAt = this.#begin(BIND);
    this.#text('');
    this.#text(name);
    this.#int16(values.length);
    for (const value of values) this.#int16(value instanceof Uint8Array ? 1 : 0);
    this.#int16(values.length);
    for (const value of values) this.#value(value);
    this.#int16(0);
    this.#end(lengthAt);
  }

  /** The columns of what was bound last. */
  describe(): void {
    this.#fixed(DESCRIBE_PORTAL);
  }

  executeAndSync(): void {
    this.#fixed(EXECUTE_AND_SYNC);
  }

  /** Everything written so far, once. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** The length of a message stands before it, and is known after it. */
  #begin(code: number): number {
    this.#reserve(5);
    this.#bytes[this.#length] = code;
    this.#length += 5;
    return this.#length - 4;
  }

  #end(lengthAt: number): void {
    this.#bytes.writeInt32BE(this.#length - lengthAt, lengthAt);
  }

  #value(value: WireValue): void {
    if (value === null) return this.#int32(-1);
    if (typeof value !== 'string') {
      this.#int32(value.byteLength);
      return this.#fixed(value);
    }
    this.#reserve(4 + value.length * 3);
    const written = this.#bytes.write(value, this.#length + 4, 'utf8');
    this.#bytes.writeInt32BE(written, this.#length);
    this.#length += 4 + written;
  }

  #text(text: string): void {
    this.#reserve(text.length * 3 + 1);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
    this.#bytes[this.#length++] = 0;
  }

  #fixed(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  #int16(value: number): void {
    this.#reserve(2);
    this.#length = this.#bytes.writeInt16BE(value, this.#length);
  }

  #int32(value: number): void {
    this.#reserve(4);
    this.#length = this.#bytes.writeInt32BE(value, this.#length);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

const PARSE = 0x50;
const BIND = 0x42;
const DESCRIBE_PORTAL = Buffer.from('D\0\0\0\x06P\0', 'latin1');
const EXECUTE_AND_SYNC = Buffer.from('E\0\0\0\x09\0\0\0\0\0S\0\0\0\x04', 'latin1');

/** Bytes go as they are, everything else as text. */
export function toWire(value: unknown): WireValue {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `{${value.map((one) => quoted(String(one))).join(',')}}`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TypeError('a statement takes texts, numbers, truths, moments, bytes and lists of texts');
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
