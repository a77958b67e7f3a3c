import assert from 'node:assert/strict';
import { gost94, streebog256, streebog512 } from '#src/platform/signatures/streebog.ts';
import { fixture } from '#test/platform/signatures/signature-fixtures.ts';

interface Vector {
  length: number;
  digest: 'md_gost12_256' | 'md_gost12_512' | 'md_gost94';
  hex: string;
}

describe('GOST digests', () => {
  const digests = { md_gost12_256: streebog256, md_gost12_512: streebog512, md_gost94: gost94 };
  const vectors = JSON.parse(fixture('streebog.json').toString()) as Vector[];

  for (const { length, digest, hex } of vectors) {
    it(`${digest} of ${length} bytes is what OpenSSL says`, () => {
      const bytes = Buffer.from(Array.from({ length }, (_, index) => index % 251));
      assert.equal(digests[digest](bytes).toString('hex'), hex);
    });
  }

  it('Streebog gives the first example of RFC 6986 section 10.1', () => {
    const message = Buffer.from('012345678901234567890123456789012345678901234567890123456789012');
    assert.equal(
      streebog256(message).toString('hex'),
      '9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500',
    );
  });
});
