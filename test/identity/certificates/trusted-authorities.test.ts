import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { RevocationProofs } from '#src/identity/certificates/revocation-proofs.ts';
import { TrustedAuthorities } from '#src/identity/certificates/trusted-authorities.ts';
import { fetchPublic } from '#src/platform/security/outgoing.ts';
import * as der from '#src/sandbox/authority/der.ts';
import { derivedKey, makeKey, readKey } from '#src/sandbox/authority/issuing-key.ts';
import {
  authorityExtensions,
  holderExtensions,
  serialFrom,
  writeCertificate,
  writeCrl,
} from '#src/sandbox/authority/issuing.ts';
import { readOcspQuestion, writeOcspAnswer, type Standing } from '#src/sandbox/authority/ocsp-answer.ts';
import { Canary } from '#test/support/canary.ts';

const HOUR = 3600_000;
const name = der.name([['2.5.4.3', 'Test authority']]);
const key = derivedKey(randomBytes(32).fill(1, 0, 1));
const stranger = derivedKey(randomBytes(32).fill(1, 0, 1));
const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2046-01-01T00:00:00Z') };
const root = writeCertificate(
  {
    serial: serialFrom(key.spki),
    issuer: name,
    subject: name,
    spki: key.spki,
    extensions: authorityExtensions(),
    ...validity,
  },
  key,
);
const at = new Date('2030-01-15T12:00:00Z');
const later = (ms: number) => new Date(at.getTime() + ms);

type Answer = (request: IncomingMessage, response: ServerResponse, count: number, body: Buffer) => void;

