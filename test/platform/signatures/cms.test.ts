import assert from 'node:assert/strict';
import { readCertificate } from '#src/platform/signatures/certificate.ts';
import { verifyCms, type VerifiedCms } from '#src/platform/signatures/cms.ts';
import { content, fixture, fixtures, withByteFlipped } from '#test/platform/signatures/signature-fixtures.ts';

const forms = {
  'detached.cms': { hasSignedAttributes: true, isAttached: false },
  'noattr.cms': { hasSignedAttributes: false, isAttached: false },
  'attached.cms': { hasSignedAttributes: true, isAttached: true },
  'attached-noattr.cms': { hasSignedAttributes: false, isAttached: true },
  'cades.cms': { hasSignedAttributes: true, isAttached: false },
};
const weak = /^(gost2001|rsa-sha1|rsa-1024)/;

describe('CMS signatures', () => {
  for (const signer of fixtures('signers')) {
    for (const [form, expected] of Object.entries(forms)) {
      it(`${signer}/${form} verifies, and not over another text`, () => {
        const cms = fixture(`signers/${signer}/${form}`);
        const verified = proven(cms);
        const { hasSignedAttributes, isAttached } = verified;
        assert.deepEqual({ hasSignedAttributes, isAttached }, expected);
        assert.deepEqual(verified.certificate, fixture(`signers/${signer}/certificate.der`));
        assert.equal(verified.isWeak, weak.test(signer));
        assert.equal(verified.signingTime instanceof Date, hasSignedAttributes);
        const reason = isAttached ? 'content_mismatch' : hasSignedAttributes ? 'digest_mismatch' : 'bad_signature';
        assert.deepEqual(verifyCms({ cms, content: withByteFlipped(content, 3) }), { ok: false, reason });
      });
    }
  }

  it('says which algorithms were used', () => {
    const algorithmsOf = (signer: string): string => {
      const { algorithm, digest } = proven(fixture(`signers/${signer}/detached.cms`));
      return `${algorithm} ${digest}`;
    };
    assert.equal(algorithmsOf('rsa'), 'rsa sha256');
    assert.equal(algorithmsOf('rsa-sha512'), 'rsa sha512');
    assert.equal(algorithmsOf('rsa-pss'), 'rsa_pss sha256');
    assert.equal(algorithmsOf('ec-P-384'), 'ecdsa sha384');
    assert.equal(algorithmsOf('gost2012_256-TCA'), 'gost2012_256 streebog256');
    assert.equal(algorithmsOf('gost2012_512-C'), 'gost2012_512 streebog512');
    assert.equal(algorithmsOf('gost2001-A'), 'gost2001 gost94');
  });

  for (const shape of [
    'smime.p7s',
    'key-id.cms',
    'indefinite-attached.cms',
    'indefinite-detached.cms',
    'stranger-inside.cms',
    'other-content-type.cms',
  ]) {
    it(`odd/${shape} verifies`, () => {
      assert.deepEqual(proven(fixture(`odd/${shape}`)).certificate, fixture('signers/rsa/certificate.der'));
    });
  }

  it('bytes after the message are ignored', () => {
    proven(Buffer.concat([fixture('signers/rsa/detached.cms'), Buffer.from('2')]));
    proven(Buffer.concat([fixture('odd/indefinite-attached.cms'), Buffer.alloc(500, 0xff)]));
  });

  it('a certificate that was not sent along may be a known one', () => {
    const cms = fixture('odd/without-certificate.cms');
    assert.deepEqual(verifyCms({ cms, content }), { ok: false, reason: 'certificate_missing' });
    const known = readCertificate(fixture('signers/rsa/certificate.der'));
    assert.ok(known.ok && verifyCms({ cms, content, known: [known.certificate] }).ok);
  });

  it('certificates that came along are handed on for the chain', () => {
    const { certificate, otherCertificates } = proven(fixture('chains/gost/good.cms'));
    assert.deepEqual(certificate, fixture('chains/gost/good.der'));
    assert.deepEqual(otherCertificates, [fixture('chains/gost/authority.der')]);
  });

  it('what is not a signature says so', () => {
    const reasonFor = (cms: Uint8Array): string => {
      const verified = verifyCms({ cms, content });
      return verified.ok ? 'ok' : verified.reason;
    };
    assert.equal(reasonFor(fixture('odd/encrypted.cms')), 'not_signed_data');
    assert.equal(reasonFor(fixture('odd/two-signers.cms')), 'several_signers');
    assert.equal(reasonFor(fixture('signers/rsa/certificate.der')), 'malformed');
    assert.equal(reasonFor(Buffer.alloc(0)), 'malformed');
    assert.equal(reasonFor(Buffer.alloc(2 ** 20 + 1)), 'too_large');
  });
});

function proven(cms: Buffer): VerifiedCms {
  const verified = verifyCms({ cms, content });
  assert.ok(verified.ok, verified.ok ? '' : verified.reason);
  return verified;
}
