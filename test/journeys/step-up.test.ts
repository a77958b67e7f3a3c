import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { Browser, has, hrefOf, textOf } from '#test/support/browser.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { silently } from '#test/support/protocol.ts';
import { manyMessages } from '#test/support/registering.ts';
import { appCode, claimsAfter, codeTo, enrol, enterCode } from '#test/support/second-factor.ts';

const acr = (level: string) => `urn:esia:acr:${level}`;
const essential = (...values: string[]) => ({
  claims: JSON.stringify({ id_token: { acr: { essential: true, values } } }),
});

describe('a client that demands two factors', () => {
  let house: House;
  let university: RelyingParty;
  let bank: RelyingParty;
  let person: Person;

  beforeEach(async () => {
    house = await House.open({ settings: { codes: manyMessages } });
    university = await RelyingParty.register(house);
    bank = await RelyingParty.register(house, { require_second_factor: true });
    person = await settle(house, anna);
  });
  afterEach(() => house.close());

  /** Signed in with the password alone: the factor is switched on afterwards. */
  async function signedInWithPassword() {
    const browser = new Browser(house.origin);
    const { tokens } = await university.signIn(browser, person);
    await enrol(house, person, 'totp', 'sms');
    return { browser, authTime: tokens.claims()!.auth_time };
  }

  it('gets the second factor added to the session, which does not get younger by it', async () => {
    const { browser, authTime } = await signedInWithPassword();
    house.clock.advance(5 * 60_000);
    const request = await bank.request();
    const page = await browser.open(request.url.href);
    assert.ok(has(page, 'code') && !has(page, 'login'), textOf(page));
    const claims = await claimsAfter(bank, browser, await enterCode(browser, page, appCode()), request);
    assert.deepEqual([claims.acr, claims.amr], [acr('confirmed:mfa'), ['pwd', 'otp', 'mfa']]);
    assert.equal(claims.auth_time, authTime);
    const again = await silently(university, browser);
    assert.ok(again.params.has('code'), 'the same session goes on');
  });

  it('may choose the phone instead; the code is sent when asked for', async () => {
    const { browser } = await signedInWithPassword();
    const request = await bank.request();
    const page = await browser.open(request.url.href);
    const choice = await browser.open(hrefOf(page, 'choose-factor-link'));
    const view = await browser.submit(choice, {}, { form: 'choose-sms' });
    const code = await codeTo(house, '+79000000001');
    assert.deepEqual((await claimsAfter(bank, browser, await enterCode(browser, view, code), request)).amr, [
      'pwd',
      'sms',
      'mfa',
    ]);
  });

  it('asks by essential acr, and is told the value it asked for', async () => {
    const { browser } = await signedInWithPassword();
    const wish = essential(acr('standard:mfa'), acr('simplified:mfa'));
    assert.equal((await silently(university, browser, wish)).params.get('error'), 'unmet_authentication_requirements');
    const request = await university.request(wish);
    const page = await browser.open(request.url.href);
    const claims = await claimsAfter(university, browser, await enterCode(browser, page, appCode()), request);
    assert.equal(claims.acr, acr('standard:mfa'));
    assert.ok((await silently(university, browser, wish)).params.has('code'));
  });

  it('gets unmet_authentication_requirements with prompt=none, and when the person refuses', async () => {
    const { browser } = await signedInWithPassword();
    assert.equal((await silently(bank, browser)).params.get('error'), 'unmet_authentication_requirements');
    const page = await browser.open((await bank.request()).url.href);
    assert.ok(!has(page, 'second-factor-later'));
    const back = await browser.open(hrefOf(page, 'interaction-abort'));
    assert.equal(new URL(back.url).searchParams.get('error'), 'access_denied');
  });

  it('wishes by acr_values, and takes one factor as well', async () => {
    const { browser } = await signedInWithPassword();
    const wish = { acr_values: acr('simplified:mfa') };
    assert.ok((await silently(university, browser, wish)).params.has('code'));
    const request = await university.request(wish);
    const page = await browser.open(request.url.href);
    const done = await browser.submit(page, {}, { form: 'second-factor-later' });
    const claims = await claimsAfter(university, browser, done, request);
    assert.deepEqual([claims.acr, claims.amr], [acr('confirmed'), ['pwd']]);
  });

  it('leads a person without any factor to set one up, and goes on from there', async () => {
    const browser = new Browser(house.origin);
    const request = await bank.request();
    const login = await browser.open(request.url.href);
    const none = await browser.submit(
      login,
      { login: person.login, password: person.password },
      { form: 'login-submit' },
    );
    assert.ok(has(none, 'add-totp') && has(none, 'add-sms'), textOf(none));
    const off = await browser.open(hrefOf(none, 'add-sms'));
    const sent = await browser.submit(off, {}, { form: 'resend' });
    const codes = await enterCode(browser, sent, await codeTo(house, '+79000000001'));
    assert.ok(has(codes, 'backup-codes'), textOf(codes));
    const page = await browser.open(hrefOf(codes, 'continue'));
    assert.ok(has(page, 'choose-factor-link'), textOf(page));
    const asked = await browser.submit(page, {}, { form: 'resend' });
    const done = await enterCode(browser, asked, await codeTo(house, '+79000000001'));
    assert.equal((await claimsAfter(bank, browser, done, request)).acr, acr('confirmed:mfa'));
  });

  it('who refuses to set one up is sent back with the reason', async () => {
    const browser = new Browser(house.origin);
    const login = await browser.open((await bank.request()).url.href);
    const none = await browser.submit(
      login,
      { login: person.login, password: person.password },
      { form: 'login-submit' },
    );
    const back = await browser.submit(none, {}, { form: 'second-factor-later' });
    assert.equal(new URL(back.url).searchParams.get('error'), 'unmet_authentication_requirements');
  });

  it('A14: a session of another person in the browser is not stepped up', async () => {
    const { browser } = await signedInWithPassword();
    const page = await browser.open((await bank.request()).url.href);
    await house.services.sessions.endAll(person.id);
    const refused = await enterCode(browser, page, appCode());
    assert.ok(refused.status === 400 || has(refused, 'login-submit'), `${refused.status} ${refused.url}`);
    assert.equal((await silently(university, browser)).params.get('error'), 'login_required');
  });

  it('discovery names the levels with two factors', async () => {
    const { acr_values_supported: values } = (await (
      await fetch(`${house.origin}/.well-known/openid-configuration`)
    ).json()) as { acr_values_supported: string[] };
    for (const tier of ['simplified', 'standard', 'confirmed']) {
      assert.ok(values.includes(acr(tier)));
      assert.ok(values.includes(acr(`${tier}:mfa`)));
    }
  });
});
