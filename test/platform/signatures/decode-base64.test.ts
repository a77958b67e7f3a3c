import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { base64Readings } from '#src/platform/signatures/decode-base64.ts';

describe('base64 as signatures come', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((array) => Buffer.from(array));

  const forms: Record<string, (value: Buffer) => string> = {
    standard: (value) => value.toString('base64'),
    'standard without padding': (value) => value.toString('base64').replace(/=+$/, ''),
    'url-safe': (value) => value.toString('base64url'),
    'url-safe with padding': (value) => value.toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
    'standard whose plus became a space': (value) => value.toString('base64').replaceAll('+', ' '),
    'in lines': (value) => value.toString('base64').replaceAll(/(.{64})/g, '$1\r\n'),
  };

  for (const [name, encode] of Object.entries(forms)) {
    it(`${name}: the first reading is the value`, () => {
      fc.assert(fc.property(bytes, (value) => base64Readings(encode(value))[0]!.equals(value)));
    });
  }

  it('url-safe with the count of its padding: one reading is the value, the first begins with it', () => {
    const counted = (value: Buffer): string => {
      const padded = value.toString('base64');
      const bare = value.toString('base64url');
      return `${bare}${padded.length - bare.length}`;
    };
    fc.assert(
      fc.property(bytes, (value) => {
        const readings = base64Readings(counted(value));
        assert.ok(readings.some((reading) => reading.equals(value)));
        assert.ok(readings[0]!.subarray(0, value.length).equals(value));
      }),
    );
  });

  it('what is not base64 has no reading', () => {
    for (const text of ['', '=', '====', 'A', 'a,b', 'привет', 'AAAA=AAA', 'A'.repeat(2_000_000)])
      assert.deepEqual(base64Readings(text), []);
  });

  it('a mebibyte is read', () => {
    const large = randomBytes(1024 * 1024);
    assert.ok(base64Readings(large.toString('base64url'))[0]!.equals(large));
  });
});
