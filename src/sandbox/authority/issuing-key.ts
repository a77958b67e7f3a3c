import { createECDH, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { encode, tags } from '#src/platform/signatures/ber.ts';
import { encodeOid } from '#src/platform/signatures/ber-values.ts';
import { digestOf, type DigestName } from '#src/platform/signatures/digests.ts';
import { gostSpkiOf, readGostPrivateKey } from '#src/platform/signatures/gost-key.ts';
import { signGost } from '#src/platform/signatures/gost-signature.ts';
import { readPublicKey } from '#src/platform/signatures/public-key.ts';
import { algorithm, integer, octets, sequence } from '#src/sandbox/authority/der.ts';

export const keyKinds = ['rsa', 'ecdsa', 'gost256', 'gost512'] as const;
export type KeyKind = (typeof keyKinds)[number];

/** A private key that signs, with what is written beside its signatures. */
export interface IssuingKey {
  spki: Buffer;
  /** Encoded AlgorithmIdentifiers. */
  signatureAlgorithm: Buffer;
  digestAlgorithm: Buffer;
  digest(content: Uint8Array): Buffer;
  sign(content: Uint8Array): Buffer;
}

/** PKCS #8. */
export function makeKey(kind: KeyKind, rsaBits = 2048): Buffer {
  if (kind === 'gost256') return gostPkcs8('1.2.643.7.1.1.1.1', '1.2.643.7.1.2.1.1.1', 32);
  if (kind === 'gost512') return gostPkcs8('1.2.643.7.1.1.1.2', '1.2.643.7.1.2.1.2.1', 64);
  const { privateKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: rsaBits })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'der', type: 'pkcs8' });
}

export function readKey(pkcs8: Buffer): IssuingKey {
  return isGost(pkcs8) ? gostKey(pkcs8) : nodeKey(pkcs8);
}

/** Always the same key and, for the same content, the same signature: every instance has one root. */
export function derivedKey(scalar: Buffer): IssuingKey {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(scalar);
  const point = ecdh.getPublicKey();
  const [d, x, y] = [scalar, point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  const secret = Buffer.from(d!, 'base64url');
  return {
    spki: publicKey.export({ format: 'der', type: 'spki' }),
    signatureAlgorithm: algorithm('1.2.840.10045.4.3.2'),
    digestAlgorithm: algorithm(digestOids.sha256),
    digest: (content) => digestOf('sha256', content),
    sign: (content) => Buffer.from(p256.sign(content, secret, { lowS: false, format: 'der' })),
  };
}

const digestOids = {
  sha256: '2.16.840.1.101.3.4.2.1',
  streebog256: '1.2.643.7.1.1.2.2',
  streebog512: '1.2.643.7.1.1.2.3',
} as const satisfies Partial<Record<DigestName, string>>;

function nodeKey(pkcs8: Buffer): IssuingKey {
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const isRsa = key.asymmetricKeyType === 'rsa';
  return {
    spki: createPublicKey(key).export({ format: 'der', type: 'spki' }),
    signatureAlgorithm: isRsa
      ? algorithm('1.2.840.113549.1.1.11', encode(tags.null))
      : algorithm('1.2.840.10045.4.3.2'),
    digestAlgorithm: algorithm(digestOids.sha256),
    digest: (content) => digestOf('sha256', content),
    sign: (content) => sign('sha256', content, key),
  };
}

function gostKey(pkcs8: Buffer): IssuingKey {
  const key = readGostPrivateKey(pkcs8);
  const isLong = key.algorithm === 'gost2012_512';
  const digest = isLong ? 'streebog512' : 'streebog256';
  return {
    spki: gostSpkiOf(key),
    signatureAlgorithm: algorithm(isLong ? '1.2.643.7.1.1.3.3' : '1.2.643.7.1.1.3.2'),
    digestAlgorithm: algorithm(digestOids[digest]),
    digest: (content) => digestOf(digest, content),
    sign: (content) => signGost(key, digestOf(digest, content)),
  };
}

/** The scalar little-endian, as OpenSSL's engine writes it (RFC 9215 fixes no form). */
function gostPkcs8(keyOid: string, curveOid: string, size: number): Buffer {
  const scalar = randomBytes(size);
  // Under the order of either curve, which begins with a quarter.
  scalar[size - 1]! &= 0x1f;
  return sequence(integer(0), algorithm(keyOid, sequence(encodeOid(curveOid))), octets(scalar));
}

function isGost(pkcs8: Buffer): boolean {
  return pkcs8.includes(Buffer.from('06082a8503070101', 'hex'));
}

export function kindOf(spki: Buffer): KeyKind {
  const key = readPublicKey(spki);
  if (key.family !== 'gost') return key.family;
  return key.key.algorithm === 'gost2012_512' ? 'gost512' : 'gost256';
}
