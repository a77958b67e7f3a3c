import assert from 'node:assert/strict';
import { Browser, has, textOf } from '#test/support/browser.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { House } from '#test/support/house.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { appCode, enrol, enterCode, passPassword } from '#test/support/second-factor.ts';

for (const kind of databaseKinds) {
  describe(`sign-ins that were under way when everything ended, on ${kind}`, () => {
    let house: House;
    let rp: RelyingParty;
    let person: Person;

    before(async () => {
      house = await House.open({ database: kind, instances: 2 });
      rp = await RelyingParty.register(house);
      person = await settle(house, anna);
    });
    after(() => house.close());

    const endAll = () => house.services.accountSessions.endAll(person.id, async () => true);

    it('E5: a request that already holds the right password opens nothing', async () => {
      const browser = new Browser(house.origin);
      const { url } = await rp.request();
      const page = await browser.open(url.href);
      const values = { login: person.login, password: person.password };
      const held = await browser.submit(page, values, { form: 'login-submit', stopAt: `${house.origin}/oauth2/auth/` });
      await endAll();
      const view = await browser.open(held.url);
      assert.ok(view.status < 500, textOf(view));
      assert.doesNotMatch(view.url, /[?&]code=/);
      assert.deepEqual(await house.services.sessions.list(person.id), []);
      assert.ok(has(await browser.open((await rp.request()).url.href), 'login-submit'), 'asked again');
    });

    it('E5: a person between password and second factor begins anew', async () => {
      await enrol(house, person, 'totp');
      const browser = new Browser(house.origin);
      const { view } = await passPassword(rp, browser, person);
      await endAll();
      const after = await enterCode(browser, view, appCode());
      assert.ok(after.status < 500, textOf(after));
      assert.deepEqual(await house.services.sessions.list(person.id), []);
    });

    it('E5: of sign-ins at the very moment none survives, and the next one works', async () => {
      const other = await settle(house, {
        profile: { familyName: 'Котова', givenName: 'Инна' },
        contacts: [{ kind: 'phone', value: '+79000000019' }],
      });
      const held = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const browser = new Browser(house.origin);
          const page = await browser.open((await rp.request()).url.href);
          const values = { login: other.login, password: other.password };
          const stopAt = `${house.origin}/oauth2/auth/`;
          return { browser, ...(await browser.submit(page, values, { form: 'login-submit', stopAt })) };
        }),
      );
      const [, ...views] = await Promise.all([
        house.services.accountSessions.endAll(other.id, async () => true),
        ...held.map(({ browser, url }) => browser.open(url)),
      ]);
      assert.ok(views.every(({ status }) => status < 500));
      assert.deepEqual(await house.services.sessions.list(other.id), []);
      const { tokens } = await rp.signIn(new Browser(house.origin), other);
      assert.ok(tokens.access_token);
    });
  });
}
