import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyChain } from '#src/platform/signatures/chain.ts';
import { readCertificate, type Certificate } from '#src/platform/signatures/certificate.ts';
import { verifyCms } from '#src/platform/signatures/cms.ts';
import { buildOcspRequest, verifyOcspResponse } from '#src/platform/signatures/ocsp.ts';
import { keyKinds } from '#src/sandbox/authority/issuing-key.ts';
import { SandboxAuthority } from '#src/sandbox/authority/sandbox-authority.ts';
import { hasOpenssl } from '#test/support/authority.ts';
import { House } from '#test/support/house.ts';

const holder = { surname: 'Петрова', givenName: 'Анна Сергеевна', snils: '11223344595' };
const text = 'Sign in\n';

describe('the certification authority of the sandbox', () => {
  let house: House;
  let authority: SandboxAuthority;

  before(async () => {
    house = await House.open({ instances: 2 });
    authority = house.services.sandbox!.authority;
  });
  after(() => house.close());

  async function certificateOf(serial: string): Promise<Certificate> {
    const read = readCertificate(Buffer.from((await authority.pem(serial))!));
    assert.ok(read.ok);
    return read.certificate;
  }

  function rootOf({ root }: SandboxAuthority): Certificate {
    const read = readCertificate(root);
    assert.ok(read.ok);
    return read.certificate;
  }

  async function question(serial: string): Promise<Buffer> {
    return buildOcspRequest({
      certificate: await certificateOf(serial),
      issuer: rootOf(authority),
      nonce: Buffer.alloc(16, 1),
    });
  }

  for (const kind of keyKinds)
    it(`issues ${kind} certificates that sign, are believed, and are believed no longer once revoked`, async () => {
      const serial = await authority.issue(holder, kind);
      const cms = Buffer.from((await authority.sign(serial, text))!, 'base64');
      const signed = verifyCms({ cms, content: Buffer.from(text) });
      assert.ok(signed.ok && !signed.isWeak, JSON.stringify(signed));
      const { certificate } = signed;
      const chain = { certificate, intermediates: [], trusted: [rootOf(authority)], at: house.clock.now() };
      const verified = verifyChain({ ...chain, crls: [await authority.crl()] });
      assert.ok(verified.ok, JSON.stringify(verified));
      const { surname, givenName, snils } = verified.chain[0]!.subject;
      assert.deepEqual({ surname, givenName, snils }, holder);
      const good = [(await authority.ocsp(await question(serial)))!];
      assert.ok(verifyChain({ ...chain, crls: [], ocspResponses: good }).ok);
      await authority.revoke(serial);
      assert.deepEqual(verifyChain({ ...chain, crls: [await authority.crl()] }), { ok: false, reason: 'revoked' });
      const revoked = [(await authority.ocsp(await question(serial)))!];
      assert.deepEqual(verifyChain({ ...chain, crls: [], ocspResponses: revoked }), { ok: false, reason: 'revoked' });
    });

  it('is one and the same in every instance', () => {
    const [one, other] = house.all.map(({ sandbox }) => sandbox!.authority.root);
    assert.deepEqual(one, other);
  });

  it('says that it does not know a number, and nothing to what is not a question', async () => {
    const serial = await authority.issue(holder, 'ecdsa');
    const certificate = { ...(await certificateOf(serial)), serialNumber: '4000' };
    const issuer = rootOf(authority);
    const response = (await authority.ocsp(buildOcspRequest({ certificate, issuer })))!;
    const verdict = verifyOcspResponse({ response, certificate, issuer, at: house.clock.now() });
    assert.deepEqual(verdict, { ok: false, reason: 'revocation_unknown' });
    for (const rubbish of [Buffer.alloc(0), Buffer.from('rubbish'), Buffer.from('30053003020100', 'hex')])
      assert.equal(await authority.ocsp(rubbish), undefined);
  });

  it('OpenSSL believes its certificates, its list and its signatures', async function () {
    if (!hasOpenssl()) return this.skip();
    const folder = mkdtempSync(join(tmpdir(), 'openesia-ca-'));
    const file = (name: string, content: string | Buffer) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const openssl = (...args: string[]) =>
      execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
    const root = file('root.pem', authority.rootPem);
    for (const kind of ['rsa', 'ecdsa'] as const) {
      const serial = await authority.issue(holder, kind);
      const pem = file('holder.pem', (await authority.pem(serial))!);
      const crl = file('root.crl', await authority.crl());
      openssl('crl', '-inform', 'DER', '-in', crl, '-out', `${crl}.pem`);
      openssl('verify', '-crl_check', '-CRLfile', `${crl}.pem`, '-CAfile', root, pem);
      const content = file('text', text);
      const cms = file('cms', Buffer.from((await authority.sign(serial, text))!, 'base64'));
      openssl('cms', '-verify', '-binary', '-inform', 'DER', '-in', cms, '-content', content, '-CAfile', root);
      const ours = openssl('cms', '-sign', '-binary', '-in', content, '-signer', pem, '-outform', 'PEM');
      const der = Buffer.from(ours.replaceAll(/-----.*-----|\s/g, ''), 'base64');
      assert.ok(verifyCms({ cms: der, content: Buffer.from(text) }).ok);
    }
    rmSync(folder, { recursive: true });
  });
});
