import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { Browser, has, hrefOf, textOf } from '#test/support/browser.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { settle, type Person } from '#test/support/people.ts';
import { silently } from '#test/support/protocol.ts';
import { manyMessages, otherThan, Registrant } from '#test/support/registering.ts';
import {
  appCode,
  backupCodes,
  claimsAfter,
  codeTo,
  enrol,
  enterCode,
  passPassword,
} from '#test/support/second-factor.ts';

const MINUTE = 60_000;

describe('L14, L15: a second factor at every sign-in', () => {
  let house: House;
  let university: RelyingParty;
  let next = 0;

  before(async () => {
    house = await House.open({ instances: 2, settings: { codes: manyMessages } });
    university = await RelyingParty.register(house);
  });
  after(() => house.close());

  async function somebody(...kinds: ('sms' | 'totp')[]): Promise<Person & { phone: string }> {
    const n = String(next++).padStart(3, '0');
    const phone = `+79000010${n}`;
    const email = `second${n}@example.test`;
    const person = await settle(house, {
      contacts: [
        { kind: 'phone', value: phone },
        { kind: 'email', value: email },
      ],
    });
    if (kinds.length > 0) await enrol(house, person, ...kinds);
    return { ...person, phone };
  }

  it('asks for the code sent to the verified phone, on a page of its own, and says how it was', async () => {
    const person = await somebody('sms');
    const browser = new Browser(house.origin);
    const { view, request } = await passPassword(university, browser, person);
    assert.match(view.url, /\/interaction\/[\w-]+\/second-factor/);
    for (const id of ['code', 'code-submit', 'resend', 'choose-factor-link', 'interaction-abort'])
      assert.ok(has(view, id), id);
    assert.doesNotMatch(view.html, new RegExp(person.phone.slice(1)), 'the number is masked');
    const message = (await house.messages(person.phone))[0]!;
    assert.match(message.text, /University/);
    assert.match(message.text, /@localhost #\d{6}$/);
    assert.ok(!view.html.includes(message.code!), 'D6: the code is not on the page');
    const claims = await claimsAfter(university, browser, await enterCode(browser, view, message.code!), request);
    assert.deepEqual([claims.acr, claims.amr], ['urn:esia:acr:simplified:mfa', ['pwd', 'sms', 'mfa']]);
  });

  it('asks for the code of an authenticator app, and a used time step is never right again', async () => {
    const person = await somebody('totp');
    const [one, two] = [new Browser(house.origin), new Browser(house.origin)];
    const first = await passPassword(university, one, person);
    const second = await passPassword(university, two, person);
    const code = appCode();
    const claims = await claimsAfter(university, one, await enterCode(one, first.view, code), first.request);
    assert.deepEqual([claims.acr, claims.amr], ['urn:esia:acr:simplified:mfa', ['pwd', 'otp', 'mfa']]);
    const replayed = await enterCode(two, second.view, code);
    assert.equal(replayed.status, 422);
    assert.ok(has(replayed, 'code-error'));
    const earlier = await enterCode(two, replayed, appCode(undefined, -1));
    assert.equal(earlier.status, 422, 'nor an earlier step');
    const later = await enterCode(two, earlier, appCode(undefined, 1));
    assert.ok(has(later, 'consent-submit') || /code=/.test(later.url), textOf(later));
  });

  it('refuses an app whose clock is far off', async () => {
    const person = await somebody('totp');
    const browser = new Browser(house.origin);
    const { view } = await passPassword(university, browser, person);
    assert.equal((await enterCode(browser, view, appCode(undefined, 3))).status, 422);
    assert.equal((await enterCode(browser, view, appCode(undefined, -3))).status, 422);
  });

  it('takes a backup code when the phone is lost, in any spelling, once', async () => {
    const person = await somebody('sms');
    const codes = await backupCodes(house, person);
    assert.equal(new Set(codes).size, 10);
    const browser = new Browser(house.origin);
    const { view, request } = await passPassword(university, browser, person);
    const choice = await browser.open(hrefOf(view, 'choose-factor-link'));
    assert.ok(has(choice, 'choose-sms') && has(choice, 'recover-link'));
    const page = await browser.open(hrefOf(choice, 'choose-backup_code'));
    const done = await enterCode(browser, page, ` ${codes[0]!.toUpperCase()} `);
    assert.deepEqual((await claimsAfter(university, browser, done, request)).amr, ['pwd', 'otp', 'mfa']);
    const other = new Browser(house.origin);
    const again = await passPassword(university, other, person);
    const form = await other.open(
      hrefOf(await other.open(hrefOf(again.view, 'choose-factor-link')), 'choose-backup_code'),
    );
    assert.equal((await enterCode(other, form, codes[0]!)).status, 422);
  });

  it('D1: a code lives five minutes from issue; asking again makes the earlier one useless', async () => {
    const person = await somebody('sms');
    const browser = new Browser(house.origin);
    const { view } = await passPassword(university, browser, person);
    const first = await codeTo(house, person.phone);
    house.clock.advance(4 * MINUTE);
    const resent = await browser.submit(view, {}, { form: 'resend' });
    const second = await codeTo(house, person.phone);
    if (first !== second) assert.equal((await enterCode(browser, resent, first)).status, 422, 'D9');
    house.clock.advance(4 * MINUTE + 59_000);
    const done = await enterCode(browser, resent, second);
    assert.ok(has(done, 'consent-submit'), textOf(done));

    const other = new Browser(house.origin);
    const late = await passPassword(university, other, person);
    const third = await codeTo(house, person.phone);
    house.clock.advance(5 * MINUTE);
    assert.equal((await enterCode(other, late.view, third)).status, 422);
    house.clock.reset();
  });

  it('D3: five wrong codes end the code, the right one included; a new one works', async () => {
    const person = await somebody('sms');
    const browser = new Browser(house.origin);
    const { view } = await passPassword(university, browser, person);
    const code = await codeTo(house, person.phone);
    for (let i = 1; i <= 5; i++) assert.equal((await enterCode(browser, view, otherThan(code, i))).status, 422);
    assert.equal((await enterCode(browser, view, code)).status, 422);
    const resent = await browser.submit(view, {}, { form: 'resend' });
    const done = await enterCode(browser, resent, await codeTo(house, person.phone));
    assert.ok(has(done, 'consent-submit'), textOf(done));
  });

  it('D4: ten wrong codes a day stop the codes, tell the owner by e-mail, and leave other factors alone', async () => {
    const person = await somebody('sms', 'totp');
    const browser = new Browser(house.origin);
    let { view } = await passPassword(university, browser, person);
    for (let round = 0; round < 3; round++) {
      const code = await codeTo(house, person.phone);
      for (let i = 1; i <= 5; i++) view = await enterCode(browser, view, otherThan(code, i));
      view = await browser.submit(view, {}, { form: 'resend' });
    }
    const [owner] = await house.services.accounts
      .contacts(person.id)
      .then((all) => all.filter(({ kind }) => kind === 'email'));
    const told = await house.messages(owner!.value);
    assert.equal(told.filter(({ subject }) => /SMS/.test(subject ?? '')).length, 1);
    const app = await browser.open(hrefOf(await browser.open(hrefOf(view, 'choose-factor-link')), 'choose-totp'));
    assert.ok(has(await enterCode(browser, app, appCode()), 'consent-submit'));
  });

  it('a half signed-in browser is signed out: no account, no silent sign-in, no session', async () => {
    const person = await somebody('sms');
    const browser = new Browser(house.origin);
    const { view } = await passPassword(university, browser, person);
    assert.ok(has(view, 'code'));
    assert.ok(has(await browser.open('/account'), 'login-submit'));
    assert.equal((await silently(university, browser)).params.get('error'), 'login_required');
    assert.deepEqual(await house.services.sessions.list(person.id), []);
  });

  it('B3: the passed password is worth nothing in another browser, another request, or after ten minutes', async () => {
    const person = await somebody('totp');
    const browser = new Browser(house.origin);
    const { view } = await passPassword(university, browser, person);
    const stranger = await new Browser(house.origin).open(view.url);
    assert.equal(stranger.status, 400);

    const { view: own } = await passPassword(university, browser, person);
    const other = await university.request();
    const login = await browser.open(other.url.href);
    const path = `${new URL(login.url).pathname}/second-factor`;
    const pending = browser.cookie('second_factor')!;
    browser.setCookie('second_factor', pending, new URL(login.url).pathname);
    assert.ok(has(await browser.open(path), 'login-submit'), 'led back to the password');

    house.clock.advance(10 * MINUTE);
    assert.ok(has(await enterCode(browser, own, appCode()), 'login-submit'));
    house.clock.reset();
  });

  it('D5: a code to register does not sign in, nor the other way round', async () => {
    const person = await somebody('sms');
    const browser = new Browser(house.origin);
    const { view } = await passPassword(university, browser, person);
    const signInCode = await codeTo(house, person.phone);
    const phone = '+79000019001';
    const registrant = new Registrant(house, browser);
    const page = await registrant.begin({ phone });
    const registerCode = await codeTo(house, phone);
    if (registerCode === signInCode) return;
    assert.equal((await enterCode(browser, view, registerCode)).status, 422);
    assert.equal((await registrant.enterCode(page, signInCode)).status, 422);
    const elsewhere = new Browser(house.origin);
    const other = await passPassword(university, elsewhere, person);
    assert.equal(
      (await enterCode(browser, view, await codeTo(house, person.phone))).status,
      422,
      'another browser’s code',
    );
    assert.ok(has(await enterCode(elsewhere, other.view, await codeTo(house, person.phone)), 'consent-submit'));
  });

  it('a remembered device is not asked for thirty days, is listed, and can be forgotten', async () => {
    const person = await somebody('totp');
    const browser = new Browser(house.origin);
    const { view, request } = await passPassword(university, browser, person);
    const done = await enterCode(browser, view, appCode(), { 'remember-device': 'yes' });
    await claimsAfter(university, browser, done, request);
    const again = await passPassword(university, browser, person, { prompt: 'login' });
    assert.deepEqual((await claimsAfter(university, browser, again.view, again.request)).amr, ['pwd']);

    const stranger = new Browser(house.origin);
    assert.ok(has((await passPassword(university, stranger, person)).view, 'code'), 'another device is asked');

    const { devices, securitySettings } = house.services;
    const remembered = (await devices.list(person.id)).filter(({ rememberedUntil }) => rememberedUntil);
    assert.equal(remembered.length, 1);
    await securitySettings.forgetDevice(person.id, remembered[0]!.id);
    assert.ok(has((await passPassword(university, browser, person, { prompt: 'login' })).view, 'code'));
  });

  it('a remembered device is remembered for thirty days, and not for a client or request that demands two', async () => {
    const person = await somebody('totp');
    const strict = await RelyingParty.register(house, { require_second_factor: true });
    const browser = new Browser(house.origin);
    const { view, request } = await passPassword(university, browser, person);
    await claimsAfter(
      university,
      browser,
      await enterCode(browser, view, appCode(), { 'remember-device': 'yes' }),
      request,
    );

    house.clock.advance(2 * MINUTE);
    const demanded = await passPassword(strict, browser, person, { prompt: 'login' });
    assert.ok(has(demanded.view, 'code'), textOf(demanded.view));
    assert.ok(!has(demanded.view, 'remember-device'));
    const claims = await claimsAfter(
      strict,
      browser,
      await enterCode(browser, demanded.view, appCode()),
      demanded.request,
    );
    assert.deepEqual([claims.acr, claims.amr], ['urn:esia:acr:simplified:mfa', ['pwd', 'otp', 'mfa']]);

    const essential = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:esia:acr:simplified:mfa' } } });
    const wishes: Record<string, string>[] = [{ claims: essential }, { acr_values: 'urn:esia:acr:simplified:mfa' }];
    for (const wish of wishes) {
      house.clock.advance(2 * MINUTE);
      const wished = await passPassword(university, browser, person, { prompt: 'login', ...wish });
      assert.ok(has(wished.view, 'code'), 'a request for two factors');
      const done = await enterCode(browser, wished.view, appCode());
      assert.equal((await claimsAfter(university, browser, done, wished.request)).acr, 'urn:esia:acr:simplified:mfa');
    }

    house.clock.advance(30 * 24 * 60 * MINUTE);
    assert.ok(has((await passPassword(university, browser, person)).view, 'code'));
    house.clock.reset();
  });
});
