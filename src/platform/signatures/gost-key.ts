import type { WeierstrassPoint } from '@noble/curves/abstract/weierstrass.js';
import { childrenOf, encode, expect, readElement, tags, type Element } from '#src/platform/signatures/ber.ts';
import { bitsOf, encodeOid, oidOf } from '#src/platform/signatures/ber-values.ts';
import { gostCurve, type GostCurve } from '#src/platform/signatures/gost-curves.ts';
import { SignatureFault, refuseIf } from '#src/platform/signatures/signature-fault.ts';

export type GostAlgorithm = 'gost2001' | 'gost2012_256' | 'gost2012_512';

export interface GostPublicKey {
  algorithm: GostAlgorithm;
  curve: GostCurve;
  point: WeierstrassPoint<bigint>;
}

export interface GostPrivateKey {
  algorithm: GostAlgorithm;
  curve: GostCurve;
  curveOid: string;
  scalar: bigint;
}

export function isGostKeyOid(oid: string): boolean {
  return algorithms.has(oid);
}

/** Reads a SubjectPublicKeyInfo: x and y one after the other, each little-endian (RFC 9215 section 4, RFC 4491 section 2.3.2). */
export function readGostPublicKey(spki: Buffer): GostPublicKey {
  const [identifier, key] = childrenOf(readElement(spki), tags.sequence);
  const { algorithm, curve } = readAlgorithm(identifier);
  const coordinates = expect(readElement(bitsOf(key)), tags.octetString).content;
  refuseIf(coordinates.length !== 2 * curve.size, 'malformed');
  const [x, y] = [coordinates.subarray(0, curve.size), coordinates.subarray(curve.size)].map(fromLittleEndian) as [
    bigint,
    bigint,
  ];
  return { algorithm, curve, point: pointOn(curve, x, y) };
}

/** Reads a PKCS #8 key in any of the three forms in use: bare, octet string, integer (RFC 9215 does not fix one). */
export function readGostPrivateKey(pkcs8: Buffer): GostPrivateKey {
  const [, identifier, wrapped] = childrenOf(readElement(pkcs8), tags.sequence);
  const { algorithm, curve, curveOid } = readAlgorithm(identifier);
  const scalar = scalarOf(expect(wrapped, tags.octetString).content, curve);
  refuseIf(scalar <= 0n || scalar >= curve.parameters.n, 'malformed');
  return { algorithm, curve, curveOid, scalar };
}

export function gostPublicKeyOf({ algorithm, curve, scalar }: GostPrivateKey): GostPublicKey {
  return { algorithm, curve, point: curve.Point.BASE.multiply(scalar) };
}

/** The SubjectPublicKeyInfo to publish for a key of ours. */
export function gostSpkiOf(key: GostPrivateKey): Buffer {
  const { x, y } = gostPublicKeyOf(key).point.toAffine();
  const keyOid = [...algorithms].find(([, algorithm]) => algorithm === key.algorithm)![0];
  const coordinates = [x, y].map((coordinate) => toBigEndian(coordinate, key.curve.size).reverse());
  const identifier = encode(tags.sequence, encodeOid(keyOid), encode(tags.sequence, encodeOid(key.curveOid)));
  return encode(
    tags.sequence,
    identifier,
    encode(tags.bitString, Buffer.of(0), encode(tags.octetString, ...coordinates)),
  );
}

export function fromBigEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
}

export function fromLittleEndian(bytes: Uint8Array): bigint {
  return fromBigEndian(Buffer.from(bytes).reverse());
}

export function toBigEndian(value: bigint, size: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex');
}

/** RFC 9215 section 4; the first is RFC 4491 section 2.3.2. */
const algorithms = new Map<string, GostAlgorithm>([
  ['1.2.643.2.2.19', 'gost2001'],
  ['1.2.643.7.1.1.1.1', 'gost2012_256'],
  ['1.2.643.7.1.1.1.2', 'gost2012_512'],
]);

function readAlgorithm(identifier: Element | undefined): {
  algorithm: GostAlgorithm;
  curve: GostCurve;
  curveOid: string;
} {
  const [oid, parameters] = childrenOf(identifier, tags.sequence);
  const curveOid = oidOf(childrenOf(parameters, tags.sequence)[0]);
  const algorithm = algorithms.get(oidOf(oid));
  const curve = gostCurve(curveOid);
  if (!algorithm || !curve || curve.size !== (algorithm === 'gost2012_512' ? 64 : 32))
    throw new SignatureFault('key_unsupported');
  return { algorithm, curve, curveOid };
}

/** The point must lie on the curve and, where the cofactor is 4, in the large subgroup. */
function pointOn(curve: GostCurve, x: bigint, y: bigint): WeierstrassPoint<bigint> {
  try {
    const point = curve.Point.fromAffine({ x, y });
    point.assertValidity();
    return point;
  } catch (error) {
    throw Object.assign(new SignatureFault('malformed'), { cause: error });
  }
}

function scalarOf(bytes: Buffer, { size }: GostCurve): bigint {
  if (bytes.length === size) return fromLittleEndian(bytes);
  const { tag, content } = readElement(bytes);
  return tag === tags.integer ? fromBigEndian(content) : fromLittleEndian(content);
}
