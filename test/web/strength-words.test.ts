import assert from 'node:assert/strict';
import { languages } from '#src/platform/i18n/translator.ts';
import { Browser } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';

describe('what is said of a password’s strength', () => {
  let house: House;

  before(async () => {
    house = await House.open();
  });
  after(() => house.close());

  it('F1: in each of the seven languages, in words of its own', async () => {
    const browser = new Browser(house.origin);
    const told = new Set<string>();
    for (const language of languages) {
      const { html } = await browser.open(`/password-strength?language=${language}`);
      const words = Object.values(JSON.parse(html) as Record<string, string>);
      assert.equal(words.length, 10);
      for (const word of words) told.add(word);
    }
    assert.equal(told.size, languages.length * 10);
  });

  it('A5: of no other language', async () => {
    const browser = new Browser(house.origin);
    for (const query of ['', '?language=xx', '?language=ru&language=en', '?language=__proto__'])
      assert.equal((await browser.open(`/password-strength${query}`)).status, 404, query);
  });
});
