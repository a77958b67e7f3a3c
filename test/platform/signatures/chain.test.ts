import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findChain, verifyChain, type ChainToVerify } from '#src/platform/signatures/chain.ts';
import type { FaultReason } from '#src/platform/signatures/signature-fault.ts';
import { at, certificateAt, fixture, fixtures, withByteFlipped } from '#test/platform/signatures/signature-fixtures.ts';

const refusals: Record<string, FaultReason> = {
  'self-signed': 'self_signed',
  expired: 'expired',
  future: 'not_yet_valid',
  'enciphering-only': 'wrong_key_usage',
  'without-usage': 'wrong_key_usage',
  'server-only': 'wrong_extended_key_usage',
  'unknown-critical': 'critical_extension_unknown',
  sha1: 'algorithm_weak',
  md5: 'algorithm_unsupported',
  'rsa-1024': 'key_weak',
  'strange-curve': 'key_unsupported',
  'false-root': 'issuer_unknown',
  'path-length': 'path_too_long',
  'authority-unflagged': 'not_an_authority',
  'authority-silent': 'not_an_authority',
  'authority-unable': 'wrong_key_usage',
  'authority-without-usage': 'wrong_key_usage',
  'authority-constrained': 'name_constraints_unsupported',
  'authority-strange': 'critical_extension_unknown',
  'authority-policed': 'critical_extension_unknown',
  'authority-expired': 'expired',
  'authority-future': 'not_yet_valid',
  'authority-sha1': 'algorithm_weak',
  'authority-rsa-1024': 'key_weak',
};

describe('I1: chains to a trusted root', () => {
  for (const name of ['rsa', 'ec', 'gost']) {
    it(`${name}: a good certificate leads to the root, a revoked one does not`, () => {
      const verified = verifyChain(chainOf(name));
      assert.ok(verified.ok);
      assert.deepEqual(
        verified.chain.map(({ subject }) => subject.commonName),
        ['Ivanova Anna', `Authority ${name}`, `Root ${name}`],
      );
      refused({ ...chainOf(name), certificate: fixture(`chains/${name}/revoked.der`) }, 'revoked');
    });

    it(`${name}: a bit of any signature changed breaks it`, () => {
      const chain = chainOf(name);
      refused({ ...chain, certificate: withByteFlipped(chain.certificate, -5) }, 'bad_signature');
      refused({ ...chain, intermediates: chain.intermediates.map((der) => withByteFlipped(der, -5)) }, 'bad_signature');
    });
  }

  for (const [name, reason] of Object.entries(refusals)) {
    it(`${name} is refused: ${reason}`, () => {
      assert.deepEqual(findChain(withAuthority(name)), { ok: false, reason });
    });
  }

  it('every refused fixture is named above', () => {
    const names = fixtures('refused')
      .filter((file) => !file.includes('.authority.'))
      .map((file) => file.replace('.der', ''));
    assert.deepEqual(names.toSorted(), Object.keys(refusals).toSorted());
  });

  it('the day decides: before, within and after', () => {
    const chain = chainOf('rsa');
    refused({ ...chain, at: new Date('2025-12-31T23:59:59Z') }, 'not_yet_valid');
    assert.ok(verifyChain({ ...chain, at: new Date('2026-01-01T00:00:00Z') }).ok);
    refused({ ...chain, at: new Date('2126-01-01T00:00:01Z') }, 'expired');
  });

  it('an authority or a root that is missing, or another root, is refused', () => {
    const chain = chainOf('rsa');
    refused({ ...chain, intermediates: [] }, 'issuer_unknown');
    refused({ ...chain, trusted: [] }, 'issuer_unknown');
    refused({ ...chain, trusted: [certificateAt('chains/ec/root.der')] }, 'issuer_unknown');
  });

  it('a root that came along with the signature is not trusted for that', () => {
    const chain = chainOf('rsa');
    refused(
      { ...chain, trusted: [], intermediates: [...chain.intermediates, fixture('chains/rsa/root.der')] },
      'issuer_unknown',
    );
  });

  it('strangers and rubbish among the intermediates do no harm', () => {
    const chain = chainOf('rsa');
    const rubbish = [
      Buffer.alloc(0),
      Buffer.from('rubbish'),
      fixture('chains/gost/authority.der'),
      fixture('signers/rsa/certificate.der'),
    ];
    assert.ok(verifyChain({ ...chain, intermediates: [...rubbish, ...chain.intermediates] }).ok);
  });

  it('an authority is no signer itself', () => {
    refused({ ...chainOf('rsa'), certificate: fixture('chains/rsa/authority.der') }, 'wrong_key_usage');
  });
});

function chainOf(name: string): ChainToVerify {
  return {
    certificate: fixture(`chains/${name}/good.der`),
    intermediates: [fixture(`chains/${name}/authority.der`)],
    trusted: [certificateAt(`chains/${name}/root.der`)],
    crls: [fixture(`chains/${name}/root.crl`), fixture(`chains/${name}/authority.crl`)],
    at,
  };
}

function withAuthority(name: string): ChainToVerify {
  const own = `refused/${name}.authority.der`;
  const isThere = existsSync(fileURLToPath(new URL(`../../fixtures/signatures/${own}`, import.meta.url)));
  const intermediates = [...(isThere ? [fixture(own)] : []), fixture('chains/rsa/authority.der')];
  return { ...chainOf('rsa'), certificate: fixture(`refused/${name}.der`), intermediates };
}

function refused(chain: ChainToVerify, reason: FaultReason): void {
  assert.deepEqual(verifyChain(chain), { ok: false, reason });
}
