import assert from 'node:assert/strict';
import { gostCurve, gostCurveOids } from '#src/platform/signatures/gost-curves.ts';

describe('GOST curves', () => {
  it('are twelve numbers of seven curves', () => {
    assert.equal(gostCurveOids().length, 12);
    assert.equal(new Set(gostCurveOids().map(gostCurve)).size, 7);
    assert.equal(gostCurve('1.2.643.2.2.35.0'), undefined, 'the test curve of the standard is nobody’s key');
  });

  for (const oid of gostCurveOids()) {
    const { name, size, parameters, Point } = gostCurve(oid)!;
    const { p, n, a, b, h, Gx, Gy } = parameters;

    it(`${oid} (${name}): G lies on the curve and n·G is nothing`, () => {
      assert.equal((Gy * Gy - (Gx ** 3n + a * Gx + b)) % p, 0n);
      assert.ok(
        Point.BASE.multiplyUnsafe(n - 1n)
          .add(Point.BASE)
          .is0(),
      );
      assert.ok(!Point.BASE.is0());
    });

    it(`${oid} (${name}): p and n are primes of the right size, and h·n counts the points`, () => {
      assert.ok(isPrime(p) && isPrime(n));
      assert.equal(Math.ceil(p.toString(2).length / 8), size);
      // Hasse: the count differs from p + 1 by at most 2·√p.
      const distance = h * n - (p + 1n);
      assert.ok(distance * distance <= 4n * p);
    });
  }
});

/** Fermat to a few bases: against typing errors, not against an adversary. */
function isPrime(candidate: bigint): boolean {
  return [2n, 3n, 5n, 7n, 11n].every((base) => power(base, candidate - 1n, candidate) === 1n);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % modulus) {
    if (rest & 1n) result = (result * square) % modulus;
  }
  return result;
}
