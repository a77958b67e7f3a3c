import assert from 'node:assert/strict';
import { Browser, has, hrefOf, textOf } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { anna, boris, PASSWORD, settle, type Person } from '#test/support/people.ts';
import { Forgetful, NEW_PASSWORD } from '#test/support/recovering.ts';
import { manyMessages } from '#test/support/registering.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { appCode, backupCodes, codeTo, enrol } from '#test/support/second-factor.ts';

const generous = { lookUpsPerBrowser: 1000, lookUpsPerAddress: 1000, startsPerAddress: 1000 };

describe('the way back into an account', () => {
  let house: House;
  let rp: RelyingParty;
  let next = 100;

  before(async () => {
    house = await House.open({ settings: { codes: manyMessages, recovery: generous } });
    rp = await RelyingParty.register(house);
  });
  after(() => house.close());

  const phoneOf = () => `+7900000${String(next++).padStart(4, '0')}`;
  async function simplified() {
    const phone = phoneOf();
    return { phone, ...(await settle(house, { ...boris, contacts: [{ kind: 'phone', value: phone }] })) };
  }
  async function confirmed(more: Partial<typeof anna> = {}) {
    const [phone, email] = [phoneOf(), `anna${next}@example.test`];
    const contacts = [
      { kind: 'email', value: email },
      { kind: 'phone', value: phone },
    ] as const;
    const documents = { rf_passport: `45101${next++}`.padEnd(10, '7'), inn: '' };
    const snils = snilsOf(next++);
    const person = await settle(house, {
      ...anna,
      contacts: [...contacts],
      documents: { rf_passport: documents.rf_passport, snils },
      ...more,
    });
    return { ...person, phone, email, passport: documents.rf_passport, snils };
  }
  const check = (person: Person & { phone: string }, password: string) =>
    house.services.credentials.check({ login: person.phone, password, address: '192.0.2.7' });

  it('P10, P14, P26: a simplified account by the code to its phone', async () => {
    const person = await simplified();
    const forgetful = new Forgetful(house);
    const page = await forgetful.provePhone(person.phone);
    const end = await forgetful.choosePassword(page);
    assert.ok(has(end, 'login-submit'), `${end.url} ${textOf(end)}`);
    assert.match(end.html, new RegExp(`value="${person.phone.replace('+', '\\+')}"`), 'the login is filled in');
    assert.match(textOf(end), /new password is saved/);
    assert.match(textOf(end), /password manager, or on paper in a safe place[\s\S]*change it at once/);
    assert.equal(await check(person, NEW_PASSWORD), person.id);
    assert.equal(await check(person, PASSWORD), undefined);
  });

  it('P12: a confirmed account also asks for a document number', async () => {
    const person = await confirmed();
    const forgetful = new Forgetful(house);
    const page = await forgetful.provePhone(person.phone);
    assert.ok(has(page, 'document-number'), textOf(page));
    const wrong = await forgetful.giveDocument(page, '4510999999');
    assert.equal(wrong.status, 422);
    await forgetful.choosePassword(await forgetful.giveDocument(wrong, person.snils));
    assert.equal(await check(person, NEW_PASSWORD), person.id);
  });

  it('P12: the number may stand on the first page', async () => {
    const person = await confirmed();
    const forgetful = new Forgetful(house);
    const values = { contact: person.phone, 'document-number': person.passport };
    await forgetful.choosePassword(await forgetful.provePhone(person.phone, values));
    assert.equal(await check(person, NEW_PASSWORD), person.id);
  });

  for (const way of ['passport', 'snils'] as const)
    it(`P15, P16: by ${way}, and the code comes to the linked phone`, async () => {
      const person = await confirmed();
      const forgetful = new Forgetful(house);
      const values = { 'recover-by': way, 'document-number': person[way] };
      await forgetful.choosePassword(await forgetful.provePhone(person.phone, values));
      assert.equal(await check(person, NEW_PASSWORD), person.id);
    });

  it('P10: by the link in a letter, which goes on where it is opened', async () => {
    const person = await confirmed();
    const [here, there] = [new Forgetful(house), new Forgetful(house)];
    const waiting = await here.find({ contact: person.email });
    assert.ok(!has(waiting, 'code'), 'no code is asked for');
    const page = await there.pressLink(person.email);
    assert.ok(has(page, 'document-number'), textOf(page));
    assert.match(textOf(await here.browser.open(waiting.url)), /another browser/);
    await there.choosePassword(await there.giveDocument(page, person.passport));
    assert.equal(await check(person, NEW_PASSWORD), person.id);
  });

  it('P16: by document to an account without a phone, the letter has the link', async () => {
    const email = `nophone${next++}@example.test`;
    const snils = snilsOf(next++);
    const documents = { rf_passport: '4510222333', snils };
    const person = await settle(house, { ...anna, contacts: [{ kind: 'email', value: email }], documents });
    const forgetful = new Forgetful(house);
    const page = await forgetful.find({ 'recover-by': 'snils', 'document-number': snils });
    assert.ok(has(page, 'code-submit') && has(page, 'send-letter'), 'the same page as for everybody');
    await forgetful.choosePassword(await forgetful.pressLink(email));
    assert.equal(
      await house.services.credentials.check({ login: email, password: NEW_PASSWORD, address: '' }),
      person.id,
    );
  });

  it('F20: a foreign citizen gives the parts, or the whole login in Cyrillic letters', async () => {
    for (const values of [
      { 'foreign-country': 'uzb', 'foreign-series': 'АВ', 'foreign-number': '1234567', 'birth-year': '1990' },
      { 'document-number': 'UZB АВ 1234567 90' },
    ]) {
      const person = await simplified();
      const { db, accounts } = house.services;
      await db.deleteFrom('account_logins').execute();
      await accounts.claimForeignLogin(db, person.id, 'UZBAB123456790');
      const forgetful = new Forgetful(house);
      await forgetful.choosePassword(await forgetful.provePhone(person.phone, { 'recover-by': 'foreign', ...values }));
      assert.equal(await check(person, NEW_PASSWORD), person.id);
    }
  });

  it('P13: the security question is asked where it was set, and its spelling does not matter', async () => {
    const person = await simplified();
    await house.services.securitySettings.setQuestion(person.id, { own: 'Первый кот?' }, 'Пётр  Первый');
    const forgetful = new Forgetful(house);
    const page = await forgetful.provePhone(person.phone);
    assert.match(textOf(page), /Первый кот\?/);
    const wrong = await forgetful.answer(page, 'Барсик');
    assert.equal(wrong.status, 422);
    await forgetful.choosePassword(await forgetful.answer(wrong, 'петр первый'));
    assert.equal(await check(person, NEW_PASSWORD), person.id);
  });

  it('P13, E6: five answers a day, and then not even the right one', async () => {
    const person = await simplified();
    await house.services.securitySettings.setQuestion(person.id, { listed: 'pet' }, 'Мурзик');
    const forgetful = new Forgetful(house);
    let page = await forgetful.provePhone(person.phone);
    for (let i = 0; i < 5; i++) page = await forgetful.answer(page, `Барсик ${i}`);
    page = await forgetful.answer(page, 'Мурзик');
    assert.equal(page.status, 422);
    assert.ok(!has(page, 'new-password'));
  });

  it('E6: an account with an authenticator is not opened by a letter alone', async () => {
    const person = await confirmed();
    await enrol(house, person, 'totp');
    const forgetful = new Forgetful(house);
    await forgetful.find({ contact: person.email });
    const page = await forgetful.giveDocument(await forgetful.pressLink(person.email), person.snils);
    assert.ok(has(page, 'code-submit') && !has(page, 'new-password'), textOf(page));
    await forgetful.choosePassword(await forgetful.enterCode(page, appCode()));
    assert.equal(await check(person, NEW_PASSWORD), person.id);
  });

  it('E6: the phone that got the code is not the second factor as well', async () => {
    const person = await simplified();
    await enrol(house, person, 'sms');
    const codes = await backupCodes(house, person);
    const forgetful = new Forgetful(house);
    const page = await forgetful.provePhone(person.phone);
    assert.match(textOf(page), /backup code/i);
    const forced = await forgetful.browser.submit(page, { with: 'sms', code: '123456' }, { form: 'code-submit' });
    assert.ok(!has(forced, 'new-password'));
    await forgetful.choosePassword(await forgetful.enterCode(page, codes[0]!));
    assert.equal(await check(person, NEW_PASSWORD), person.id);
  });

  it('E6: with nothing but that phone the way leads to another contact or a service centre', async () => {
    const person = await simplified();
    await enrol(house, person, 'sms');
    const forgetful = new Forgetful(house);
    const page = await forgetful.provePhone(person.phone);
    assert.ok(has(page, 'service-centre-link'), textOf(page));
    assert.ok(!has(page, 'new-password'));
  });

  it('E6: a letter and the code of the SMS factor are two things', async () => {
    const person = await confirmed();
    await enrol(house, person, 'sms');
    const forgetful = new Forgetful(house);
    await forgetful.find({ contact: person.email, 'document-number': person.snils });
    const page = await forgetful.pressLink(person.email);
    const sent = await forgetful.browser.submit(page, {}, { form: 'resend' });
    await forgetful.choosePassword(await forgetful.enterCode(sent, await codeTo(house, person.phone)));
    assert.equal(await check(person, NEW_PASSWORD), person.id);
  });

  it('P11, P17: without the phone, a second document shows the other contact masked', async () => {
    const person = await confirmed();
    const forgetful = new Forgetful(house);
    const page = await forgetful.find({ contact: person.phone });
    const other = await forgetful.browser.open(hrefOf(page, 'no-phone-link'));
    assert.doesNotMatch(other.html, /example\.test/);
    const choice = await forgetful.giveDocument(other, person.snils);
    assert.match(textOf(choice), /a•••@example\.test/);
    assert.ok(!choice.html.includes(person.email));
    const sent = await forgetful.browser.submit(choice, {}, { form: 'choose-email' });
    assert.match(textOf(sent), /a•••@example\.test/);
    await forgetful.choosePassword(await forgetful.pressLink(person.email));
    assert.equal(await check(person, NEW_PASSWORD), person.id);
  });

  it('P18: a document that is not linked gets the same answer, and the way to a service centre', async () => {
    const forgetful = new Forgetful(house);
    const page = await forgetful.find({ 'recover-by': 'passport', 'document-number': '4599 888777' });
    assert.ok(has(page, 'code-submit'));
    const other = await forgetful.giveDocument(await forgetful.browser.open(hrefOf(page, 'no-phone-link')), snilsOf(1));
    assert.equal(other.status, 422);
    const centre = await forgetful.browser.open(hrefOf(other, 'service-centre-link'));
    assert.match(textOf(centre), /8 800 100 70 10/, 'P22');
    assert.match(textOf(centre), /passport[\s\S]*SNILS/, 'P21');
  });

  it('P8: phone or e-mail, passport, SNILS, INN or a foreign citizen’s data; then the captcha and “Find”', async () => {
    const page = await new Browser(house.origin).open('/recover');
    const offered = [...page.html.matchAll(/name="recover-by" value="(\w+)"/g)].map(([, way]) => way);
    assert.deepEqual(offered, ['contact', 'passport', 'snils', 'inn', 'foreign']);
    assert.match(page.html, /value="contact"[^>]* checked/);
    for (const id of [
      'contact',
      'document-number',
      'foreign-country',
      'foreign-series',
      'foreign-number',
      'birth-year',
    ])
      assert.ok(has(page, id), id);
    const [fields, captcha, find] = ['id="document-number"', 'id="captcha"', 'id="find-submit"'].map((part) =>
      page.html.indexOf(part),
    );
    assert.ok(0 < fields! && fields! < captcha! && captcha! < find!);
  });

  it('P9: nothing is sent before the captcha is right', async () => {
    const person = await simplified();
    const forgetful = new Forgetful(house);
    for (const captcha of ['', 'zzzzz'])
      assert.equal((await forgetful.find({ contact: person.phone, captcha })).status, 422);
    assert.deepEqual(await house.messages(person.phone), []);
  });

  it('P11: what was typed wrong is said beside its field, and kept', async () => {
    const forgetful = new Forgetful(house);
    const wrong = await forgetful.find({ contact: 'nobody' });
    assert.equal(wrong.status, 422);
    assert.match(wrong.html, /value="nobody"/);
    for (const [way, number] of [
      ['passport', '123'],
      ['snils', '11223344500'],
      ['inn', '123456789012'],
      ['foreign', 'U'],
    ] as const)
      assert.equal((await forgetful.find({ 'recover-by': way, 'document-number': number })).status, 422, way);
  });

  it('P7: older addresses lead to the one page, inside a client’s request too', async () => {
    const forgetful = new Forgetful(house);
    for (const path of ['/recovery', '/forgot-password', '/recover-password', '/reset-password', '/unknown-password'])
      assert.ok(has(await forgetful.browser.open(path), 'find-submit'), path);
  });

  it('L3: begun inside a client’s request, it ends there after sign-in', async () => {
    const person = await simplified();
    const forgetful = new Forgetful(house);
    const request = await rp.request();
    const signIn = await forgetful.browser.open(request.url.href);
    const page = await forgetful.find({ contact: person.phone }, hrefOf(signIn, 'recover-link'));
    assert.match(textOf(page), /University/);
    const end = await forgetful.choosePassword(await forgetful.enterCode(page, await codeTo(house, person.phone)));
    assert.ok(has(end, 'login-submit'), 'not signed in');
    const values = { login: person.phone, password: NEW_PASSWORD };
    let view = await forgetful.browser.submit(end, values, { form: 'login-submit' });
    if (has(view, 'consent-submit')) view = await forgetful.browser.submit(view, {}, { form: 'consent-submit' });
    assert.ok((await rp.exchange(view.url, request)).access_token);
  });

  it('C1: the same policy as everywhere', async () => {
    const person = await simplified();
    const forgetful = new Forgetful(house);
    const page = await forgetful.provePhone(person.phone);
    for (const password of ['short', 'Boris-Ivanov-1', 'nocapitals-12', `Aa1-${'x'.repeat(126)}`]) {
      const values = { 'new-password': password, 'new-password-repeat': password };
      assert.equal((await forgetful.browser.submit(page, values, { form: 'password-submit' })).status, 422, password);
    }
    await forgetful.choosePassword(page);
  });

  it('P6: an earlier password does not come back this way either', async () => {
    const person = await simplified();
    const forgetful = new Forgetful(house);
    const page = await forgetful.provePhone(person.phone);
    assert.equal((await forgetful.choosePassword(page, PASSWORD)).status, 422);
    await forgetful.choosePassword(page);
  });

  it('E3: a scanner that opens the link burns nothing; the link works once and a newer one kills it', async () => {
    const person = await confirmed();
    const forgetful = new Forgetful(house);
    await forgetful.find({ contact: person.email });
    for (const method of ['GET', 'HEAD', 'GET'])
      await new Browser(house.origin).request(method, (await house.messages(person.email))[0]!.links[0]!);
    const [first] = (await house.messages(person.email))[0]!.links;
    await forgetful.find({ contact: person.email });
    assert.equal((await forgetful.browser.open(first!)).status, 410);
    await forgetful.pressLink(person.email);
    assert.equal((await forgetful.openLetter(person.email)).status, 410);
  });

  it('E2: the link is built from configuration, whatever headers say', async () => {
    const person = await confirmed();
    const forgetful = new Forgetful(house);
    forgetful.browser.headers['x-forwarded-host'] = 'evil.example';
    forgetful.browser.headers.forwarded = 'host=evil.example';
    await forgetful.find({ contact: person.email });
    const [letter] = await house.messages(person.email);
    assert.ok(letter!.links.every((link) => link.startsWith(`${house.origin}/recover/link/`)));
    assert.ok(!letter!.text.includes('evil'));
  });

  it('E1: document look-ups are limited for a browser', async () => {
    const strict = { lookUpsPerBrowser: 5, lookUpsPerAddress: 20, startsPerAddress: 1000 };
    await house.close();
    house = await House.open({ settings: { codes: manyMessages, recovery: strict } });
    rp = await RelyingParty.register(house);
    const lookUp = (forgetful: Forgetful, i: number) =>
      forgetful.find({ 'recover-by': 'passport', 'document-number': `45991${String(i).padStart(5, '0')}` });
    const one = new Forgetful(house);
    for (let i = 0; i < 5; i++) assert.ok(has(await lookUp(one, i), 'code-submit'));
    assert.equal((await lookUp(one, 6)).status, 422);
    for (let i = 0; i < 15; i++) assert.ok(has(await lookUp(new Forgetful(house), 10 + i), 'code-submit'));
    assert.equal((await lookUp(new Forgetful(house), 40)).status, 422, 'twenty from one address');
  });
});

/** A right SNILS for a number. */
function snilsOf(number: number): string {
  const digits = String(700_000_000 + number * 7);
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (9 - i), 0);
  return digits + String((sum % 101) % 100).padStart(2, '0');
}