describe('I2: whether a certificate was revoked', () => {
  let folder: string;
  let authority: Canary;
  let canary: Canary;
  let answerWith: Answer;

  beforeEach(async () => {
    authority = await Canary.listen((...exchange) => answerWith(...exchange, authority.requests.at(-1)!.bytes));
    canary = await Canary.listen();
    folder = mkdtempSync(join(tmpdir(), 'openesia-trust-'));
    mkdirSync(join(folder, 'roots'));
    writeFileSync(join(folder, 'roots/root.der'), root);
    writeFileSync(join(folder, 'hosts'), `# who may be asked\n${new URL(authority.origin).host.toUpperCase()}\n`);
  });
  afterEach(async () => {
    await Promise.all([authority.close(), canary.close()]);
    rmSync(folder, { recursive: true });
  });

  function issue(urls: { crlUrl?: string; ocspUrl?: string }): Buffer {
    const { spki } = readKey(makeKey('ecdsa'));
    const subject = der.name([['2.5.4.3', 'Holder']]);
    const certificate = { serial: serialFrom(spki), issuer: name, subject, spki, extensions: holderExtensions(urls) };
    return writeCertificate({ ...certificate, ...validity }, key);
  }

  function authorities(): TrustedAuthorities {
    const revocation = new RevocationProofs({ fetch: fetchPublic({ sandbox: true }, { plain: true }) });
    return new TrustedAuthorities({ folders: { qualified: folder, card: '' }, revocation });
  }

  async function verdictOn(certificate: Buffer, when = at, by = authorities()): Promise<string> {
    const verdict = await by.verified(certificate, [], when);
    return verdict.ok ? 'good' : `${verdict.reason}${verdict.isUnavailable ? ', unavailable' : ''}`;
  }

  const crl = (of: { until?: number; signer?: typeof key; revoked?: Buffer[] } = {}): Answer => {
    const revoked = (of.revoked ?? []).map((serial) => ({ serial, at }));
    const list = { issuer: name, thisUpdate: later(-HOUR), nextUpdate: later(of.until ?? HOUR), revoked };
    return (_, response) => void response.end(writeCrl(list, of.signer ?? key));
  };
  const ocsp = (standing: Standing, of: { until?: number; signer?: typeof key } = {}): Answer => {
    return (_, response, _count, body) => {
      const answer = { standing, authority: name, at: later(-HOUR), until: later(of.until ?? HOUR) };
      response.end(writeOcspAnswer(readOcspQuestion(body)!, answer, of.signer ?? key));
    };
  };
  const good = { revokedAt: null };
  const ways: Record<string, { answer: Answer; by: 'crl' | 'ocsp'; verdict: string }> = {
    'a list without it': { answer: crl(), by: 'crl', verdict: 'good' },
    'a list past its next update': { answer: crl({ until: -1 }), by: 'crl', verdict: 'revocation_unknown, unavailable' },
    'a list of somebody else': { answer: crl({ signer: stranger }), by: 'crl', verdict: 'revocation_unknown, unavailable' },
    'rubbish in place of a list': { answer: (_, response) => void response.end('rubbish'), by: 'crl', verdict: 'revocation_unknown, unavailable' },
    'a list of 50 MB': { answer: (_, response) => void response.end(Buffer.alloc(50_000_000)), by: 'crl', verdict: 'revocation_unknown, unavailable' },
    'an answer that it is good': { answer: ocsp(good), by: 'ocsp', verdict: 'good' },
    'an answer that it is revoked': { answer: ocsp({ revokedAt: at }), by: 'ocsp', verdict: 'revoked' },
    'an answer that it is not known': { answer: ocsp(undefined), by: 'ocsp', verdict: 'revocation_unknown, unavailable' },
    'an answer past its time': { answer: ocsp(good, { until: -1 }), by: 'ocsp', verdict: 'revocation_unknown, unavailable' },
    'an answer of somebody else': { answer: ocsp(good, { signer: stranger }), by: 'ocsp', verdict: 'revocation_unknown, unavailable' },
    'a fault of the responder': { answer: (_, response) => void response.writeHead(500).end(), by: 'ocsp', verdict: 'revocation_unknown, unavailable' },
    'a way somewhere else': { answer: (_, response) => void response.writeHead(302, { location: 'http://localhost/' }).end(), by: 'ocsp', verdict: 'revocation_unknown, unavailable' },
  }; // prettier-ignore

  for (const [what, { answer, by, verdict }] of Object.entries(ways))
    it(`I2: ${what}: ${verdict}`, async () => {
      answerWith = answer;
      const url = `${authority.origin}/${by}`;
      assert.equal(await verdictOn(issue(by === 'crl' ? { crlUrl: url } : { ocspUrl: url })), verdict);
      assert.equal(canary.requests.length, 0);
    });

  it('I2: revoked by a list', async () => {
    const certificate = issue({ crlUrl: `${authority.origin}/crl` });
    const start = certificate.indexOf(Buffer.from('0210', 'hex'));
    answerWith = crl({ revoked: [certificate.subarray(start + 2, start + 18)] });
    assert.equal(await verdictOn(certificate), 'revoked');
  });

  it('I2: a responder that does not answer leaves time for the list, and both cost at most three seconds', async () => {
    answerWith = (request, ...others) => {
      if (request.url === '/crl') crl()(request, ...others);
    };
    const startedAt = performance.now();
    const both = { ocspUrl: `${authority.origin}/ocsp`, crlUrl: `${authority.origin}/crl` };
    assert.equal(await verdictOn(issue(both)), 'good');
    answerWith = () => {};
    assert.equal(await verdictOn(issue(both)), 'revocation_unknown, unavailable');
    assert.ok(performance.now() - startedAt < 6000);
  }).timeout(10_000);

  it('I2: an answer is kept until its next update, and not a minute longer', async () => {
    answerWith = crl();
    const certificate = issue({ crlUrl: `${authority.origin}/crl` });
    const by = authorities();
    for (let i = 0; i < 3; i++) assert.equal(await verdictOn(certificate, at, by), 'good');
    assert.equal(await verdictOn(issue({ crlUrl: `${authority.origin}/crl` }), later(HOUR - 1), by), 'good');
    assert.equal(authority.requests.length, 1);
    answerWith = (_, response) => void response.writeHead(503).end();
    assert.equal(await verdictOn(certificate, later(HOUR + 60_000), by), 'revocation_unknown, unavailable');
    assert.equal(authority.requests.length, 2);
  });

  it('I2: no host is called that the trust list does not name, and nobody about a stranger’s certificate', async () => {
    const port = new URL(canary.origin).port;
    for (const url of [
      `${canary.origin}/crl`,
      `http://localhost:${port}@127.0.0.1:${port}/`,
      `${authority.origin.replace('http://', 'http://user:secret@')}/crl`,
      'file:///etc/passwd',
      'ldap://localhost/',
      'not an address',
    ])
      assert.equal(await verdictOn(issue({ crlUrl: url, ocspUrl: url })), 'revocation_unknown, unavailable', url);
    const { spki } = readKey(makeKey('ecdsa'));
    const extensions = holderExtensions({ crlUrl: `${authority.origin}/crl`, ocspUrl: `${authority.origin}/ocsp` });
    const subject = der.name([['2.5.4.3', 'Holder']]);
    const forged = writeCertificate(
      { serial: serialFrom(spki), issuer: name, subject, spki, extensions, ...validity },
      stranger,
    );
    assert.equal(await verdictOn(forged), 'bad_signature');
    assert.equal(canary.requests.length + authority.requests.length, 0);
  });

  it('a list in the operator’s folder needs no call', async () => {
    mkdirSync(join(folder, 'crls'));
    const list = { issuer: name, thisUpdate: later(-HOUR), nextUpdate: later(HOUR), revoked: [] };
    writeFileSync(join(folder, 'crls/root.crl'), writeCrl(list, key));
    assert.equal(await verdictOn(issue({ crlUrl: `${authority.origin}/crl` })), 'good');
    assert.equal(authority.requests.length, 0);
  });

  it('a card counts only where cards have a folder of their own', async () => {
    answerWith = crl();
    const certificate = issue({ crlUrl: `${authority.origin}/crl` });
    const revocation = new RevocationProofs({ fetch: fetchPublic({ sandbox: true }, { plain: true }) });
    const verdicts = [
      { qualified: '', card: folder },
      { qualified: '', card: '' },
    ].map((folders) => new TrustedAuthorities({ folders, revocation }).verified(certificate, [], at));
    const [on, off] = await Promise.all(verdicts);
    assert.ok(on!.ok && on!.profile === 'card');
    assert.ok(!off!.ok);
  });

  it('R15: signatures are not offered where no authority is trusted', () => {
    const revocation = new RevocationProofs({ fetch: fetchPublic({ sandbox: false }, { plain: true }) });
    assert.equal(new TrustedAuthorities({ folders: { qualified: '', card: '' }, revocation }).isOffered, false);
    assert.equal(authorities().isOffered, true);
  });
});
