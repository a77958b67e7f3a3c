import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { Browser, has, hrefOf, textOf } from '#test/support/browser.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { anna, boris, settle, type Person } from '#test/support/people.ts';

describe('the personal account', () => {
  let house: House;
  let person: Person;
  let beginner: Person;

  before(async () => {
    house = await House.open({ instances: 2 });
    person = await settle(house, anna);
    beginner = await settle(house, boris);
  });
  after(() => house.close());
  afterEach(() => house.clock.reset());

  async function enter(who: Person, path = '/account') {
    const browser = new Browser(house.origin);
    const page = await browser.open(path);
    const view = await browser.submit(page, { login: who.login, password: who.password }, { form: 'login-submit' });
    return { browser, page, view };
  }

  it('a stranger is led to the sign-in page and then to the page they wanted', async () => {
    for (const path of ['/account', '/account/sessions', '/account/consents']) {
      const { page, view } = await enter(person, path);
      assert.ok(has(page, 'login'), path);
      assert.equal(new URL(view.url).pathname, path);
      assert.equal(view.status, 200);
    }
  });

  it('it is a client like any other, but asks for no consent and gets no code', async () => {
    const { browser } = await enter(person);
    assert.ok(browser.visited.every((url) => !url.includes('code=')));
    assert.doesNotMatch(textOf(await browser.open('/account/consents')), /account$/);
  });

  it('the way back leads to a page of the account and nowhere else', async () => {
    const { browser } = await enter(person);
    for (const state of [
      'https://evil.example',
      '//evil.example',
      '/account/../evil',
      '/account//evil.example',
      'x',
      '/\\evil',
    ])
      assert.equal(
        (await browser.request('GET', `/account/signed-in?${new URLSearchParams({ state })}`)).headers.get('location'),
        '/account',
        state,
      );
    const twice = await browser.request('GET', '/account/signed-in?state=/account/x&state=https://evil.example');
    assert.equal(twice.headers.get('location'), '/account');
  });

  it('whoever turns back at the sign-in page is at home, and not asked again', async () => {
    const browser = new Browser(house.origin);
    const page = await browser.open('/account');
    const home = await browser.open(hrefOf(page, 'interaction-abort'));
    assert.equal(new URL(home.url).pathname, '/');
    assert.equal(home.status, 200);
  });

  it("shows one's own data: name, contacts, papers, tier, number", async () => {
    const { view } = await enter(person);
    const text = textOf(view).replaceAll('\u00a0', ' ');
    for (const own of ['Петрова Анна Сергеевна', 'anna@example.test', '+7 900 000‑00‑01', '4510123456', '11223344595'])
      assert.ok(text.includes(own) || view.html.includes(own), own);
    assert.doesNotMatch(text, /Иванов|undefined|\[object/);
    const { view: other } = await enter(beginner);
    assert.match(textOf(other), /Иванов Борис/);
    assert.doesNotMatch(other.html, /Петрова|anna@example/);
  });

  it('speaks the language of the account', async () => {
    const { view } = await enter(person);
    assert.match(view.html, /<html lang="ru"/);
  });

  it('the account is not handed to another site as a client', async () => {
    const browser = new Browser(house.origin);
    for (const query of [
      'client_id=account&response_type=code&scope=openid',
      'client_id=account&response_type=none&scope=openid&redirect_uri=https://evil.example/',
      'client_id=account&response_type=none&scope=openid&redirect_uri=',
    ]) {
      const view = await browser.open(`/oauth2/auth?${query}`);
      assert.equal(new URL(view.url).origin, house.origin);
      assert.doesNotMatch(view.html, /evil/);
      assert.ok(!has(view, 'login'), query);
    }
    const token = await fetch(`${house.origin}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'account', grant_type: 'client_credentials' }),
    });
    assert.equal(token.status, 400);
  });

  it('R1: from the account to a site and back without a password', async () => {
    const { browser } = await enter(person);
    const university = await RelyingParty.register(house);
    const page = await browser.open((await university.request()).url.href);
    assert.ok(has(page, 'consent-submit'));
    const elsewhere = new Browser(house.origin);
    await university.signIn(elsewhere, person);
    assert.match(textOf(await elsewhere.open('/account')), /Петрова/);
  });

  it('after signing out every page asks again, and the signed-out page offers to sign in', async () => {
    const { browser, view } = await enter(person);
    const out = await browser.submit(view, {}, { form: 'sign-out' });
    assert.ok(has(out, 'op-signed-out'), `${out.status} ${out.url}`);
    assert.equal(hrefOf(out, 'sign-in-link'), '/account');
    assert.ok(has(await browser.open('/account'), 'login'));
  });

  it('a page left open over the idle limit asks to sign in again, and the post changes nothing', async () => {
    const { browser, view } = await enter(person);
    house.clock.advance(31 * 60_000);
    const late = await browser.submit(view, {}, { form: 'sign-out' });
    assert.ok(has(late, 'login') || has(late, 'op-signed-out'), `${late.status} ${late.url}`);
  });
});
