import assert from 'node:assert/strict';
import type { WeierstrassPoint } from '@noble/curves/abstract/weierstrass.js';
import { encode, tags } from '#src/platform/signatures/ber.ts';
import { encodeOid } from '#src/platform/signatures/ber-values.ts';
import { digestOf } from '#src/platform/signatures/digests.ts';
import { gostCurve } from '#src/platform/signatures/gost-curves.ts';
import { gostSpkiOf, readGostPrivateKey, readGostPublicKey, toBigEndian } from '#src/platform/signatures/gost-key.ts';
import { signGost, verifyGost } from '#src/platform/signatures/gost-signature.ts';
import { attempt } from '#src/platform/signatures/signature-fault.ts';
import { gostDigestOf } from '#src/platform/signatures/signature-scheme.ts';
import {
  certificateAt,
  content,
  fixture,
  fixtures,
  withByteFlipped,
} from '#test/platform/signatures/signature-fixtures.ts';

describe('GOST signatures', () => {
  for (const signer of fixtures('signers').filter((name) => name.startsWith('gost'))) {
    const { publicKey } = certificateAt(`signers/${signer}/certificate.der`);
    const key = readGostPrivateKey(fixture(`signers/${signer}/key.der`));
    const digest = digestOf(gostDigestOf(key.algorithm), content);

    it(`${signer}: OpenSSL's signature verifies, and not with a bit changed in it, in the digest or in the key`, () => {
      const signature = fixture(`signers/${signer}/raw.sig`);
      assert.ok(verifyGost(publicKey, digest, signature));
      assert.ok(!verifyGost(publicKey, digest, withByteFlipped(signature, 5)));
      assert.ok(!verifyGost(publicKey, digest, withByteFlipped(signature, -5)));
      assert.ok(!verifyGost(publicKey, withByteFlipped(digest, 0), signature));
      assert.throws(() => verifyGost(withByteFlipped(publicKey, -5), digest, signature), { reason: 'malformed' });
    });

    it(`${signer}: our own signature verifies under the published key, and two are never alike`, () => {
      const [first, second] = [signGost(key, digest), signGost(key, digest)];
      assert.ok(verifyGost(publicKey, digest, first) && verifyGost(gostSpkiOf(key), digest, second));
      assert.notDeepEqual(first, second);
    });
  }

  const key = readGostPrivateKey(fixture('signers/gost2012_256-TCA/key.der'));
  const spki = gostSpkiOf(key);
  const digest = digestOf('streebog256', content);
  const { n, p } = key.curve.parameters;

  it('numbers out of range and wrong lengths are no signature', () => {
    const [one, order] = [toBigEndian(1n, 32), toBigEndian(n, 32)];
    for (const pair of [
      [Buffer.alloc(32), one],
      [one, Buffer.alloc(32)],
      [order, one],
      [one, order],
      [one],
      [one, one, one],
    ]) {
      assert.equal(verifyGost(spki, digest, Buffer.concat(pair)), false);
    }
    assert.equal(verifyGost(spki, digest.subarray(1), signGost(key, digest)), false);
  });

  it('a digest of nothing but zeros counts as one', () => {
    const zeros = Buffer.alloc(32);
    assert.ok(verifyGost(spki, zeros, signGost(key, zeros)));
  });

  it('a point outside the large subgroup, which the cofactor allows, is no key; four times that point is one', () => {
    const outside = pointsOnCurve(10).filter(({ x, y }) => !isKey(x, y));
    assert.ok(outside.length > 0 && outside.length < 10, 'three of four points lie outside');
    for (const point of pointsOnCurve(10)) {
      const { x, y } = point.double().double().toAffine();
      assert.ok(isKey(x, y));
    }
  });

  it('coordinates at or above p are refused', () => {
    assert.throws(() => readGostPublicKey(spkiOf(p, 1n)), { reason: 'malformed' });
  });

  it('a key may not name a curve we do not know, nor one of the other size', () => {
    assert.throws(() => readGostPublicKey(spkiOf(1n, 1n, '1.2.643.2.2.35.0')), { reason: 'key_unsupported' });
    assert.throws(() => readGostPublicKey(spkiOf(1n, 1n, '1.2.643.7.1.2.1.2.1')), { reason: 'key_unsupported' });
  });
});

function pointsOnCurve(count: number): WeierstrassPoint<bigint>[] {
  const { Point } = gostCurve('1.2.643.7.1.2.1.1.1')!;
  const { Fp } = Point;
  const { a, b } = Point.CURVE();
  const points: WeierstrassPoint<bigint>[] = [];
  for (let x = 1n; points.length < count; x++) {
    const square = Fp.add(Fp.add(Fp.mul(Fp.sqr(x), x), Fp.mul(a, x)), b);
    if (Fp.pow(square, (Fp.ORDER - 1n) / 2n) === 1n) points.push(Point.fromAffine({ x, y: Fp.sqrt(square) }));
  }
  return points;
}

function isKey(x: bigint, y: bigint): boolean {
  const read = attempt(() => ({ ok: true as const, key: readGostPublicKey(spkiOf(x, y)) }));
  return read.ok;
}

function spkiOf(x: bigint, y: bigint, curveOid = '1.2.643.7.1.2.1.1.1'): Buffer {
  const identifier = encode(tags.sequence, encodeOid('1.2.643.7.1.1.1.1'), encode(tags.sequence, encodeOid(curveOid)));
  const coordinates = [x, y].map((coordinate) => toBigEndian(coordinate, 32).reverse());
  return encode(
    tags.sequence,
    identifier,
    encode(tags.bitString, Buffer.of(0), encode(tags.octetString, ...coordinates)),
  );
}
