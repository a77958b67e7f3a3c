import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { Browser, has, hrefOf, textOf, type View } from '#test/support/browser.ts';
import { Authenticator, enrolPasskey, optionsOn, passkeyPost, usePasskey, type Twist } from '#test/support/passkeys.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { settle, type Person } from '#test/support/people.ts';
import { manyMessages } from '#test/support/registering.ts';
import { appCode, claimsAfter, codeTo, enrol, enterCode, passPassword } from '#test/support/second-factor.ts';

const MINUTE = 60_000;

describe('L5 to L8: passkeys', () => {
  let house: House;
  let university: RelyingParty;
  let next = 0;

  before(async () => {
    house = await House.open({ instances: 2, settings: { codes: manyMessages } });
    university = await RelyingParty.register(house);
  });
  after(() => house.close());

  async function somebody(): Promise<Person & { email: string }> {
    const n = String(next++).padStart(3, '0');
    const email = `passkey${n}@example.test`;
    const person = await settle(house, {
      contacts: [
        { kind: 'phone', value: `+79000030${n}` },
        { kind: 'email', value: email },
      ],
    });
    return { ...person, email };
  }

  async function signIn(browser: Browser, { login, password }: Person): Promise<View> {
    const page = await browser.open('/account/security');
    return browser.submit(page, { login, password }, { form: 'login-submit' });
  }

  /** Somebody with a passkey, and a browser of theirs that offers it. */
  async function holder() {
    const person = await somebody();
    const browser = new Browser(house.origin);
    await signIn(browser, person);
    const authenticator = new Authenticator(house.origin);
    assert.ok(has(await enrolPasskey(browser, authenticator), 'backup-codes'));
    return { person, browser, authenticator };
  }

  /** A sign-in page in a browser whose session has ended. */
  async function signedOut(browser: Browser, parameters: Record<string, string> = {}) {
    const request = await university.request({ prompt: 'login', ...parameters });
    return { request, view: await browser.open(request.url.href) };
  }

  const reasonOf = async () => {
    const row = await house.services.db
      .selectFrom('audit_events')
      .select('details')
      .where('event', 'in', ['passkey_refused', 'second_factor_failed'])
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    return row.details.reason;
  };

  const notices = async ({ login, email }: { login: string; email: string }, pattern: RegExp) => {
    const counts = [login, email].map(
      async (contact) => (await house.messages(contact)).filter(({ text }) => pattern.test(text)).length,
    );
    return Promise.all(counts);
  };

  it('L5 J3: is added after a fresh sign-in, gives backup codes, and every contact is told', async () => {
    const { person, browser } = await holder();
    assert.deepEqual(await notices(person, /Добавлен ключ доступа/), [1, 1]);
    const page = await browser.open('/account/security');
    assert.match(textOf(page), /Ключ доступа/);
    assert.match(textOf(page), /Здесь сначала предлагаем вход по лицу/, 'L6: the list of devices says so');
    house.clock.advance(21 * MINUTE);
    assert.ok(has(await browser.open('/account/security/passkey'), 'login-submit'), 'stale');
    house.clock.reset();
  });

  it('L6: is offered first in this browser, and stands in for password and second factor', async () => {
    const { browser, authenticator } = await holder();
    const { view, request } = await signedOut(browser);
    assert.ok(has(view, 'passkey-submit') && has(view, 'password'));
    assert.match(view.html, /<form[^>]*data-passkey="get"[^>]*hidden/, 'hidden without script');
    const claims = await claimsAfter(university, browser, await usePasskey(browser, view, authenticator), request);
    assert.deepEqual([claims.acr, claims.amr], ['urn:esia:acr:simplified:mfa', ['hwk', 'user', 'mfa']]);
  });

  it('L6: another browser needs the password once, and offers the passkey afterwards', async () => {
    const { person, authenticator } = await holder();
    const other = new Browser(house.origin);
    const first = await passPassword(university, other, person);
    assert.match(first.view.url, /second-factor\?with=passkey$/);
    const done = await usePasskey(other, first.view, authenticator);
    const { amr } = await claimsAfter(university, other, done, first.request);
    assert.deepEqual(amr, ['pwd', 'hwk', 'user', 'mfa']);
    assert.ok(has((await signedOut(other)).view, 'passkey-submit'));
  });

  it('L6: a browser without that password refuses the passkey in its place', async () => {
    const { person, browser, authenticator } = await holder();
    const stranger = new Browser(house.origin);
    const { view } = await signedOut(stranger);
    assert.ok(!has(view, 'passkey-submit'));
    const ways = await stranger.open(hrefOf(view, 'other-ways-link'));
    assert.ok(has(ways, 'password-link') && !has(ways, 'passkey-submit'));
    // Another account of the same browser offers its own; it opens no other.
    const someone = await somebody();
    await signIn(stranger, someone);
    await enrolPasskey(stranger, new Authenticator(house.origin));
    const offered = (await signedOut(stranger)).view;
    const refused = await usePasskey(stranger, offered, authenticator);
    assert.equal(refused.status, 422);
    assert.match(textOf(refused), /password first/);
    await house.services.db.deleteFrom('devices').where('account_id', '=', person.id).execute();
    assert.ok(!has((await signedOut(browser)).view, 'passkey-submit'), 'a forgotten device');
  });

  it('L8: another method that is switched on is still asked for', async () => {
    const { person, browser, authenticator } = await holder();
    await enrol(house, person, 'totp');
    const { view, request } = await signedOut(browser);
    const asked = await usePasskey(browser, view, authenticator);
    assert.match(asked.url, /second-factor\?with=totp$/);
    assert.ok(!has(await browser.open(hrefOf(asked, 'choose-factor-link')), 'choose-passkey'));
    const { amr } = await claimsAfter(university, browser, await enterCode(browser, asked, appCode()), request);
    assert.deepEqual(amr, ['hwk', 'user', 'mfa', 'otp']);
  });

  it('J1: another origin, port, RP id, frame or challenge is refused, and a challenge is used up by any answer', async () => {
    const { browser, authenticator } = await holder();
    const { host, port } = new URL(house.origin);
    const twists: [string, Twist][] = [
      ['sub-domain', { origin: `http://evil.${host}` }],
      ['port', { origin: `http://localhost:${Number(port) + 1}` }],
      ['RP id', { rpId: 'evil.localhost' }],
      ['frame', { crossOrigin: true }],
      ['made-up challenge', { challenge: 'x'.repeat(43) }],
      ['signature', { signature: Buffer.alloc(64) }],
      ['verification', { verified: false }],
      ['user handle', { userHandle: Buffer.from('somebody').toString('base64url') }],
      ['credential', { id: 'x'.repeat(43) }],
    ];
    for (const [name, twist] of twists) {
      const refused = await usePasskey(browser, (await signedOut(browser)).view, authenticator, twist);
      assert.equal(refused.status, 422, name);
      assert.match(textOf(refused), /That did not work/, name);
    }
    const { view } = await signedOut(browser);
    const { url, body } = passkeyPost(view, authenticator.prove(optionsOn(view), { verified: false }));
    assert.equal((await browser.request('POST', url, body)).status, 422);
    body.set('passkey', authenticator.prove(optionsOn(view)));
    assert.equal((await browser.request('POST', url, body)).status, 422, 'used');
    assert.equal(await reasonOf(), 'challenge');
  });

  it('J1: a challenge of another browser, another purpose, or an hour ago is refused', async () => {
    const { person, browser, authenticator } = await holder();
    const theirs = await holder();
    const foreign = optionsOn((await signedOut(theirs.browser)).view);
    const { view } = await signedOut(browser);
    for (const options of [
      foreign,
      optionsOn((await passPassword(university, browser, person, { prompt: 'login' })).view),
    ]) {
      const { url, body } = passkeyPost(view, authenticator.prove({ ...options, rpId: 'localhost' }));
      assert.equal((await browser.request('POST', url, body)).status, 422);
      assert.equal(await reasonOf(), 'challenge');
    }
    const late = (await signedOut(browser)).view;
    const { url, body } = passkeyPost(late, authenticator.prove(optionsOn(late)));
    house.clock.advance(16 * MINUTE);
    assert.equal((await browser.request('POST', url, body)).status, 422);
    house.clock.reset();
  });

  it('J2: a counter that goes back is refused, and the owner is told', async () => {
    const { person, browser, authenticator } = await holder();
    await usePasskey(browser, (await signedOut(browser)).view, authenticator, { counter: 7 });
    const refused = await usePasskey(browser, (await signedOut(browser)).view, authenticator, { counter: 7 });
    assert.equal(refused.status, 422);
    assert.equal(await reasonOf(), 'counter');
    assert.deepEqual(await notices(person, /возможно, его скопировали/), [1, 1]);
  });

  it("J2: another account's passkey is no second factor, and its credential id cannot be taken over", async () => {
    const victim = await holder();
    const { person, browser, authenticator } = await holder();
    const other = new Browser(house.origin);
    const { view } = await passPassword(university, other, person);
    assert.equal((await usePasskey(other, view, victim.authenticator)).status, 422);
    assert.equal(await reasonOf(), 'unknown');
    await usePasskey(browser, await browser.open('/account/security/passkey'), authenticator);
    const taken = await enrolPasskey(browser, new Authenticator(house.origin), { id: victim.authenticator.id });
    assert.equal(taken.status, 422);
    const { view: page } = await signedOut(victim.browser);
    assert.match((await usePasskey(victim.browser, page, victim.authenticator)).url, /code=|interaction/);
  });

  it('J2: is not added without user verification or with an unknown algorithm', async () => {
    const person = await somebody();
    const browser = new Browser(house.origin);
    await signIn(browser, person);
    for (const twist of [{ verified: false }, { algorithm: -48 }, { algorithm: -36 }, { origin: 'http://evil.test' }]) {
      const refused = await enrolPasskey(browser, new Authenticator(house.origin), twist);
      assert.equal(refused.status, 422, JSON.stringify(twist));
    }
    assert.deepEqual(await house.services.factors.list(person.id), []);
  });

  it('J3: the last one is not removed by accident, and afterwards the password alone is asked for', async () => {
    const { person, browser, authenticator } = await holder();
    const [factor] = await house.services.factors.list(person.id);
    const stepUp = await browser.open(`/account/security/factor/${factor!.id}`);
    const fresh = await usePasskey(browser, stepUp, authenticator);
    const asked = await browser.submit(fresh, {}, { form: 'factor-remove' });
    assert.ok(has(asked, 'confirm-last-error'));
    await browser.submit(asked, { 'confirm-last': 'yes' }, { form: 'factor-remove' });
    assert.deepEqual(await notices(person, /Удал[её]н ключ доступа/), [1, 1]);
    assert.ok(!has((await signedOut(browser)).view, 'passkey-submit'));
  });

  it('J4: the page says the same whoever asks, and names no credential', async () => {
    const { browser } = await holder();
    const { view } = await signedOut(browser, { login_hint: 'nobody@example.test' });
    assert.deepEqual(optionsOn(view).allowCredentials ?? [], []);
  });

  it('J4: a blocked account gets the same answer as any failure', async () => {
    const { person, browser, authenticator } = await holder();
    await house.services.accounts.setStatus(person.id, 'blocked');
    const refused = await usePasskey(browser, (await signedOut(browser)).view, authenticator);
    assert.equal(refused.status, 422);
    assert.match(textOf(refused), /That did not work/);
    assert.equal(await reasonOf(), 'inactive');
  });

  it('a code by SMS stays a way beside the passkey', async () => {
    const { person } = await holder();
    await enrol(house, person, 'sms');
    const other = new Browser(house.origin);
    const { view, request } = await passPassword(university, other, person);
    const choice = await other.open(hrefOf(view, 'choose-factor-link'));
    const sent = await other.submit(choice, {}, { form: 'choose-sms' });
    const done = await enterCode(other, sent, await codeTo(house, person.login));
    assert.deepEqual((await claimsAfter(university, other, done, request)).amr, ['pwd', 'sms', 'mfa']);
  });
});
