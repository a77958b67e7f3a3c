import assert from 'node:assert/strict';
import { Browser, has, textOf } from '#test/support/browser.ts';
import { annaOnPaper, bind, issueTo, sendSignature, signatureFor } from '#test/support/certificates.ts';
import { House } from '#test/support/house.ts';
import { anna, boris, settle, type Person } from '#test/support/people.ts';

const PAGE = '/account/security/certificate';

describe('L12: a certificate is bound to an account', () => {
  let house: House;
  let person: Person;
  let browser: Browser;
  let count = 0;

  before(async () => {
    house = await House.open({ settings: { passwords: { guessesPerAddressPerMinute: 1000 } } });
  });
  after(() => house.close());
  beforeEach(async () => {
    await house.services.db.deleteFrom('documents').execute();
    await house.services.db.deleteFrom('certificates').execute();
    const phone = { kind: 'phone' as const, value: `+790000007${String(++count).padStart(2, '0')}` };
    const email = { kind: 'email' as const, value: `anna${count}@example.test` };
    person = await settle(house, { ...anna, contacts: [phone, email] });
    browser = await signedIn(person);
  });
  afterEach(() => house.clock.reset());

  async function signedIn({ login, password }: Person): Promise<Browser> {
    const fresh = new Browser(house.origin);
    await fresh.submit(await fresh.open('/account'), { login, password }, { form: 'login-submit' });
    return fresh;
  }

  async function owners(): Promise<string[]> {
    return (await house.services.accountCertificates.list(person.id)).map(({ owner }) => owner);
  }

  it('its holder signs, every contact is told, and it is listed with owner, issuer and end', async () => {
    const elsewhere = await signedIn(person);
    assert.equal((await bind(house, browser, await issueTo(house, annaOnPaper, 'gost256'))).status, 303);
    const page = textOf(await browser.open('/account/security'));
    for (const part of ['Петрова Анна Сергеевна', 'OpenESIA Sandbox CA', '2027']) assert.ok(page.includes(part), part);
    for (const to of [person.login, `anna${count}@example.test`]) {
      const message = (await house.messages(to)).find(({ text }) => /сертификат/i.test(text));
      assert.ok(message, to);
    }
    assert.ok(has(await elsewhere.open('/account'), 'login-submit'), 'others are signed out');
    assert.ok((await house.services.signatureArchive.review(person.id)).every(({ holds }) => holds));
  });

  it('I5: another person’s certificate is refused, also of the same name or the same number', async () => {
    for (const holder of [
      { ...annaOnPaper, snils: '11223344696' },
      { ...annaOnPaper, surname: 'Иванова' },
      { ...annaOnPaper, givenName: 'Анна' },
    ]) {
      const answer = await bind(house, browser, await issueTo(house, holder));
      assert.equal(answer.status, 422);
      assert.match(textOf(answer), /Имя или СНИЛС|differs/);
    }
    assert.deepEqual(await owners(), []);
  });

  it('I5: a renewed certificate is another one: bound anew, with a notice of its own', async () => {
    const serial = await issueTo(house);
    await bind(house, browser, serial);
    assert.match(textOf(await bind(house, browser, serial)), /уже добавлен|already/);
    await bind(house, browser, await issueTo(house));
    assert.equal((await owners()).length, 2);
    const notices = (await house.messages(person.login)).filter(({ text }) => /сертификат/i.test(text));
    assert.equal(notices.length, 2);
  });

  it('J3: an old sign-in is asked to sign in again, for adding and for removing', async () => {
    await bind(house, browser, await issueTo(house));
    const overview = await browser.open('/account/security');
    house.clock.advance(21 * 60_000);
    assert.ok(has(await browser.open(PAGE), 'login-submit'));
    const removal = await browser.submit(overview, {}, { form: 1 });
    assert.ok(has(removal, 'login-submit'), textOf(removal));
    assert.equal((await owners()).length, 1);
  });

  it('removed, it is gone and everybody is told; “this wasn’t me” brings it back', async () => {
    const serial = await issueTo(house);
    await bind(house, browser, serial);
    const [bound] = await house.services.accountCertificates.list(person.id);
    const overview = await browser.open('/account/security');
    assert.ok(overview.html.includes(bound!.id));
    const index = [...overview.html.matchAll(/<form\b[^>]*action="([^"]+)"/g)]
      .map(([, action]) => action)
      .filter((action) => action !== '/language')
      .indexOf(`${PAGE}/removal`);
    await browser.submit(overview, {}, { form: index });
    assert.deepEqual(await owners(), []);
    const notice = (await house.messages(person.login)).find(({ text }) => /удал/i.test(text))!;
    const link = new URL(notice.links[0]!).pathname;
    const stranger = new Browser(house.origin);
    await stranger.submit(await stranger.open(link), {}, { form: 'not-me-submit' });
    assert.equal((await owners()).length, 1);
    assert.ok(has(await browser.open('/account'), 'login-submit'));
  });

  it('“this wasn’t me” takes a certificate away that somebody added', async () => {
    await bind(house, browser, await issueTo(house));
    const notice = (await house.messages(person.login)).find(({ text }) => /сертификат/i.test(text))!;
    const stranger = new Browser(house.origin);
    await stranger.submit(await stranger.open(new URL(notice.links[0]!).pathname), {}, { form: 'not-me-submit' });
    assert.deepEqual(await owners(), []);
  });

  it('whose documents were not checked is told what is missing, and cannot post either', async () => {
    const page = await browser.open(PAGE);
    const signature = await signatureFor(house, browser, page, await issueTo(house));
    await house.services.db.deleteFrom('evidence').where('account_id', '=', person.id).execute();
    assert.equal((await sendSignature(browser, page, signature)).status, 422);
    assert.deepEqual(await owners(), []);
    const newcomer = await settle(house, {
      ...boris,
      contacts: [{ kind: 'phone', value: `+790000008${String(count).padStart(2, '0')}` }],
    });
    const view = await (await signedIn(newcomer)).open(PAGE);
    assert.ok(has(view, 'documents-link') && !has(view, 'signature-submit'));
  });

  it('I3: a text of one purpose or account is nothing in another', async () => {
    const serial = await issueTo(house);
    const page = await browser.open(PAGE);
    const signature = await signatureFor(house, browser, page, serial);
    const confirming = { purpose: 'confirm', browser: 'x', accountId: person.id } as const;
    const text = await house.services.signedTexts.issue(confirming, { headline: 'x' });
    const foreign = {
      ...page,
      html: page.html.replace(/name="challenge" value="[^"]+"/, `name="challenge" value="${text}"`),
    };
    assert.match(textOf(await sendSignature(browser, foreign, signature)), /Пять минут|Five minutes/);
    assert.equal((await sendSignature(browser, page, signature)).status, 303);
    assert.match(textOf(await sendSignature(browser, page, signature)), /Пять минут|Five minutes/);
  });
});
