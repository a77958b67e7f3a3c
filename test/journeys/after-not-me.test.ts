import assert from 'node:assert/strict';
import { Browser, has, hrefOf, textOf, type View } from '#test/support/browser.ts';
import { annaOnPaper, bind, issueTo, sendSignature, signatureFor } from '#test/support/certificates.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { House } from '#test/support/house.ts';
import { Authenticator, enrolPasskey, usePasskey } from '#test/support/passkeys.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { lookAndWait, phoneOf, showQr } from '#test/support/qr.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { passPassword } from '#test/support/second-factor.ts';

const DESKTOP = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36';
const EMAIL = 'anna@example.test';

for (const database of databaseKinds) {
  describe(`L16: after “this wasn’t me” only a new password opens the account (${database})`, () => {
    let house: House;
    let university: RelyingParty;
    let person: Person;

    beforeEach(async () => {
      const passwords = { guessesPerAddressPerMinute: 10_000 };
      house = await House.open({ database, instances: 2, settings: { passwords } });
      university = await RelyingParty.register(house);
      person = await settle(house, anna);
    });
    afterEach(() => house.close());

    it('L16: a passkey in the browser that preferred it is refused, and works again afterwards', async () => {
      const browser = await signedIn();
      const authenticator = new Authenticator(house.origin);
      assert.ok(has(await enrolPasskey(browser, authenticator), 'backup-codes'));
      const signedOut = new Browser(house.origin);
      for (const name of ['device', 'device.sig']) signedOut.setCookie(name, browser.cookie(name)!);
      const page = await signedOut.open((await university.request()).url.href);
      await disown();
      isClosed(await usePasskey(signedOut, page, authenticator));
      assert.equal(await sessions(), 0);
      await setPassword();
      assert.equal((await house.services.factors.list(person.id)).length, 1, 'the passkey is kept');
      const other = new Browser(house.origin);
      const { view } = await passPassword(university, other, { ...person, password: NEXT });
      assert.ok(has(await usePasskey(other, view, authenticator), 'consent-submit'));
      assert.equal(await sessions(), 1);
    });

    it('L16: a certificate is refused, and works again afterwards', async () => {
      const serial = await issueTo(house, annaOnPaper, 'gost256');
      assert.equal((await bind(house, await signedIn(), serial)).status, 303);
      await disown();
      isClosed(await sign(serial));
      assert.equal(await sessions(), 0);
      await setPassword();
      assert.equal((await sign(serial)).status, 303);
      assert.equal((await house.services.accountCertificates.list(person.id)).length, 1, 'the certificate is kept');
    });

    it('L16: what a phone allowed a moment before lets no computer in', async () => {
      const phone = await phoneOf(house, person);
      const desk = computer();
      const { link, number, view } = await showQr(university, desk);
      const asked = await lookAndWait(house, phone, link);
      assert.ok(has(await phone.submit(asked, { number }, { form: 'qr-approve' }), 'qr-end-approved'));
      await disown();
      await desk.open(view.url);
      assert.equal(await sessions(), 0);
    });

    it('L16: a signature under way at that moment leaves no session behind', async () => {
      const serial = await issueTo(house, annaOnPaper, 'gost256');
      assert.equal((await bind(house, await signedIn(), serial)).status, 303);
      const browser = computer();
      const page = await signingPage(browser);
      const signature = await signatureFor(house, browser, page, serial);
      await Promise.all([sendSignature(browser, page, signature), disown()]);
      assert.equal(await sessions(), 0);
    });

    const NEXT = 'Loud-Lagoon-61';

    async function signedIn(): Promise<Browser> {
      const browser = new Browser(house.origin);
      const { login, password } = person;
      await browser.submit(await browser.open('/account/security'), { login, password }, { form: 'login-submit' });
      return browser;
    }

    function computer(): Browser {
      const browser = new Browser(house.origin);
      browser.headers = { ...browser.headers, 'user-agent': DESKTOP };
      return browser;
    }

    async function signingPage(browser: Browser): Promise<View> {
      const page = await browser.open((await university.request()).url.href);
      const ways = await browser.open(hrefOf(page, 'other-ways-link'));
      return browser.open(hrefOf(ways, 'signature-link'));
    }

    async function sign(serial: string): Promise<View> {
      const browser = computer();
      const page = await signingPage(browser);
      return sendSignature(browser, page, await signatureFor(house, browser, page, serial));
    }

    /** By the notice of the newest new device. */
    async function disown(): Promise<void> {
      const notice = (await house.messages(EMAIL)).find(({ text }) =>
        /нового устройства|которого мы не знаем/.test(text),
      );
      const owner = new Browser(house.origin);
      const page = await owner.open(notice!.links[0]!);
      assert.ok(has(await owner.submit(page, {}, { form: 'not-me-submit' }), 'recover-link'));
    }

    /** As recovery does. */
    async function setPassword(): Promise<void> {
      const { db, hasher, credentials } = house.services;
      const hash = await hasher.hash(NEXT);
      await db.transaction().execute((transaction) => credentials.set(transaction, person.id, hash));
    }

    async function sessions(): Promise<number> {
      return (await house.services.sessions.list(person.id)).length;
    }

    function isClosed(view: View): void {
      assert.equal(view.status, 403, textOf(view));
      assert.match(textOf(view), /You need a new password/);
    }
  });
}
