import assert from 'node:assert/strict';
import { fetchPublic } from '#src/platform/security/outgoing.ts';
import { Canary } from '#test/support/canary.ts';

describe('M6: calls to addresses that clients registered', () => {
  const guarded = fetchPublic({ sandbox: false });

  it('never go to private, local or translated addresses, nor without TLS', async () => {
    const canary = await Canary.listen();
    const { port } = new URL(canary.origin);
    for (const address of [
      'http://example.org/',
      'ftp://example.org/',
      'file:///etc/passwd',
      'data:,x',
      '127.0.0.1',
      '127.1',
      '0',
      '0.0.0.0',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      'localhost',
      '10.0.0.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '192.0.0.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '[::]',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[64:ff9b::7f00:1]',
      '[64:ff9b:1::7f00:1]',
      '[fc00::1]',
      '[fd12::1]',
      '[fe80::1]',
      '[fec0::1]',
      '[ff02::1]',
      '[2002:7f00:1::]',
      '[2001:0:7f00:1::]',
      '[::7f00:1]',
    ]) {
      const url = /:\/\/|^data:/.test(address) ? address : `https://${address}:${port}/`;
      await assert.rejects(guarded(url), /private|https|only/, address);
    }
    assert.equal(canary.requests.length, 0);
    await canary.close();
  });

  it('follow no redirect, and give up after two and a half seconds', async () => {
    const open = fetchPublic({ sandbox: true });
    const target = await Canary.listen();
    const moved = await Canary.listen((_, response) => void response.writeHead(302, { location: target.origin }).end());
    await assert.rejects(open(moved.origin));
    assert.equal(target.requests.length, 0);
    const silent = await Canary.listen(() => {});
    const startedAt = performance.now();
    await assert.rejects(open(silent.origin));
    assert.ok(performance.now() - startedAt < 3500);
    await Promise.all([target, moved, silent].map((one) => one.close()));
  });
});
