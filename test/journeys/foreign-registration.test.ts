import assert from 'node:assert/strict';
import { languages } from '#src/platform/i18n/translator.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { Browser, has, hrefOf, textOf } from '#test/support/browser.ts';
import { ForeignRegistrant, loginIn, passport } from '#test/support/foreign.ts';
import { House } from '#test/support/house.ts';
import { anna, PASSWORD, settle } from '#test/support/people.ts';
import { manyMessages, roomyRanges } from '#test/support/registering.ts';
import { RelyingParty } from '#test/support/relying-party.ts';

const specimen = ['P<UZBKARIMOVA<<LOLA<<<<<<<<<<<<<<<<<<<<<<<<<', 'FA12345673UZB9803123F3605015<<<<<<<<<<<<<<00'];

describe('registration of a foreign citizen', () => {
  let house: House;
  let number = 0;
  const fresh = () => `lola.${++number}@example.test`;
  /** Another passport for each person. */
  const numbered = () => ({ 'passport-number': String(7_000_000 + number) });

  before(async () => {
    house = await House.open({ settings: { codes: manyMessages, smsGuard: roomyRanges } });
  });
  after(() => house.close());

  it('F2 F3 F4: begins with the language, says why the camera is wanted, and offers two ways', async () => {
    const view = await new Browser(house.origin).open('/foreign');
    assert.ok(view.html.indexOf('id="language"') < view.html.indexOf('<h1>'));
    assert.ok(view.html.includes('class="chooser"'));
    assert.match(textOf(view), /The camera is wanted only/);
    assert.equal(hrefOf(view, 'sign-in-link'), '/account');
    assert.equal(hrefOf(view, 'register-link'), '/foreign/registration');
  });

  it('F21: every step explains in the chosen language how the account will be confirmed', async () => {
    const { translations } = house.services;
    for (const language of languages) {
      const person = new ForeignRegistrant(house);
      person.browser.headers['accept-language'] = language;
      const start = await person.browser.open('/foreign');
      const snils = await person.browser.open('/foreign/registration');
      const passportPage = await person.saySnils();
      const steps = [start, snils, passportPage, await person.sayPassport(passportPage, numbered())];
      const translator = translations.for(language);
      for (const [i, view] of steps.entries()) {
        assert.equal(view.html.split('id="confirming-help"').length, 2, `${language}, step ${i}`);
        for (const part of ['title', 'register', 'submit', 'review', 'confirmed', 'ask'])
          assert.ok(textOf(view).includes(translator.t(`foreign-help.${part}`)), `${language}, step ${i}, ${part}`);
      }
    }
    const words = new Set(languages.map((language) => translations.for(language).t('foreign-help.title')));
    assert.equal(words.size, languages.length);
  });

  it('F6 F7 F9 F19: without SNILS, by passport and e-mail, to an account with its login', async () => {
    const lola = new ForeignRegistrant(house);
    const done = await lola.register('lola@example.test');
    assert.equal(loginIn(done), 'UZBFA123456798');
    assert.ok(has(done, 'review-link'));
    for (const login of ['uzb fa 1234567 98', 'UZBFА123456798']) {
      const browser = new Browser(house.origin);
      const view = await browser.submit(
        await browser.open('/account'),
        { login, password: PASSWORD },
        { form: 'login-submit' },
      );
      assert.match(textOf(view), /KARIMOVA LOLA/, login);
      assert.equal(loginIn(view), 'UZBFA123456798');
    }
  });

  it('F6: SNILS is asked for and its check digits looked at; no is a path of its own', async () => {
    const person = new ForeignRegistrant(house);
    for (const values of [{}, { 'has-snils': 'yes' }, { 'has-snils': 'yes', snils: '112-233-445 96' }]) {
      const view = await person.saySnils(values);
      assert.equal(view.status, 422);
      assert.ok(has(view, 'error-summary'));
    }
    assert.ok(has(await person.saySnils({ 'has-snils': 'yes', snils: '112-233-445 95' }), 'passport-submit'));
    assert.ok(has(await person.saySnils({ 'has-snils': 'no', snils: 'whatever' }), 'passport-submit'));
  });

  it('F7: machine-readable lines fill in the fields; a wrong check digit does not', async () => {
    const person = new ForeignRegistrant(house);
    const page = await person.saySnils();
    const filled = await person.browser.submit(
      page,
      { mrz: specimen.join('\n'), 'mrz-fill': 'yes' },
      { form: 'passport-submit' },
    );
    assert.equal(filled.status, 200, textOf(filled));
    for (const [id, value] of [
      ['passport-number', 'FA1234567'],
      ['last-name', 'KARIMOVA'],
      ['birth-date', '12.03.1998'],
    ])
      assert.match(filled.html, new RegExp(`id="${id}"[^>]*value="${value}"`));
    const wrong = specimen.join('\n').replace('FA12345673', 'FA12345674');
    const refused = await person.browser.submit(
      page,
      { ...passport, mrz: wrong, 'mrz-fill': 'yes' },
      { form: 'passport-submit' },
    );
    assert.equal(refused.status, 422);
    assert.match(textOf(refused), /check digits do not match/);
    assert.match(refused.html, /value="Karimova"/);
  });

  it('F7: what is wrong is named, and what was typed is kept', async () => {
    const person = new ForeignRegistrant(house);
    const page = await person.saySnils();
    for (const [field, value] of [
      ['country', 'RUS'],
      ['country', ''],
      ['passport-number', ''],
      ['passport-series', 'Щ'],
      ['passport-expiry', '01.01.2020'],
      ['last-name', 'Каримова'],
      ['birth-date', '31.02.1990'],
      ['gender', ''],
      ['stay', 'x'],
    ]) {
      const view = await person.sayPassport(page, { [field!]: value! });
      assert.equal(view.status, 422, field);
      assert.match(view.html, new RegExp(`href="#${field}"`), `${field} ${value}`);
      assert.equal(has(view, 'passport-submit'), true);
    }
  });

  it('F8 F5: without the captcha no message is sent; used once', async () => {
    const person = new ForeignRegistrant(house);
    const email = fresh();
    const page = await person.sayPassport(await person.saySnils(), numbered());
    for (const captcha of [undefined, '', 'wrong']) {
      const view = await person.sayEmail(await person.browser.open(page.url), email, { captcha });
      assert.equal(view.status, 422);
    }
    const open = await person.browser.open(page.url);
    assert.ok(has(await person.sayEmail(open, email), 'resend'));
    assert.equal((await person.sayEmail(open, email)).status, 422);
    assert.equal((await house.messages(email)).length, 1);
  });

  it('F9: the link works in another browser; there the password is set', async () => {
    const email = fresh();
    await new ForeignRegistrant(house).begin(email, numbered());
    const elsewhere = new ForeignRegistrant(house);
    assert.match(textOf(await elsewhere.finish(email)), /account/);
    assert.ok(await house.services.accounts.findIdByContact({ kind: 'email', value: email }));
  });

  it('F1 F10: a known address, SNILS or passport looks the same; only the owner is told, and may reset or give other details', async () => {
    const owner = await settle(house, { ...anna, contacts: [{ kind: 'email', value: 'owner@example.test' }] });
    await house.services.db
      .transaction()
      .execute((transaction) =>
        house.services.identities.addDocument(transaction, owner.id, { kind: 'foreign', value: 'KGZAC555' }),
      );
    const plain = await new ForeignRegistrant(house).begin('plain@example.test', {
      ...numbered(),
      'passport-number': '8',
    });
    const expected = shape(textOf(plain), 'plain@example.test');
    const cases: [string, Record<string, string>][] = [
      ['owner@example.test', { 'passport-number': '9' }],
      ['stranger1@example.test', { snils: '112-233-445 95', 'passport-number': '9' }],
      ['stranger2@example.test', { country: 'KGZ', 'passport-series': 'AC', 'passport-number': '555' }],
    ];
    for (const [i, [email, values]] of cases.entries()) {
      const view = await new ForeignRegistrant(house).begin(email, values);
      assert.equal(shape(textOf(view), email), expected, email);
      const told = await house.messages('owner@example.test');
      assert.equal(told.length, i + 1, email);
      if (email !== 'owner@example.test') assert.equal((await house.messages(email)).length, 0, email);
      const known = await new Browser(house.origin).open(told[0]!.links[0]!);
      assert.equal(hrefOf(known, 'reset-link'), '/recover');
      assert.equal(hrefOf(known, 'other-details-link'), '/foreign/registration');
    }
  });

  it('F10: a passport that somebody merely typed locks its owner out of nothing', async () => {
    const values = { 'passport-number': '4040404' };
    const first = await new ForeignRegistrant(house).register(fresh(), values);
    assert.equal(loginIn(first), 'UZBFA404040498');
    const second = await new ForeignRegistrant(house).register(fresh(), values);
    assert.equal(loginIn(second), undefined);
    assert.ok(has(second, 'foreign-login-later'));
  });

  it('F6 f: a draft belongs to its browser; pages out of turn lead back; foreign fields set nothing', async () => {
    const person = new ForeignRegistrant(house);
    const page = await person.saySnils();
    assert.equal((await new Browser(house.origin).open(page.url)).status, 403);
    assert.ok(has(await person.browser.open(page.url.replace('/passport', '/email')), 'passport-submit'));
    assert.equal((await person.browser.open(`/foreign/registration/${'x'.repeat(43)}`)).status, 404);
    const email = fresh();
    const evil = {
      ...numbered(),
      tier: 'confirmed',
      kind: 'admin',
      evidence: 'review',
    };
    await person.sayEmail(await person.sayPassport(page, evil), email, { tier: 'confirmed' });
    await person.finish(email);
    const id = await house.services.accounts.findIdByContact({ kind: 'email', value: email });
    const account = await house.services.accounts.find(id!);
    assert.deepEqual(account!.evidence, []);
    assert.equal(account!.profile.kind, 'foreign');
    assert.equal(account!.profile.citizenship, 'UZB');
  });

  it('F4 F11: begun inside a client’s request it ends there, and the claims say who it is', async () => {
    const university = await RelyingParty.register(house);
    const person = new ForeignRegistrant(house);
    const request = await university.request({ scope: 'openid profile citizenship' });
    const signIn = await person.browser.open(request.url.href);
    const registration = await person.browser.open(hrefOf(signIn, 'register-link'));
    const start = await person.browser.open(hrefOf(registration, 'foreign-link'));
    assert.match(textOf(start), /University asks you to sign in/);
    const email = fresh();
    const done = await person.register(email, numbered(), hrefOf(start, 'register-link'));
    let view = await person.browser.open(hrefOf(done, 'continue'));
    assert.match(textOf(view), /Without a visa/);
    view = await person.browser.submit(view, {}, { form: 'consent-submit' });
    const tokens = await university.exchange(view.url, request);
    const answer = await fetch(`${house.origin}/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const claims = (await answer.json()) as Record<string, unknown>;
    assert.equal(claims.citizenship, 'UZB');
    assert.equal(claims.stay_status, 'visa_free');
    assert.equal(claims.profile_type, 'foreign');
    assert.equal(claims.family_name, 'KARIMOVA');
  });
});

/** Without what was typed and what counts down. */
function shape(text: string, email: string): string {
  return text.replaceAll(email, '').replaceAll(/\d+:\d+/g, '');
}

for (const database of databaseKinds) {
  describe(`two registrations with one passport, ${database}`, () => {
    let house: House;
    before(async function () {
      house = await House.open({ database, instances: 2, settings: { codes: manyMessages } });
    });
    after(() => house?.close());

    it('F3: at the same moment make two accounts, of which one has the login', async () => {
      const people = ['one@example.test', 'two@example.test', 'three@example.test'].map((email) => ({
        email,
        person: new ForeignRegistrant(house),
      }));
      for (const { email, person } of people) await person.begin(email);
      const done = await Promise.all(people.map(({ email, person }) => person.finish(email)));
      assert.deepEqual(done.map(loginIn).filter(Boolean), ['UZBFA123456798']);
      for (const view of done) assert.equal(view.status, 200);
    });
  });
}
