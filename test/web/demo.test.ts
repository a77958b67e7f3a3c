import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { SandboxPeople } from '#src/sandbox/people.ts';
import { loadSandboxPeople } from '#src/sandbox/person.ts';
import { seedSandbox } from '#src/sandbox/seed.ts';
import { Browser, has, hrefOf, textOf, type View } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';

describe('the demo client systems', () => {
  let house: House;

  before(async () => {
    house = await House.open();
    await seedSandbox({ ...house.services, sandboxPeople: new SandboxPeople(house.services) });
  });
  after(() => house.close());

  it('register themselves once, and again only when something changed', async () => {
    const updatedAt = async () => (await house.services.clients.find('demo-university'))?.updatedAt.getTime();
    const before = await updatedAt();
    await seedSandbox({ ...house.services, sandboxPeople: new SandboxPeople(house.services) });
    assert.equal(await updatedAt(), before);
  });

  it('university lets a simplified person in and shows what it learned', async () => {
    const browser = new Browser(house.origin);
    const cabinet = await logIn(browser, 'university', 'boris');
    assert.equal(new URL(cabinet.url).pathname, '/demo/university');
    assert.match(cabinet.html, /Смирнов/);
    assert.match(cabinet.html, /\+79000000137/);
    assert.match(cabinet.html, /id="acr">urn:esia:acr:simplified</);
    assert.match(cabinet.html, /id="amr">pwd</);
    assert.match(cabinet.html, /id="id-token"/);
  });

  it('R19: broker lets a person in who was confirmed in person', async () => {
    const cabinet = await logIn(new Browser(house.origin), 'broker', 'anna');
    assert.match(cabinet.html, /id="acr">urn:esia:acr:confirmed</);
    assert.match(cabinet.html, /snils/);
  });

  for (const person of ['boris', 'olga', 'nadezhda']) {
    it(`R19: broker leads ${person} to the next tier, and is told when they do not want it`, async () => {
      const browser = new Browser(house.origin);
      const upgrade = await logIn(browser, 'broker', person);
      assert.ok(has(upgrade, 'tier-upgrade'), textOf(upgrade));
      const refused = await browser.open(hrefOf(upgrade, 'tier-later'));
      assert.match(refused.html, /id="demo-error">unmet_authentication_requirements</);
      assert.ok(has(refused, 'login-with-esia'));
    });
  }

  it('explain a refusal and offer to try again', async () => {
    const browser = new Browser(house.origin);
    const signIn = await browser.open((await toLogin(browser, 'university')).url);
    const refused = await browser.open(hrefOf(signIn, 'interaction-abort'));
    assert.match(refused.html, /id="demo-error">access_denied</);
    assert.equal(refused.status, 400);
  });

  it('refuse a callback that nobody in this browser asked for, or that is opened twice', async () => {
    const browser = new Browser(house.origin);
    await logIn(browser, 'university', 'vera');
    const callback = browser.visited.find((url) => url.includes('/demo/university/callback'))!;
    for (const visitor of [browser, new Browser(house.origin)]) {
      const view = await visitor.open(callback);
      assert.match(view.html, /id="demo-error">expired</);
    }
  });

  it('keep two tabs apart', async () => {
    const browser = new Browser(house.origin);
    const [one, two] = [await toLogin(browser, 'university'), await toLogin(browser, 'university')];
    for (const tab of [one, two]) {
      const view = await goOn(browser, await browser.open(tab.url), 'galina');
      assert.match(view.html, /Попова/);
    }
  });

  it('sign out here and at the provider', async () => {
    const browser = new Browser(house.origin);
    const cabinet = await logIn(browser, 'university', 'zhanna');
    const confirm = await browser.submit(cabinet, {}, { form: 'demo-sign-out' });
    assert.ok(has(confirm, 'logout-yes'), textOf(confirm));
    const out = await browser.submit(confirm, { logout: 'yes' }, { form: 'logout-yes' });
    assert.equal(new URL(out.url).pathname, '/demo/university/signed-out');
    assert.ok(has(await toLogin(browser, 'university'), 'login'));
  });

  it('ask for the password again when the person wants to sign in again', async () => {
    const browser = new Browser(house.origin);
    const cabinet = await logIn(browser, 'university', 'ilya');
    assert.ok(has(await browser.open(hrefOf(cabinet, 'login-again')), 'login-submit'));
    assert.ok(has(await browser.open(hrefOf(cabinet, 'login-confirmed')), 'tier-upgrade'));
  });

  it('end their session when the person signs out elsewhere', async () => {
    const browser = new Browser(house.origin);
    await logIn(browser, 'university', 'ksenia');
    const account = await browser.open('/account');
    await browser.submit(account, {}, { form: 'sign-out' });
    for (let i = 0; i < 100; i++) {
      await house.services.outbox.deliverDue();
      if (has(await browser.open('/demo/university'), 'login-with-esia')) return;
      await sleep(50);
    }
    assert.fail('the demo did not hear of it');
  });

  it('believe no logout token but the provider’s', async () => {
    for (const body of [new URLSearchParams({ logout_token: 'e30.e30.e30' }), new URLSearchParams()]) {
      const address = `${house.origin}/demo/broker/backchannel-logout`;
      assert.equal((await fetch(address, { method: 'POST', body })).status, 400);
    }
  });

  it('have documents and a page of their own', async () => {
    const browser = new Browser(house.origin);
    for (const site of ['university', 'broker']) {
      for (const page of ['', '/privacy', '/terms']) {
        const view = await browser.open(`/demo/${site}${page}`);
        assert.equal(view.status, 200);
        assert.doesNotMatch(view.html, /<style|\sstyle=|\son[a-z]+="/);
        assert.equal(view.html.split('<h1>').length, 2);
      }
    }
  });

  async function toLogin(browser: Browser, site: string): Promise<View> {
    const start = await browser.open(`/demo/${site}`);
    return browser.open(has(start, 'login-with-esia') ? hrefOf(start, 'login-with-esia') : `/demo/${site}/login`);
  }

  async function logIn(browser: Browser, site: string, id: string): Promise<View> {
    return goOn(browser, await toLogin(browser, site), id);
  }

  async function goOn(browser: Browser, from: View, id: string): Promise<View> {
    const { contacts, password } = loadSandboxPeople().find((person) => person.id === id)!;
    let view = from;
    const login = contacts.phone ?? contacts.email;
    if (has(view, 'login-submit')) view = await browser.submit(view, { login, password }, { form: 'login-submit' });
    if (has(view, 'consent-submit')) view = await browser.submit(view, {}, { form: 'consent-submit' });
    return view;
  }
});
