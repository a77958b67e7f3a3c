import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type * as Lists from '@zxcvbn-ts/language-common';
import { newText } from '#src/platform/security/random.ts';
import { CommonPasswords } from '#src/identity/credentials/common-passwords.ts';

describe('the filter of common passwords', () => {
  const common = CommonPasswords.load(['own-word']);

  it('C2: holds every word of its list and our own', () => {
    const { dictionary } = createRequire(import.meta.url)('@zxcvbn-ts/language-common') as typeof Lists;
    for (const word of dictionary['passwords-common']) assert.ok(common.has(word), word);
    assert.ok(common.has('own-word'));
  });

  it('C2: takes hardly any other word for one, and is small', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
    const wrong = Array.from({ length: 100_000 }, () => newText(letters, 11)).filter((word) => common.has(word));
    assert.ok(wrong.length <= 3, `${wrong.length} of 100,000`);
    assert.ok(common.bytes < 200_000, `${common.bytes} bytes`);
  });
});
