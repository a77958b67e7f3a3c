import assert from 'node:assert/strict';
import { normalizePhone, spellContact } from '#src/identity/accounts/contact.ts';

describe('a contact as people read it', () => {
  for (const [value, spelt] of [
    ['+79001234567', '+7 900 123‑45‑67'],
    ['+77011234567', '+7 701 123‑45‑67'],
    ['+37491123456', '+374 91 123456'],
    ['+998901234567', '+998 90 123 45 67'],
  ] as [string, string][])
    it(`${value} is ${spelt}, and can be typed like that`, () => {
      const shown = spellContact({ kind: 'phone', value });
      assert.equal(shown.replaceAll('\u00a0', ' '), spelt);
      assert.equal(normalizePhone(shown), value);
    });

  it('leaves an e-mail address alone', () => {
    assert.equal(spellContact({ kind: 'email', value: 'anna@example.test' }), 'anna@example.test');
  });
});
