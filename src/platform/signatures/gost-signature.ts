import { randomBytes } from 'node:crypto';
import {
  fromBigEndian,
  fromLittleEndian,
  gostPublicKeyOf,
  readGostPublicKey,
  toBigEndian,
  type GostPrivateKey,
  type GostPublicKey,
} from '#src/platform/signatures/gost-key.ts';
import type { GostCurve } from '#src/platform/signatures/gost-curves.ts';

/**
 * GOST R 34.10-2012 (RFC 7091 section 6.2). The signature is s then r, each big-endian; the digest is a little-endian
 * number (RFC 9215 section 2.2). A key that cannot be read throws `SignatureFault`; a wrong signature is false.
 */
export function verifyGost(publicKey: Buffer | GostPublicKey, digest: Uint8Array, signature: Uint8Array): boolean {
  const { curve, point } = Buffer.isBuffer(publicKey) ? readGostPublicKey(publicKey) : publicKey;
  const { size, Point } = curve;
  const { n } = curve.parameters;
  if (signature.length !== 2 * size || digest.length !== size) return false;
  const s = fromBigEndian(signature.subarray(0, size));
  const r = fromBigEndian(signature.subarray(size));
  if (s <= 0n || s >= n || r <= 0n || r >= n) return false;
  const v = Point.Fn.inv(digestNumber(curve, digest));
  const sum = Point.BASE.mulAddUnsafe(Point.Fn.mul(s, v), point, Point.Fn.neg(Point.Fn.mul(r, v)));
  return !sum.is0() && sum.toAffine().x % n === r;
}

/** RFC 7091 section 6.1 with a random k; our own signature is verified before it leaves, against faults in the arithmetic. */
export function signGost(key: GostPrivateKey, digest: Uint8Array): Buffer {
  const { curve, scalar } = key;
  const { Fn, BASE } = curve.Point;
  for (;;) {
    const k = randomScalar(curve);
    const r = BASE.multiply(k).toAffine().x % curve.parameters.n;
    const s = Fn.add(Fn.mul(r, scalar), Fn.mul(k, digestNumber(curve, digest)));
    if (r === 0n || s === 0n) continue;
    const signature = Buffer.concat([toBigEndian(s, curve.size), toBigEndian(r, curve.size)]);
    if (!verifyGost(gostPublicKeyOf(key), digest, signature))
      throw new Error('a GOST signature of our own does not verify');
    return signature;
  }
}

/** Step 2 of both: the digest modulo n, one instead of nothing. */
function digestNumber({ parameters }: GostCurve, digest: Uint8Array): bigint {
  return fromLittleEndian(digest) % parameters.n || 1n;
}

/** 64 bits more than n has, so that the remainder leans to no side (FIPS 186-5 appendix A.3.1). */
function randomScalar({ parameters, size }: GostCurve): bigint {
  return (fromBigEndian(randomBytes(size + 8)) % (parameters.n - 1n)) + 1n;
}
