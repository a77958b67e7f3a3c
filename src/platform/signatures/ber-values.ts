import { children, encode, expect, tags, type Element } from '#src/platform/signatures/ber.ts';
import { refuseIf, SignatureFault } from '#src/platform/signatures/signature-fault.ts';

/** An object identifier in dotted form. */
export function oidOf(element: Element | undefined): string {
  const { content } = expect(element, tags.oid);
  refuseIf(content.length === 0 || content.length > 40 || (content.at(-1)! & 0x80) !== 0, 'malformed');
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    refuseIf(arc > Number.MAX_SAFE_INTEGER / 128, 'malformed');
    if ((byte & 0x80) === 0) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const first = Math.min(Math.floor(arcs[0]! / 40), 2);
  return [first, arcs[0]! - first * 40, ...arcs.slice(1)].join('.');
}

export function encodeOid(oid: string): Buffer {
  const [first, second, ...rest] = oid.split('.').map(Number) as [number, number, ...number[]];
  return encode(tags.oid, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** A small non-negative integer. */
export function integerOf(element: Element | undefined): number {
  const { content } = expect(element, tags.integer);
  refuseIf(content.length === 0 || content.length > 4 || content[0]! >= 0x80, 'malformed');
  return content.readUIntBE(0, content.length);
}

/** A serial number as lower-case hex of its bytes, sign byte and all. */
export function serialOf(element: Element | undefined): string {
  const { content } = expect(element, tags.integer);
  refuseIf(content.length === 0 || content.length > 64, 'malformed');
  return content.toString('hex');
}

export function booleanOf(element: Element | undefined): boolean {
  const { content } = expect(element, tags.boolean);
  refuseIf(content.length !== 1, 'malformed');
  return content[0] !== 0;
}

/** The bytes of a bit string that is a whole number of bytes: a key or a signature. */
export function bitsOf(element: Element | undefined): Buffer {
  const { content } = expect(element, tags.bitString);
  refuseIf(content[0] !== 0, 'malformed');
  return content.subarray(1);
}

/** Whether bit `index` of a named bit list is set; bit 0 is the highest of the first byte. */
export function hasBit(element: Element | undefined, index: number): boolean {
  const byte = expect(element, tags.bitString).content[1 + Math.floor(index / 8)] ?? 0;
  return (byte & (0x80 >> (index % 8))) !== 0;
}

/** An octet string, also one that BER sends in pieces (X.690 section 8.7.3). */
export function octetsOf(element: Element | undefined): Buffer {
  if (element?.tag !== tags.octetString + 0x20) return expect(element, tags.octetString).content;
  return Buffer.concat(children(element).map((piece) => expect(piece, tags.octetString).content));
}

/** UTCTime or GeneralizedTime in the one form certificates may use, Zulu with seconds (RFC 5280 section 4.1.2.5). */
export function timeOf(element: Element | undefined): Date {
  const isShort = element?.tag === tags.utcTime;
  const text = expect(element, isShort ? tags.utcTime : tags.generalizedTime).content.toString('latin1');
  const digits = /^(\d{12}|\d{14})(?:\.\d{1,6})?Z$/.exec(text)?.[1];
  if (digits?.length !== (isShort ? 12 : 14)) throw new SignatureFault('malformed');
  const full = isShort ? `${Number(digits.slice(0, 2)) < 50 ? '20' : '19'}${digits}` : digits;
  const [, date, hour, minute, second] = /^(\d{8})(\d\d)(\d\d)(\d\d)$/.exec(full)!;
  const time = new Date(`${date!.slice(0, 4)}-${date!.slice(4, 6)}-${date!.slice(6)}T${hour}:${minute}:${second}Z`);
  refuseIf(Number.isNaN(time.getTime()), 'malformed');
  return time;
}

/** Text of the string types that names use (RFC 5280 appendix A.1). Undefined for any other type. */
export function textOf({ tag, content }: Element): string | undefined {
  if (tag === 0x0c) return decode('utf-8', content);
  if (tag === 0x1e) return decode('utf-16be', content);
  return [0x12, 0x13, 0x14, 0x16, 0x1a].includes(tag) ? content.toString('latin1') : undefined;
}

function decode(encoding: string, content: Buffer): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(content);
  } catch (error) {
    if (error instanceof TypeError) throw new SignatureFault('malformed');
    throw error;
  }
}

function base128(arc: number): number[] {
  const digits = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest % 128) | 0x80);
  return digits;
}
