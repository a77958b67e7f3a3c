import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { Browser, formIn, has, hrefOf, textOf, type View } from '#test/support/browser.ts';
import { annaOnPaper, bind, issueTo, sendSignature, signatureFor, signaturePost } from '#test/support/certificates.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { House, type HouseOptions } from '#test/support/house.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { par } from '#test/support/protocol.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { appCode } from '#test/support/second-factor.ts';

const DESKTOP = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36';
const ANDROID = 'Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36';

describe('L13: signing in by electronic signature', () => {
  let house: House;
  let university: RelyingParty;
  let person: Person;
  let serial: string;
  let log: string[];

  async function open(options: HouseOptions = {}): Promise<void> {
    log = [];
    const sink = new Writable({ write: (line: Buffer, _, done) => (log.push(line.toString()), done()) });
    const settings = { passwords: { guessesPerAddressPerMinute: 1000 }, ...options.settings };
    house = await House.open({ log: sink, ...options, settings });
    university = await RelyingParty.register(house);
    person = await settle(house, anna);
    serial = await issueTo(house, annaOnPaper, 'gost512');
    const answer = await bind(house, await byPassword(), serial);
    assert.equal(answer.status, 303, textOf(answer));
  }
  afterEach(() => house.close());

  async function byPassword(): Promise<Browser> {
    const browser = new Browser(house.origin);
    const { login, password } = person;
    await browser.submit(await browser.open('/account'), { login, password }, { form: 'login-submit' });
    return browser;
  }

  function computer(agent = DESKTOP): Browser {
    const browser = new Browser(house.origin);
    browser.headers = { ...browser.headers, 'user-agent': agent };
    return browser;
  }

  /** From a client's request to the page with the text. */
  async function signingPage(browser: Browser, parameters: Record<string, string> = {}) {
    const request = await university.request(parameters);
    const ways = await browser.open(hrefOf(await browser.open(request.url.href), 'other-ways-link'));
    return { request, page: await browser.open(hrefOf(ways, 'signature-link')) };
  }

  async function attempt(browser: Browser, certificate: string): Promise<View> {
    const { page } = await signingPage(browser);
    return sendSignature(browser, page, await signatureFor(house, browser, page, certificate));
  }

  function isRefused(view: View, words = /cannot sign in with this signature/): void {
    assert.equal(view.status, 422);
    assert.match(textOf(view), words);
  }

  it('a signature of a readable text lets in, `amr` says so, and it is one factor', async () => {
    await open();
    const browser = computer();
    const { request, page } = await signingPage(browser);
    const { html: text } = await browser.request('GET', hrefOf(page, 'challenge-link'));
    for (const part of [/“University”/, /purpose: sign-in/, /site: http/, /client: /, /time: 20/, /nonce: /])
      assert.match(text, part);
    const answer = await sendSignature(browser, page, await signatureFor(house, browser, page, serial));
    assert.equal(answer.status, 303, textOf(answer));
    const consent = await browser.open(answer.headers.get('location')!);
    const done = await browser.submit(consent, {}, { form: 'consent-submit' });
    const claims = (await university.exchange(done.url, request)).claims()!;
    assert.deepEqual(claims.amr, ['sc']);
    assert.equal(claims.acr, 'urn:esia:acr:confirmed');
    assert.match(textOf(await browser.open('/account/security')), /electronic signature|электронная подпись/);
    house.clock.advance(2 * 365 * 86_400_000);
    const kept = await house.services.signatureArchive.review(person.id);
    assert.deepEqual(
      kept.map(({ purpose, holds }) => `${purpose} ${holds}`),
      ['bind true', 'sign-in true'],
    );
    house.clock.reset();
  });

  it('L4: a phone is not offered it, and is led away', async () => {
    await open();
    const phone = computer(ANDROID);
    const request = await university.request();
    const ways = await phone.open(hrefOf(await phone.open(request.url.href), 'other-ways-link'));
    assert.ok(!has(ways, 'signature-link'));
    const page = await phone.open(new URL(ways.url).pathname.replace('other-ways', 'signature'));
    assert.ok(page.url.endsWith('/other-ways'));
  });

  it('a second factor that is on is asked for all the same, even where a signature counts as two', async () => {
    await open({ settings: { esign: { countsAsTwoFactors: true } } });
    const browser = computer();
    assert.equal((await attempt(browser, serial)).status, 303);
    const settings = await byPassword();
    const app = await settings.open('/account/security/authenticator');
    const key = /id="totp-key">([A-Z2-7 ]+)</.exec(app.html)![1]!.replaceAll(' ', '');
    await settings.submit(app, { code: appCode(key) }, { form: 'code-submit' });
    const answer = await attempt(computer(), serial);
    assert.match(answer.headers.get('location')!, /second-factor/);
  });

  it('I5, I1: every reason gives one answer outside, and its own in the log and the audit', async () => {
    await open();
    const { authority } = house.services.sandbox!;
    isRefused(await attempt(computer(), await issueTo(house)));
    isRefused(await attempt(computer(), await issueTo(house, { ...annaOnPaper, snils: '11223344696' })));
    await house.services.accounts.setStatus(person.id, 'blocked');
    isRefused(await attempt(computer(), serial));
    await house.services.accounts.setStatus(person.id, 'active');
    const profile = { familyName: 'Сидорова', givenName: 'Анна', middleName: 'Сергеевна' };
    await house.services.db
      .transaction()
      .execute((transaction) => house.services.identities.saveProfile(transaction, person.id, profile));
    isRefused(await attempt(computer(), serial));
    await authority.revoke(serial);
    house.clock.advance(61_000);
    isRefused(await attempt(computer(), serial));
    house.clock.reset();
    const reasons = log.flatMap((line) => /"reason":"(\w+)".*signature refused/.exec(line)?.[1] ?? []);
    assert.deepEqual(reasons, ['not_bound', 'not_bound', 'inactive', 'other_person', 'revoked']);
    const events = await house.services.audit.latest(person.id, ['signature_refused'], 10);
    assert.deepEqual(events.map(({ details }) => details.reason).toSorted(), ['inactive', 'other_person']);
    assert.ok(!log.join('').includes(annaOnPaper.snils));
  });

  it('fault 26: while the authority is silent the page says so, nothing is used up, and the password goes on', async () => {
    await open();
    const browser = computer();
    house.services.faults.set('authority', 'fail');
    house.clock.advance(120_000);
    const { page } = await signingPage(browser);
    const signature = await signatureFor(house, browser, page, serial);
    const refused = await sendSignature(browser, page, signature);
    isRefused(refused, /authority does not answer/);
    assert.ok(has(refused, 'other-ways-link'));
    house.services.faults.set('authority', 'off');
    assert.equal((await sendSignature(browser, page, signature)).status, 303);
    house.clock.reset();
    assert.ok(has(await (await byPassword()).open('/account'), 'sign-out'));
  });

  it('I3: not of another request or browser, not after five minutes, not twice', async () => {
    await open();
    const browser = computer();
    const { page } = await signingPage(browser);
    const signature = await signatureFor(house, browser, page, serial);
    const { page: other } = await signingPage(browser);
    const { body } = signaturePost(page, signature);
    const swapped = await browser.request('POST', signaturePost(other, signature).url, body);
    isRefused(swapped, /Five minutes/);
    const thief = browser.clone();
    thief.setCookie('browser', 'x');
    isRefused(await sendSignature(thief, page, signature), /Five minutes/);
    house.clock.advance(5 * 60_000 + 1000);
    isRefused(await sendSignature(browser, page, signature), /Five minutes/);
    house.clock.reset();
  });

  it('I4: what is too large, swapped or broken is refused at once', async () => {
    await open();
    const browser = computer();
    const { page } = await signingPage(browser);
    const signature = await signatureFor(house, browser, page, serial);
    for (const broken of ['A'.repeat(900_000), 'MII=', `${signature.slice(0, 500)}A${signature.slice(501)}`]) {
      const startedAt = performance.now();
      const view = await sendSignature(browser, page, broken);
      assert.equal(view.status, 422);
      assert.ok(performance.now() - startedAt < 1000);
    }
    const huge = await sendSignature(browser, page, 'A'.repeat(1_200_000));
    assert.equal(huge.status, 413);
  });

  describe('A12: with a certificate that the browser showed to a proxy', () => {
    const esign = (certificateProxies: string) => ({
      settings: { esign: { certificateHeader: 'client-cert', certificateProxies } },
    });

    async function certificateHeader(of = serial): Promise<string> {
      const pem = (await house.services.sandbox!.authority.pem(of))!;
      const [, body] = /BEGIN CERTIFICATE-----([^-]+)/.exec(pem)!;
      return `:${body!.replaceAll('\n', '')}:`;
    }

    async function certificatePost(browser: Browser, header: string) {
      const { page } = await signingPage(browser);
      const fields = new URLSearchParams(formIn(page, 'signature-submit').fields);
      return browser.request('POST', `${new URL(page.url).pathname}/certificate`, fields, { 'client-cert': header });
    }

    it('from a proxy of ours it signs in, when it is bound', async () => {
      await open(esign('127.0.0.1,10.9.9.9'));
      const browser = computer();
      browser.headers = { ...browser.headers, 'client-cert': await certificateHeader() };
      const { page } = await signingPage(browser);
      assert.match(textOf(page), /Петрова Анна Сергеевна Valid until \w/, 'L13: whose it is, and how long it is good');
      const signedIn = await browser.submit(page, {}, { form: 'certificate-submit' });
      assert.ok(has(signedIn, 'consent-submit'), textOf(signedIn));
      isRefused(await certificatePost(computer(), await certificateHeader(await issueTo(house))));
      for (const broken of ['::', 'x', ':AAAA:', `${await certificateHeader()},${await certificateHeader()}`])
        assert.notEqual((await certificatePost(computer(), broken)).headers.get('location')?.includes('/auth/'), true);
    });

    it('from anybody else the header is stripped and worth nothing', async () => {
      await open(esign('10.9.9.9'));
      const browser = computer();
      browser.headers = { ...browser.headers, 'client-cert': await certificateHeader() };
      const { page } = await signingPage(browser);
      assert.ok(!has(page, 'certificate-submit'));
      const forged = await certificatePost(browser, await certificateHeader());
      assert.match(forged.headers.get('location')!, /\/signature$/);
      assert.ok(has(await browser.open('/account'), 'login-submit'));
    });

    it('without the setting nobody’s header counts', async () => {
      await open();
      const forged = await certificatePost(computer(), await certificateHeader());
      assert.match(forged.headers.get('location')!, /\/signature$/);
    });
  });

  for (const database of databaseKinds)
    it(`I3: of ten posts at once, over two instances on ${database}, one signs in`, async () => {
      await open({ database, instances: 2 });
      const browser = computer();
      const { page } = await signingPage(browser);
      const { url, body } = signaturePost(page, await signatureFor(house, browser, page, serial));
      const answers = await par(10, () => browser.request('POST', url, body));
      const isIn = ({ headers }: View) => /\/oauth2\/auth\//.test(headers.get('location') ?? '');
      assert.equal(answers.filter(isIn).length, 1);
    });
});
