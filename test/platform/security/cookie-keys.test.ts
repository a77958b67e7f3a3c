import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { CookieKeys } from '#src/platform/security/cookie-keys.ts';

describe('cookie keys', () => {
  const [older, newer] = [randomBytes(32), randomBytes(32)];
  const text = 'session=a-random-identifier';

  it('check what they signed, and nothing else', () => {
    const keys = new CookieKeys([newer]);
    const signed = keys.sign(text);
    assert.ok(keys.verify(text, signed));
    for (const wrong of [
      '',
      'x',
      signed.slice(1),
      `${signed}=`,
      `${signed}A`,
      signed.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')),
    ])
      assert.ok(!keys.verify(text, wrong), wrong);
    assert.ok(!keys.verify(`${text}x`, signed));
    assert.ok(!new CookieKeys([older]).verify(text, signed));
  });

  it('sign with the first and say which one it was, so that old cookies are signed anew', () => {
    const before = new CookieKeys([older]).sign(text);
    const keys = new CookieKeys([newer, older]);
    assert.equal(keys.index(text, before), 1);
    assert.equal(keys.index(text, keys.sign(text)), 0);
    assert.equal(keys.index(text, 'x'), -1);
  });

  it('take one spelling of a signature only', () => {
    const keys = new CookieKeys([newer]);
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const signed = keys.sign(text);
    // The last character carries four bits: its neighbours decode to the same bytes.
    const twin = signed.slice(0, -1) + last[last.indexOf(signed.at(-1)!) ^ 1]!;
    assert.deepEqual(Buffer.from(twin, 'base64url'), Buffer.from(signed, 'base64url'));
    assert.ok(!keys.verify(text, twin));
  });
});
