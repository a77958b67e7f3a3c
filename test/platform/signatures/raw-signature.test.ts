import assert from 'node:assert/strict';
import { verifyRawSignature } from '#src/platform/signatures/raw-signature.ts';
import {
  certificateAt,
  content,
  fixture,
  fixtures,
  withByteFlipped,
} from '#test/platform/signatures/signature-fixtures.ts';

describe('signatures without a container', () => {
  for (const signer of fixtures('signers').filter((name) => name.startsWith('gost'))) {
    it(`${signer}: both byte orders are read, and told apart`, () => {
      const { publicKey } = certificateAt(`signers/${signer}/certificate.der`);
      const signature = fixture(`signers/${signer}/raw.sig`);
      const algorithm = signer.split('-')[0];
      const straight = verifyRawSignature({ publicKey, content, signature });
      assert.ok(straight.ok);
      assert.deepEqual([straight.algorithm, straight.isReversed], [algorithm, false]);
      const reversed = verifyRawSignature({ publicKey, content, signature: Buffer.from(signature).reverse() });
      assert.ok(reversed.ok && reversed.isReversed);
    });
  }

  it('RSA with SHA-256 is read, at the length of the modulus only', () => {
    const { publicKey } = certificateAt('signers/rsa/certificate.der');
    const signature = fixture('signers/rsa/raw.sig');
    const verified = verifyRawSignature({ publicKey, content, signature });
    assert.deepEqual(verified, { ok: true, algorithm: 'rsa', digest: 'sha256', isReversed: false });
    for (const other of [
      signature.subarray(1),
      Buffer.concat([signature, Buffer.of(0)]),
      withByteFlipped(signature, 9),
      Buffer.alloc(0),
    ]) {
      assert.deepEqual(verifyRawSignature({ publicKey, content, signature: other }), {
        ok: false,
        reason: 'bad_signature',
      });
    }
  });

  it('another text, another signature length, another key and another digest are refused', () => {
    const { publicKey } = certificateAt('signers/gost2012_256-A/certificate.der');
    const stranger = certificateAt('signers/gost2012_256-B/certificate.der').publicKey;
    const signature = fixture('signers/gost2012_256-A/raw.sig');
    const attempts = [
      { publicKey, content: withByteFlipped(content, 0), signature },
      { publicKey, content, signature: signature.subarray(1) },
      { publicKey, content, signature: Buffer.concat([signature, Buffer.of(0)]) },
      { publicKey: stranger, content, signature },
      {
        publicKey: certificateAt('signers/rsa-sha1/certificate.der').publicKey,
        content,
        signature: fixture('signers/rsa-sha1/raw.sig'),
      },
    ];
    for (const attempt of attempts)
      assert.deepEqual(verifyRawSignature(attempt), { ok: false, reason: 'bad_signature' });
  });

  it('an elliptic key other than GOST has no raw form here', () => {
    const { publicKey } = certificateAt('signers/ec-P-256/certificate.der');
    assert.deepEqual(verifyRawSignature({ publicKey, content, signature: Buffer.alloc(64) }), {
      ok: false,
      reason: 'key_unsupported',
    });
  });
});
