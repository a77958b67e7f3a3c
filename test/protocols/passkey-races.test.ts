import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { Browser, has, textOf } from '#test/support/browser.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { Authenticator, enrolPasskey, optionsOn, passkeyPost } from '#test/support/passkeys.ts';
import { settle } from '#test/support/people.ts';
import { par } from '#test/support/protocol.ts';
import { RelyingParty } from '#test/support/relying-party.ts';

for (const kind of databaseKinds) {
  describe(`passkeys at the same moment, over two instances on ${kind}`, () => {
    let house: House;
    let university: RelyingParty;
    let browser: Browser;
    let authenticator: Authenticator;

    before(async () => {
      house = await House.open({ database: kind, instances: 2 });
      university = await RelyingParty.register(house);
      const person = await settle(house, { contacts: [{ kind: 'phone', value: '+79000031001' }] });
      browser = new Browser(house.origin);
      const page = await browser.open('/account/security');
      await browser.submit(page, { login: person.login, password: person.password }, { form: 'login-submit' });
      authenticator = new Authenticator(house.origin);
      const codes = await enrolPasskey(browser, authenticator);
      assert.ok(has(codes, 'backup-codes'), textOf(codes));
    });
    after(() => house.close());

    it('J1: of ten copies of one answer one signs in', async () => {
      const view = await browser.open((await university.request({ prompt: 'login' })).url.href);
      const { url, body } = passkeyPost(view, authenticator.prove(optionsOn(view)));
      const answers = await par(10, () => browser.request('POST', url, body));
      assert.equal(answers.filter(({ status }) => status === 303).length, 1);
      assert.equal(answers.filter(({ status }) => status === 422).length, 9);
    });

    it('J2: of ten answers with the same counter one is newer', async () => {
      const counter = 100;
      const views = await Promise.all(
        Array.from({ length: 10 }, async () => browser.open((await university.request({ prompt: 'login' })).url.href)),
      );
      const posts = views.map((view) => passkeyPost(view, authenticator.prove(optionsOn(view), { counter })));
      const answers = await par(10, (i) => browser.request('POST', posts[i]!.url, posts[i]!.body));
      assert.equal(answers.filter(({ status }) => status === 303).length, 1);
    });
  });
}
