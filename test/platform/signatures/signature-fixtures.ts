import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { children, encode, expect, readElement, tags, type Element } from '#src/platform/signatures/ber.ts';
import { readCertificate, type Certificate } from '#src/platform/signatures/certificate.ts';

const folder = fileURLToPath(new URL('../../fixtures/signatures/', import.meta.url));

/** A day on which every fixture that should be valid is. */
export const at = new Date('2030-01-15T12:00:00Z');

export function fixture(path: string): Buffer {
  return readFileSync(folder + path);
}

export function fixtures(path: string): string[] {
  return readdirSync(folder + path).toSorted();
}

export const content = fixture('content.txt');

export function certificateAt(path: string): Certificate {
  const read = readCertificate(fixture(path));
  assert.ok(read.ok, path);
  return read.certificate;
}

/** A CMS with the fields of its SignerInfo replaced, nothing signed anew. */
export function withSigner(cms: Buffer, change: (fields: Element[]) => readonly Uint8Array[]): Buffer {
  return withSignedData(cms, (fields) => {
    const signer = children(fields.at(-1)!)[0]!;
    const signers = encode(tags.set, encode(tags.sequence, ...change(children(signer))));
    return [...fields.slice(0, -1).map(({ raw }) => raw), signers];
  });
}

/** A CMS with the fields of its SignedData replaced. */
export function withSignedData(cms: Buffer, change: (fields: Element[]) => readonly Uint8Array[]): Buffer {
  const [type, wrapper] = children(readElement(cms));
  const data = children(expect(wrapper, tags.context(0)))[0]!;
  return encode(tags.sequence, type!.raw, encode(tags.context(0), encode(tags.sequence, ...change(children(data)))));
}

export function rawOf(elements: readonly Element[]): Buffer[] {
  return elements.map(({ raw }) => raw);
}

export function withByteFlipped(bytes: Uint8Array, index: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[index < 0 ? copy.length + index : index]! ^= 1;
  return copy;
}
