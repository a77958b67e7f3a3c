import { refuseIf, SignatureFault } from '#src/platform/signatures/signature-fault.ts';

/** One tag-length-value. `raw` is the whole of it, `content` the value. */
export interface Element {
  tag: number;
  content: Buffer;
  raw: Buffer;
}

/**
 * Reads the first element; what follows it is ignored. Nothing is decoded before it is asked for, so the cost of hostile
 * input is bounded by the few levels a caller walks. Definite and indefinite lengths (X.690 section 8.1.3) are read.
 */
export function readElement(bytes: Buffer): Element {
  return elementAt(bytes, measure(bytes, 0, 0));
}

/** The elements inside a constructed one, one by one. */
export function* eachChild({ tag, content }: Element): Generator<Element> {
  refuseIf((tag & CONSTRUCTED) === 0, 'malformed');
  for (let at = 0; at < content.length;) {
    const extent = measure(content, at, 0);
    yield elementAt(content, extent);
    at = extent.end;
  }
}

/** The elements inside a constructed one; more than `most` are refused. */
export function children(element: Element, most = MAX_CHILDREN): Element[] {
  const found: Element[] = [];
  for (const child of eachChild(element)) {
    refuseIf(found.length === most, 'malformed');
    found.push(child);
  }
  return found;
}

/** Refuses an absent element or one with another tag. */
export function expect(element: Element | undefined, tag: number): Element {
  if (element?.tag !== tag) throw new SignatureFault('malformed');
  return element;
}

/** The children of an element that must be there with this tag. */
export function childrenOf(element: Element | undefined, tag: number): Element[] {
  return children(expect(element, tag));
}

/** The single element inside an explicit tag. */
export function unwrap(element: Element): Element {
  const [inner, ...others] = children(element);
  if (!inner || others.length > 0) throw new SignatureFault('malformed');
  return inner;
}

/** Canonical bytes of an element that may have come with BER lengths (X.690 section 10.1). Only for small elements. */
export function toDer({ tag, content, raw }: Element, depth = 0): Buffer {
  refuseIf(depth > MAX_DEPTH, 'malformed');
  if ((tag & CONSTRUCTED) === 0) return encode(tag, content);
  const parts = children({ tag, content, raw });
  if (tag === tags.octetString + CONSTRUCTED)
    return encode(tags.octetString, Buffer.concat(parts.map((part) => part.content)));
  return encode(tag, Buffer.concat(parts.map((part) => toDer(part, depth + 1))));
}

/** Writes one element with a definite length. */
export function encode(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const digits = length.subarray(length.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.from([tag, 0x80 | digits.length]), digits, content]);
}

/** Universal tags (X.690 section 8) and the context tags used here, with the constructed bit where it belongs. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  context: (number: number): number => 0xa0 + number,
  primitiveContext: (number: number): number => 0x80 + number,
} as const;

const CONSTRUCTED = 0x20;
const MAX_DEPTH = 16;
const MAX_CHILDREN = 4000;

interface Extent {
  start: number;
  contentStart: number;
  contentEnd: number;
  end: number;
}

function elementAt(bytes: Buffer, { start, contentStart, contentEnd, end }: Extent): Element {
  return { tag: bytes[start]!, content: bytes.subarray(contentStart, contentEnd), raw: bytes.subarray(start, end) };
}

function measure(bytes: Buffer, start: number, depth: number): Extent {
  const tag = byteAt(bytes, start);
  refuseIf((tag & 0x1f) === 0x1f, 'malformed');
  const first = byteAt(bytes, start + 1);
  if (first === 0x80) return measureIndefinite(bytes, start, depth);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const contentStart = start + 2 + lengthBytes;
  refuseIf(lengthBytes > 4 || contentStart > bytes.length, 'malformed');
  const contentEnd = contentStart + (lengthBytes === 0 ? first : bytes.readUIntBE(start + 2, lengthBytes));
  refuseIf(contentEnd > bytes.length, 'malformed');
  return { start, contentStart, contentEnd, end: contentEnd };
}

/** The end of an indefinite length is found only by reading what is inside: the one place where depth costs. */
function measureIndefinite(bytes: Buffer, start: number, depth: number): Extent {
  refuseIf((bytes[start]! & CONSTRUCTED) === 0 || depth === MAX_DEPTH, 'malformed');
  let at = start + 2;
  while (byteAt(bytes, at) !== 0 || byteAt(bytes, at + 1) !== 0) at = measure(bytes, at, depth + 1).end;
  return { start, contentStart: start + 2, contentEnd: at, end: at + 2 };
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new SignatureFault('malformed');
  return byte;
}
