import assert from 'node:assert/strict';
import { Browser, has, textOf, type View } from '#test/support/browser.ts';
import { annaOnPaper, bind, issueTo } from '#test/support/certificates.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { House } from '#test/support/house.ts';
import { Authenticator, enrolPasskey } from '#test/support/passkeys.ts';
import { anna, PASSWORD, settle, type Person } from '#test/support/people.ts';
import { manyMessages } from '#test/support/registering.ts';
import { appCode, codeTo, enterCode } from '#test/support/second-factor.ts';

const PHONE = '+79000000001';

for (const database of databaseKinds) {
  describe(`B2: a session gets a new identifier (${database})`, () => {
    let house: House;
    let person: Person;
    let browser: Browser;

    beforeEach(async () => {
      house = await House.open({ database, instances: 2, settings: { codes: manyMessages } });
      person = await settle(house, anna);
      browser = new Browser(house.origin);
      const login = await browser.open('/account/security');
      await browser.submit(login, { login: person.login, password: person.password }, { form: 'login-submit' });
    });
    afterEach(() => house.close());

    const strengthening: Record<string, () => Promise<void>> = {
      async 'codes by SMS are switched on'() {
        const sent = await browser.submit(await browser.open('/account/security/sms'), {}, { form: 'resend' });
        assert.ok(has(await enterCode(browser, sent, await codeTo(house, PHONE)), 'backup-codes'));
      },
      async 'an authenticator app is added'() {
        const page = await browser.open('/account/security/authenticator');
        const done = await enterCode(browser, page, appCode(secretOn(page)));
        assert.ok(has(done, 'backup-codes'), textOf(done));
      },
      async 'a passkey is added'() {
        assert.ok(has(await enrolPasskey(browser, new Authenticator(house.origin)), 'backup-codes'));
      },
      async 'a certificate is bound'() {
        assert.equal((await bind(house, browser, await issueTo(house, annaOnPaper, 'gost256'))).status, 303);
      },
      async 'the password is changed'() {
        const values = { 'new-password': 'Loud-Lagoon-61', 'new-password-repeat': 'Loud-Lagoon-61' };
        const page = await browser.open('/account/security/password');
        await browser.submit(page, { 'current-password': PASSWORD, ...values }, { form: 'password-submit' });
      },
    };

    for (const [what, happens] of Object.entries(strengthening))
      it(`B2: after ${what}, the cookie from before opens nothing`, async () => {
        const before = browser.clone();
        assert.ok(await isSignedIn(before));
        await happens();
        assert.notEqual(browser.cookie('session'), before.cookie('session'));
        assert.ok(await isSignedIn(browser), 'here nothing has ended');
        assert.equal(await isSignedIn(before), false);
        assert.ok(await isSignedIn(browser), 'nor by the attempt');
        assert.equal((await house.services.sessions.list(person.id)).length, 1);
      });

    it('B2: a request that was under way does not bring the old identifier back', async () => {
      const before = browser.clone();
      const reading = Array.from({ length: 8 }, () => isSignedIn(before.clone()));
      await strengthening['a passkey is added']!();
      await Promise.all(reading);
      assert.equal(await isSignedIn(before), false);
      assert.ok(await isSignedIn(browser));
    });

    it('B2: who was signed out meanwhile stays signed out', async () => {
      const page = await browser.open('/account/security/sms');
      const sent = await browser.submit(page, {}, { form: 'resend' });
      const code = await codeTo(house, PHONE);
      await Promise.all([enterCode(browser, sent, code), house.all[1]!.sessions.endAll(person.id)]);
      assert.equal(await isSignedIn(browser), false);
    });

    async function isSignedIn(visitor: Browser): Promise<boolean> {
      return (await visitor.open('/account/security')).url.endsWith('/account/security');
    }
  });
}

function secretOn(page: View): string {
  return /id="totp-key">([A-Z2-7 ]+)</.exec(page.html)![1]!.replaceAll(' ', '');
}
