import { createHash } from 'node:crypto';
import { gost94, streebog256, streebog512 } from '#src/platform/signatures/streebog.ts';

export type DigestName = 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'gost94' | 'streebog256' | 'streebog512';

/** The digest an object identifier names: RFC 5754 section 2, RFC 9215 section 2, RFC 4490 section 2.1. */
export function digestNamed(oid: string): DigestName | undefined {
  return byOid.get(oid);
}

export function digestOf(name: DigestName, bytes: Uint8Array): Buffer {
  if (name === 'streebog256') return streebog256(bytes);
  if (name === 'streebog512') return streebog512(bytes);
  if (name === 'gost94') return gost94(bytes);
  return createHash(name).update(bytes).digest();
}

/** Collisions are affordable or expected: good for knowing old clients, not for proving a person's will. */
export function isWeakDigest(name: DigestName): boolean {
  return name === 'sha1' || name === 'gost94';
}

const byOid = new Map<string, DigestName>([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
  ['1.2.643.2.2.9', 'gost94'],
  ['1.2.643.7.1.1.2.2', 'streebog256'],
  ['1.2.643.7.1.1.2.3', 'streebog512'],
]);
