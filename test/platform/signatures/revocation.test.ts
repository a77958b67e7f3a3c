import assert from 'node:assert/strict';
import { verifyChain } from '#src/platform/signatures/chain.ts';
import { MAX_CRL_BYTES } from '#src/platform/signatures/crl.ts';
import { buildOcspRequest, verifyOcspResponse } from '#src/platform/signatures/ocsp.ts';
import type { FaultReason } from '#src/platform/signatures/signature-fault.ts';
import { at, certificateAt, fixture, withByteFlipped } from '#test/platform/signatures/signature-fixtures.ts';

describe('revocation', () => {
  const good = fixture('chains/rsa/good.der');
  const rootList = fixture('chains/rsa/root.crl');
  const list = fixture('chains/rsa/authority.crl');

  function answerFor(
    crls: Buffer[],
    options: { certificate?: Buffer; ocspResponses?: Buffer[]; at?: Date } = {},
  ): FaultReason | 'good' {
    const verified = verifyChain({
      certificate: good,
      intermediates: [fixture('chains/rsa/authority.der')],
      trusted: [certificateAt('chains/rsa/root.der')],
      crls,
      at,
      ...options,
    });
    return verified.ok ? 'good' : verified.reason;
  }

  it('no list at all, or none for one link, is not good enough', () => {
    assert.equal(answerFor([]), 'revocation_unknown');
    assert.equal(answerFor([list]), 'revocation_unknown');
    assert.equal(answerFor([rootList]), 'revocation_unknown');
    assert.equal(answerFor([rootList, list]), 'good');
  });

  it('a list past its next update proves nothing, nor does one from the future', () => {
    assert.equal(answerFor([rootList, fixture('chains/rsa/outdated.crl')]), 'revocation_expired');
    assert.equal(
      answerFor([rootList, fixture('chains/rsa/outdated.crl')], { at: new Date('2026-01-20T00:00:00Z') }),
      'good',
    );
    assert.equal(answerFor([rootList, fixture('chains/rsa/outdated.crl'), list]), 'good');
  });

  it('a list signed by somebody of the same name, altered, cut or too large is refused', () => {
    assert.equal(answerFor([rootList, fixture('chains/rsa/stranger.crl')]), 'revocation_signer_wrong');
    assert.equal(answerFor([rootList, withByteFlipped(list, -9)]), 'revocation_signer_wrong');
    assert.equal(answerFor([rootList, list.subarray(0, -1)]), 'malformed');
    assert.equal(answerFor([rootList, Buffer.alloc(MAX_CRL_BYTES + 1)]), 'too_large');
    assert.equal(answerFor([rootList, fixture('chains/gost/authority.crl')]), 'revocation_unknown');
  });

  it('rubbish beside a good list does no harm', () => {
    assert.equal(answerFor([Buffer.from('rubbish'), rootList, fixture('chains/rsa/stranger.crl'), list]), 'good');
  });

  it('an OCSP answer may stand for a list, and a bad one outweighs it', () => {
    assert.equal(answerFor([rootList], { ocspResponses: [fixture('chains/rsa/ocsp-good.der')] }), 'good');
    const certificate = fixture('chains/rsa/revoked.der');
    assert.equal(
      answerFor([rootList], { certificate, ocspResponses: [fixture('chains/rsa/ocsp-revoked.der')] }),
      'revoked',
    );
    assert.equal(
      answerFor([rootList], { certificate, ocspResponses: [fixture('chains/rsa/ocsp-good.der')] }),
      'revocation_unknown',
    );
    assert.equal(
      answerFor([rootList, list], { certificate, ocspResponses: [fixture('chains/rsa/ocsp-good.der')] }),
      'revoked',
    );
  });
});

describe('OCSP', () => {
  const answers: Record<string, FaultReason | 'good'> = {
    'ocsp-good': 'good',
    'ocsp-delegated': 'good',
    'ocsp-by-key': 'good',
    'ocsp-impostor': 'revocation_signer_wrong',
    'ocsp-unknown': 'revocation_unknown',
    'ocsp-short': 'revocation_expired',
  };

  for (const name of ['rsa', 'ec', 'gost']) {
    const issuer = certificateAt(`chains/${name}/authority.der`);
    const certificate = certificateAt(`chains/${name}/good.der`);
    const response = fixture(`chains/${name}/ocsp-good.der`);

    for (const [answer, expected] of Object.entries(answers)) {
      it(`${name}/${answer}: ${expected}`, () => {
        const verified = verifyOcspResponse({
          response: fixture(`chains/${name}/${answer}.der`),
          certificate,
          issuer,
          at,
        });
        assert.equal(verified.ok ? 'good' : verified.reason, expected);
      });
    }

    it(`${name}: revoked`, () => {
      const revoked = certificateAt(`chains/${name}/revoked.der`);
      const answer = fixture(`chains/${name}/ocsp-revoked.der`);
      assert.deepEqual(verifyOcspResponse({ response: answer, certificate: revoked, issuer, at }), {
        ok: false,
        reason: 'revoked',
      });
    });

    it(`${name}: an answer altered, or about another certificate or another issuer, says nothing`, () => {
      // Near the end lie the certificates; the signature is inside, so the body is altered: the producer's time.
      const producedAt = response.indexOf('20261') > 0 ? response.indexOf('20261') + 13 : 60;
      assert.equal(
        verifyOcspResponse({ response: withByteFlipped(response, producedAt), certificate, issuer, at }).ok,
        false,
      );
      const other = certificateAt(`chains/${name}/revoked.der`);
      assert.deepEqual(verifyOcspResponse({ response, certificate: other, issuer, at }), {
        ok: false,
        reason: 'revocation_unknown',
      });
      const stranger = certificateAt(`chains/${name}/root.der`);
      assert.deepEqual(verifyOcspResponse({ response, certificate, issuer: stranger, at }), {
        ok: false,
        reason: 'revocation_unknown',
      });
    });

    it(`${name}: the answer to another question is told by its nonce`, () => {
      assert.deepEqual(verifyOcspResponse({ response, certificate, issuer, at, nonce: Buffer.alloc(16) }), {
        ok: false,
        reason: 'nonce_mismatch',
      });
    });
  }

  it('a responder that refuses is no answer', () => {
    const [certificate, issuer] = [certificateAt('chains/rsa/good.der'), certificateAt('chains/rsa/authority.der')];
    const unauthorised = Buffer.from('30030a0106', 'hex');
    assert.deepEqual(verifyOcspResponse({ response: unauthorised, certificate, issuer, at }), {
      ok: false,
      reason: 'response_unsuccessful',
    });
  });

  it('our question is the one OpenSSL asks', () => {
    const [certificate, issuer] = [certificateAt('chains/gost/good.der'), certificateAt('chains/gost/authority.der')];
    assert.deepEqual(buildOcspRequest({ certificate, issuer }), fixture('chains/gost/ocsp-request.der'));
    const nonce = Buffer.alloc(16, 7);
    const request = buildOcspRequest({ certificate, issuer, nonce });
    assert.ok(request.includes(nonce));
  });
});
