import assert from 'node:assert/strict';
import * as argon2 from 'argon2';
import { sql } from 'kysely';
import { House } from '#test/support/house.ts';
import { Browser, formIn, has, hrefOf, textOf, type View } from '#test/support/browser.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { anna, boris, settle, type Person } from '#test/support/people.ts';
import { callback, par, silently } from '#test/support/protocol.ts';

describe('signing in for a client', () => {
  let house: House;
  let person: Person;
  let beginner: Person;
  let university: RelyingParty;

  before(async () => {
    house = await House.open();
    person = await settle(house, anna);
    beginner = await settle(house, boris);
    university = await RelyingParty.register(house);
  });
  after(() => house.close());
  beforeEach(async () => {
    // All of these people sit at one address, which has a budget of its own.
    await sql`delete from budgets`.execute(house.services.db);
  });
  afterEach(() => house.clock.reset());

  const begin = async (
    parameters: Record<string, string> = {},
    browser = new Browser(house.origin),
    rp = university,
  ) => {
    const request = await rp.request(parameters);
    return { browser, ...request, page: await browser.open(request.url.href) };
  };
  const type = (browser: Browser, page: View, { login, password }: { login: string; password: string }) =>
    browser.submit(page, { login, password }, { form: 'login-submit' });
  const codeIn = ({ url }: View) => new URL(url).searchParams.get('code');
  const errorIn = ({ url }: View) => new URL(url).searchParams.get('error');

  it('L1, L2: login and password, consent with the values, and tokens that openid-client accepts', async () => {
    const browser = new Browser(house.origin);
    const request = await university.request();
    const page = await browser.open(request.url.href);
    for (const id of ['login', 'password', 'recover-link', 'register-link', 'interaction-abort'])
      assert.ok(has(page, id), `${id}: ${page.status} ${page.url} ${textOf(page)}`);
    const consent = await type(browser, page, { login: ' 8 (900) 000-00-01 ', password: person.password });
    assert.ok(has(consent, 'consent-submit'), textOf(consent));
    assert.match(textOf(consent), /anna@example\.test/);
    const back = await browser.submit(consent, {}, { form: 'consent-submit' });
    assert.match(back.url, /^https:\/\/university\.example\/callback\?code=/);
    const tokens = await university.exchange(back.url, request);
    assert.equal(tokens.claims()!.acr, 'urn:esia:acr:confirmed');
    assert.deepEqual(tokens.claims()!.amr, ['pwd']);
  });

  it('L2: by phone, e-mail or SNILS, however it is written', async () => {
    for (const login of [
      '+79000000001',
      '89000000001',
      '9000000001',
      'ANNA@Example.test',
      '112-233-445 95',
      '11223344595',
    ]) {
      const { browser, page } = await begin();
      assert.ok(codeIn(await type(browser, page, { login, password: person.password })), login);
    }
  });

  it('L3: registration keeps the request alive', async () => {
    const { page } = await begin();
    assert.match(hrefOf(page, 'register-link'), /interaction=/);
    assert.ok(hrefOf(page, 'recover-link').startsWith('/'));
  });

  it('a mistake is said on the same page with 422, the login kept and the password not', async () => {
    const { browser, page } = await begin();
    const view = await type(browser, page, { login: '"><script>alert(1)</script>', password: 'wrong' });
    assert.equal(view.status, 422);
    assert.ok(has(view, 'error-summary'));
    assert.doesNotMatch(view.html, /<script>alert/);
    assert.doesNotMatch(view.html, /value="wrong"/);
    assert.ok(codeIn(await type(browser, view, person)));
  });

  describe('A14: signing in again', () => {
    async function signedIn(who = person, parameters: Record<string, string> = {}) {
      const browser = new Browser(house.origin);
      const { tokens } = await university.signIn(browser, who, parameters);
      return { browser, tokens };
    }

    it('prompt=login asks although signed in; cancel, back and reopening give no code without it', async () => {
      const { browser, tokens } = await signedIn();
      house.clock.advance(5000);
      const again = await begin({ prompt: 'login' }, browser);
      assert.ok(has(again.page, 'login'));
      const { pathname } = new URL(again.page.url);
      const resume = pathname.replace('/interaction/', '/oauth2/auth/');
      assert.ok(!codeIn(await browser.open(resume)));
      const reopened = await begin({ prompt: 'login' }, browser);
      const cancelled = await browser.open(`${new URL(reopened.page.url).pathname}/abort`);
      assert.equal(errorIn(cancelled), 'access_denied');
      const third = await begin({ prompt: 'login' }, browser);
      const end = await type(browser, third.page, person);
      const fresh = await university.exchange(end.url, third);
      assert.ok(Number(fresh.claims()!.auth_time) >= Number(tokens.claims()!.auth_time) + 4);
    });

    it('max_age asks when the sign-in is too old, and not before; auth_time is when the password was typed', async () => {
      const { browser } = await signedIn();
      assert.ok(codeIn((await begin({ max_age: '60' }, browser)).page));
      house.clock.advance(61_000);
      assert.equal((await silently(university, browser, { max_age: '60' })).params.get('error'), 'login_required');
      const old = await begin({ max_age: '60', prompt: 'consent' }, browser);
      assert.ok(has(old.page, 'login'));
      const typedAt = Math.floor(Date.now() / 1000);
      const consent = await type(browser, old.page, person);
      house.clock.advance(30_000);
      const end = await browser.submit(consent, {}, { form: 'consent-submit' });
      const tokens = await university.exchange(end.url, old);
      assert.ok(Math.abs(Number(tokens.claims()!.auth_time) - typedAt) <= 2);
    });

    it('another person may sign in instead, and the first is out', async () => {
      const { browser } = await signedIn();
      const again = await begin({ prompt: 'login', scope: 'openid' }, browser);
      let view = await type(browser, again.page, beginner);
      // The library ends the first session by a page that posts itself; without script, by a button.
      if (/logout\/confirm/.test(view.html)) view = await browser.submit(view);
      if (has(view, 'consent-submit')) view = await browser.submit(view, {}, { form: 'consent-submit' });
      const tokens = await university.exchange(view.url, again);
      const { tokens: own } = await university.signIn(new Browser(house.origin), beginner, { scope: 'openid' });
      assert.equal(tokens.claims()!.sub, own.claims()!.sub);
      assert.match(textOf(await browser.open('/account')), /Иванов/);
    });

    it('a hint about another person: login_required in silence, the login page otherwise', async () => {
      const { tokens } = await signedIn(beginner, { scope: 'openid' });
      const { browser } = await signedIn();
      const hint = { id_token_hint: tokens.id_token! };
      assert.equal((await silently(university, browser, hint)).params.get('error'), 'login_required');
      assert.ok(has((await begin(hint, browser)).page, 'login'));
      const own = { id_token_hint: (await signedIn()).tokens.id_token! };
      assert.ok((await silently(university, browser, own)).params.get('code'));
    });

    it('a hint that was changed is refused', async () => {
      const { browser, tokens } = await signedIn();
      const [head, , signature] = tokens.id_token!.split('.');
      const body = Buffer.from(JSON.stringify({ sub: 'x', aud: university.clientId, iss: house.origin }));
      const id_token_hint = `${head}.${body.toString('base64url')}.${signature}`;
      assert.equal((await silently(university, browser, { id_token_hint })).params.get('error'), 'invalid_request');
    });
  });

  describe('A14, R3: tiers', () => {
    const essential = (...values: string[]) => ({
      claims: JSON.stringify({ id_token: { acr: { essential: true, values } } }),
    });
    const CONFIRMED = 'urn:esia:acr:confirmed';

    const asBeginner = async (parameters: Record<string, string>, rp = university) => {
      const opened = await begin({ scope: 'openid', ...parameters }, new Browser(house.origin), rp);
      return { ...opened, view: await type(opened.browser, opened.page, beginner) };
    };

    it('an essential acr above the tier leads to the upgrade page, and "later" back with the error', async () => {
      const { browser, view } = await asBeginner(essential(CONFIRMED));
      assert.ok(has(view, 'tier-upgrade') && has(view, 'tier-later'), textOf(view));
      const back = await browser.open(hrefOf(view, 'tier-later'));
      assert.equal(errorIn(back), 'unmet_authentication_requirements');
      assert.ok(new URL(back.url).searchParams.get('iss'));
      const silent = await silently(university, browser, { scope: 'openid', ...essential(CONFIRMED) });
      assert.equal(silent.params.get('error'), 'unmet_authentication_requirements');
    });

    it('an essential acr that offers a lower one as well is met', async () => {
      const { view } = await asBeginner(essential(CONFIRMED, 'urn:esia:acr:simplified'));
      assert.ok(!has(view, 'tier-upgrade'));
    });

    it('acr_values are voluntary: the page, then on with the lower one, which the token says', async () => {
      const { browser, view, ...request } = await asBeginner({ acr_values: CONFIRMED });
      assert.ok(has(view, 'tier-upgrade'));
      let end = await browser.open(hrefOf(view, 'tier-later'));
      if (has(end, 'consent-submit')) end = await browser.submit(end, {}, { form: 'consent-submit' });
      const tokens = await university.exchange(end.url, request);
      assert.equal(tokens.claims()!.acr, 'urn:esia:acr:simplified');
      const silent = await silently(university, browser, { scope: 'openid', acr_values: CONFIRMED });
      assert.ok(silent.params.get('code'), silent.view.url);
    });

    it("a client's minimum tier holds whatever the request says", async () => {
      const strict = await RelyingParty.register(house, { minimum_tier: 'confirmed' });
      const { browser, view } = await asBeginner({ acr_values: 'urn:esia:acr:simplified' }, strict);
      assert.ok(has(view, 'tier-upgrade'));
      assert.equal(errorIn(await browser.open(hrefOf(view, 'tier-later'))), 'unmet_authentication_requirements');
      assert.equal((await silently(strict, browser)).params.get('error'), 'unmet_authentication_requirements');
      const { code } = await callback(strict, new Browser(house.origin), person);
      assert.ok(code);
    });

    it('methods that a client refuses do not count for it', async () => {
      const wary = await RelyingParty.register(house, { minimum_tier: 'confirmed', refused_methods: ['in_person'] });
      const { browser, page } = await begin({}, new Browser(house.origin), wary);
      assert.ok(has(await type(browser, page, person), 'tier-upgrade'));
      const lax = await RelyingParty.register(house, { refused_methods: ['in_person'] });
      const { tokens } = await lax.signIn(new Browser(house.origin), person);
      assert.equal(tokens.claims()!.acr, 'urn:esia:acr:standard');
    });
  });

  describe('R6: new terms', () => {
    it('are asked for once, before anything goes to the client', async () => {
      const { db } = house.services;
      await sql`update agreements set version = 'old' where account_id = ${person.id}`.execute(db);
      const { browser, page } = await begin();
      assert.equal((await silently(university, browser)).params.get('error'), 'login_required');
      const terms = await type(browser, page, person);
      assert.ok(has(terms, 'agree') && !codeIn(terms), textOf(terms));
      const refused = await browser.submit(terms, {}, { form: 'agree' });
      assert.equal(refused.status, 422);
      assert.ok(codeIn(await browser.submit(refused, { agree: 'on' }, { form: 'agree' })));
      assert.ok((await silently(university, browser)).params.get('code'));
    });
  });

  describe('B9: several tabs and the back button', () => {
    it('a second tab of the same client goes on by itself after the first signed in', async () => {
      const browser = new Browser(house.origin);
      const [one, two] = [await begin({}, browser), await begin({}, browser)];
      const first = await type(browser, one.page, person);
      await university.exchange(first.url, one);
      const opened = await browser.open(new URL(two.page.url).pathname);
      await university.exchange(opened.url, two);
    });

    it('typing into a second tab after the first signed in works as well', async () => {
      const browser = new Browser(house.origin);
      const [one, two] = [await begin({}, browser), await begin({}, browser)];
      await type(browser, one.page, person);
      const second = await type(browser, two.page, person);
      await university.exchange(second.url, two);
    });

    it('consent waiting in two tabs at once: both finish', async () => {
      const rp = await RelyingParty.register(house);
      const browser = new Browser(house.origin);
      await university.signIn(browser, person);
      const tabs = [await begin({}, browser, rp), await begin({}, browser, rp)];
      for (const { page } of tabs) assert.ok(has(page, 'consent-submit'));
      const ends = await Promise.all(tabs.map(({ page }) => browser.submit(page, {}, { form: 'consent-submit' })));
      for (const [i, end] of ends.entries()) await rp.exchange(end.url, tabs[i]!);
    });

    it('sign-in pages of five clients open at once, submitted one after the other', async () => {
      const browser = new Browser(house.origin);
      const rps = await par(5, (i) => RelyingParty.register(house, { redirect_uris: [`https://t${i}.example/cb`] }));
      const tabs = await Promise.all(rps.map((rp) => begin({}, browser, rp)));
      for (const [i, tab] of tabs.entries()) {
        let view = await type(browser, tab.page, person);
        if (has(view, 'consent-submit')) view = await browser.submit(view, {}, { form: 'consent-submit' });
        assert.ok(codeIn(view), `tab ${i}: ${view.status} ${view.url} ${textOf(view).slice(0, 200)}`);
      }
    });

    it('back after the end, and a form sent twice, lead to the way on to the client', async () => {
      const { browser, page } = await begin();
      await type(browser, page, person);
      for (const view of [await browser.open(new URL(page.url).pathname), await type(browser, page, person)]) {
        assert.equal(view.status, 400);
        assert.match(hrefOf(view, 'way-on'), /^https:\/\/university\.example/);
        assert.match(textOf(view), /University/);
      }
    });

    it('a request left open for more than an hour offers the way on as well', async () => {
      const { browser, page } = await begin();
      house.clock.advance(61 * 60_000);
      const late = await type(browser, page, person);
      assert.equal(late.status, 400);
      assert.match(hrefOf(late, 'way-on'), /^https:\/\/university\.example/);
    });

    it('a remembered client that was forged leads home', async () => {
      const browser = new Browser(house.origin);
      const evil = Buffer.from(JSON.stringify({ name: 'x', uri: 'https://evil.example' })).toString('base64url');
      browser.setCookie('last_client', evil);
      browser.setCookie('last_client.sig', 'x'.repeat(27));
      const view = await browser.open('/interaction/unknown');
      assert.equal(hrefOf(view, 'way-on'), '/');
    });
  });

  describe('language and hints', () => {
    it('ui_locales choose the language, login_hint fills the login in', async () => {
      const browser = new Browser(house.origin);
      browser.headers['accept-language'] = 'en';
      const { page } = await begin({ ui_locales: 'xx kk-KZ ru', login_hint: 'anna@example.test' }, browser);
      assert.match(page.html, /<html lang="kk"/);
      assert.equal(page.headers.get('content-language'), 'kk');
      assert.equal(formIn(page, 'login-submit').fields.login, 'anna@example.test');
    });

    it('a choice on the page is stronger, for this and later visits', async () => {
      const browser = new Browser(house.origin);
      const { page } = await begin({ ui_locales: 'kk' }, browser);
      assert.ok(has(page, 'language'));
      const body = new URLSearchParams({
        csrf: formIn(page, 'login-submit').fields.csrf!,
        language: 'hy',
        return_to: new URL(page.url).pathname,
      });
      const answer = await browser.request('POST', '/language', body);
      assert.equal(answer.headers.get('location'), new URL(page.url).pathname);
      assert.match((await browser.open(new URL(page.url).pathname)).html, /<html lang="hy"/);
      assert.match((await browser.open('/')).html, /<html lang="hy"/);
    });

    it('the language form leads nowhere else', async () => {
      const browser = new Browser(house.origin);
      const { page } = await begin({}, browser);
      const { csrf } = formIn(page, 'login-submit').fields;
      for (const to of [
        '//evil.example',
        'https://evil.example',
        '/\\evil.example',
        '/\t/evil.example',
        'javascript:alert(1)',
      ]) {
        const body = new URLSearchParams({ csrf: csrf!, language: 'ru', return_to: to });
        assert.equal((await browser.request('POST', '/language', body)).headers.get('location'), '/', to);
      }
    });
  });

  describe('sandbox_person', () => {
    it('signs that person in and consents without a page', async () => {
      const sandbox = house.services.sandbox!;
      await sandbox.people.settle();
      const { id } = sandbox.people.list[0]!;
      const { page, ...request } = await begin({ sandbox_person: id });
      const tokens = await university.exchange(page.url, request);
      assert.ok(tokens.claims()!.sub);
      const nobody = await begin({ sandbox_person: 'nobody' });
      assert.ok(has(nobody.page, 'login'));
    });
  });

  describe('C5: what a guesser learns', () => {
    const logins = {
      unknown: ['+79990000000', 'nobody@example.test', '123-456-789 64', 'not a login'],
      known: ['+79000000001', 'anna@example.test', '112-233-445 95'],
    };

    const answer = async (login: string, password = 'Wrong-Password-1') => {
      const { hasher } = house.services;
      const { browser, page } = await begin();
      const [hashesBefore, cookiesBefore] = [hasher.hashes, browser.setCookies.length];
      const view = await type(browser, page, { login, password });
      const { pathname } = new URL(page.url);
      return {
        status: view.status,
        headers: [...view.headers]
          .filter(([name]) => !['date', 'x-request-id', 'set-cookie', 'etag', 'content-length'].includes(name))
          .map(([name, value]) => [name, value.replaceAll(pathname, '')]),
        body: view.html
          .replaceAll(pathname.split('/').at(-1)!, 'ID')
          .replaceAll(/name="csrf" value="[^"]*"/g, '')
          .replace(/(id="login"[^>]*?|value="[^"]*"[^>]*?)value="[^"]*"/, '$1')
          .replaceAll(login.replaceAll('"', '&#34;'), 'LOGIN'),
        cookies: browser.setCookies.slice(cookiesBefore).map((line) => line.split('=')[0]),
        hashes: hasher.hashes - hashesBefore,
      };
    };

    before(async () => {
      // A first wrong guess makes the hash that unknown logins are compared with.
      await answer('warm-up@example.test');
    });
    it('unknown, wrong and blocked get one answer, for the same work', async () => {
      const expected = await answer(logins.unknown[0]!);
      assert.equal(expected.status, 422);
      assert.equal(expected.hashes, 1);
      for (const login of [...logins.unknown, ...logins.known]) assert.deepEqual(await answer(login), expected, login);
      await sql`delete from budgets`.execute(house.services.db);
      await sql`update accounts set status = 'blocked' where id = ${person.id}`.execute(house.services.db);
      for (const login of logins.known) {
        await sql`delete from budgets`.execute(house.services.db);
        assert.deepEqual(await answer(login), expected, login);
        assert.deepEqual(await answer(login, person.password), expected, login);
      }
      await sql`update accounts set status = 'active' where id = ${person.id}`.execute(house.services.db);
    });

    it('after five guesses the right password is refused with the same answer, and taken after the window', async () => {
      const expected = { ...(await answer(logins.unknown[1]!)), hashes: 0 };
      for (let i = 0; i < 5; i++) await answer(logins.known[i % 3]!);
      assert.deepEqual({ ...(await answer(logins.known[0]!, person.password)), hashes: 0 }, expected);
      for (let i = 0; i < 5; i++) await answer('other@example.test');
      assert.deepEqual({ ...(await answer('other@example.test')), hashes: 0 }, expected);
      house.clock.advance(15 * 60_000 + 1000);
      const { browser, page } = await begin();
      assert.ok(codeIn(await type(browser, page, person)));
    });

    it('twenty guesses a minute from one address, whomever they are for', async () => {
      const expected = { ...(await answer('first@example.test')), hashes: 0 };
      for (let i = 1; i < 20; i++) await answer(`guess${i}@example.test`);
      const { hasher } = house.services;
      const before = hasher.hashes;
      assert.deepEqual({ ...(await answer('guess99@example.test')), hashes: 0 }, expected);
      assert.deepEqual({ ...(await answer(logins.known[0]!, person.password)), hashes: 0 }, expected);
      assert.ok(hasher.hashes - before <= 2);
      house.clock.advance(61_000);
      const { browser, page } = await begin();
      assert.ok(codeIn(await type(browser, page, person)));
    });
  });

  it('C6: a hash made with less is renewed once by five sign-ins at once', async () => {
    const { db, config } = house.services;
    const { argon2MemoryKiB: memory, argon2Passes: passes } = config.passwords;
    const old = await argon2.hash(person.password, {
      type: argon2.argon2id,
      memoryCost: memory / 2,
      timeCost: 1,
      parallelism: 1,
    });
    await sql`update passwords set hash = ${old} where account_id = ${person.id}`.execute(db);
    const ends = await par(5, async () => {
      const { browser, page } = await begin();
      return type(browser, page, person);
    });
    for (const end of ends) assert.ok(codeIn(end), textOf(end));
    const { rows } = await sql<{ hash: string }>`select hash from passwords where account_id = ${person.id}`.execute(
      db,
    );
    assert.match(rows[0]!.hash, new RegExp(`^\\$argon2id\\$v=19\\$m=${memory},(t=${passes},p=1|p=1,t=${passes})\\$`));
    const audit = await sql`select from audit_events where event = 'password_rehashed'`.execute(db);
    assert.equal(audit.rows.length, 1);
  });
});

describe('M1: a rush of sign-ins', () => {
  let house: House;

  before(async () => {
    house = await House.open({ settings: { passwords: { queueLength: 10, guessesPerAddressPerMinute: 1000 } } });
  });
  after(() => house.close());

  it('sixty at once: some wait, the rest is told at once to come back, and other work goes on', async () => {
    const person = await settle(house, anna);
    const rp = await RelyingParty.register(house);
    const opened = await par(60, async () => {
      const browser = new Browser(house.origin);
      return { browser, page: await browser.open((await rp.request()).url.href) };
    });
    const sent = opened.map(({ browser, page }, i) =>
      browser.submit(page, { login: `guest${i}@example.test`, password: person.password }, { form: 'login-submit' }),
    );
    const startedAt = performance.now();
    assert.equal((await fetch(`${house.origin}/.well-known/jwks.json`)).status, 200);
    assert.ok(performance.now() - startedAt < 2000);
    const views = await Promise.all(sent);
    const busy = views.filter(({ status }) => status === 503);
    assert.ok(busy.length > 0 && busy.length < 60, `${busy.length} of 60 were sent away`);
    for (const view of views) assert.ok([422, 503].includes(view.status));
    for (const view of busy) {
      assert.ok(Number(view.headers.get('retry-after')) > 0);
      assert.ok(has(view, 'op-reference'));
    }
    assert.equal(house.services.hasher.queueLength, 0);
  });
});
