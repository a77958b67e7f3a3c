import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { Browser, has, textOf } from '#test/support/browser.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { anna, settle, type Person } from '#test/support/people.ts';

describe('signing in for a client', () => {
  let house: House;
  let person: Person;
  let university: RelyingParty;

  before(async () => {
    house = await House.open();
    person = await settle(house, anna);
    university = await RelyingParty.register(house);
  });
  after(() => house.close());

  it('L1, L2: login and password, consent with the values, and tokens that openid-client accepts', async () => {
    const browser = new Browser(house.origin);
    const request = await university.request();
    const page = await browser.open(request.url.href);
    assert.ok(
      has(page, 'login') && has(page, 'password') && has(page, 'recover-link') && has(page, 'register-link'),
      `${page.status} ${page.url} ${textOf(page)}`,
    );
    const consent = await browser.submit(
      page,
      { login: ' 8 (900) 000-00-01 ', password: person.password },
      { form: 'login-submit' },
    );
    assert.ok(has(consent, 'consent-submit'), textOf(consent));
    assert.match(textOf(consent), /anna@example\.test/);
    const back = await browser.submit(consent, {}, { form: 'consent-submit' });
    assert.match(back.url, /^https:\/\/university\.example\/callback\?code=/);
    const tokens = await university.exchange(back.url, request);
    assert.equal(tokens.claims()!.acr, 'urn:esia:acr:confirmed');
    assert.deepEqual(tokens.claims()!.amr, ['pwd']);
  });
});
