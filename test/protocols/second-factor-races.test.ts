import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { Browser, formIn, has, textOf, type View } from '#test/support/browser.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { settle, type Person } from '#test/support/people.ts';
import { par } from '#test/support/protocol.ts';
import { otherThan } from '#test/support/registering.ts';
import { appCode, backupCodes, codeTo, enrol, passPassword } from '#test/support/second-factor.ts';

for (const kind of databaseKinds) {
  describe(`second factors at the same moment, over two instances on ${kind}`, () => {
    let house: House;
    let university: RelyingParty;
    let next = 0;

    before(async () => {
      house = await House.open({ database: kind, instances: 2 });
      university = await RelyingParty.register(house);
    });
    after(() => house.close());

    async function somebody(...kinds: ('sms' | 'totp')[]): Promise<Person> {
      const value = `+79000020${String(next++).padStart(3, '0')}`;
      const person = await settle(house, { contacts: [{ kind: 'phone', value }] });
      await enrol(house, person, ...kinds);
      return person;
    }

    /** The same form sent many times at once; answers where each was sent. */
    async function press(browser: Browser, view: View, codes: string[], form = 'code-submit'): Promise<View[]> {
      const { action, fields } = formIn(view, form);
      const url = new URL(action, view.url).href;
      return par(codes.length, (i) =>
        browser.request('POST', url, new URLSearchParams({ ...fields, ...(codes[i] ? { code: codes[i] } : {}) })),
      );
    }

    const passed = (views: View[]) =>
      views.filter(({ headers }) => /\/oauth2\/auth\//.test(headers.get('location') ?? ''));
    const many = (code: string, n = 20) => Array.from({ length: n }, () => code);

    it('D2: of twenty right codes one signs in; a replay does not', async () => {
      const person = await somebody('sms');
      const browser = new Browser(house.origin);
      const { view } = await passPassword(university, browser, person);
      const code = await codeTo(house, person.login);
      assert.equal(passed(await press(browser, view, many(code))).length, 1);
      assert.equal(passed(await press(browser, view, many(code, 2))).length, 0);
    });

    it('the last factor is not removed by accident: of two removed at once one stays', async () => {
      for (let round = 0; round < 5; round++) {
        const { id } = await somebody('sms', 'totp');
        const list = await house.services.factors.list(id);
        const verdicts = await Promise.all(
          list.map((factor, i) => house.all[i]!.securitySettings.removeFactor(id, factor.id, { isMeant: false })),
        );
        assert.deepEqual(verdicts.sort(), ['last', 'removed']);
        assert.equal((await house.services.factors.list(id)).length, 1);
      }
    });

    it('D3: fifty wrong guesses at once end the code: even the right one fails', async () => {
      const person = await somebody('sms');
      const browser = new Browser(house.origin);
      const { view } = await passPassword(university, browser, person);
      const code = await codeTo(house, person.login);
      const guesses = Array.from({ length: 50 }, (_, i) => otherThan(code, i + 1));
      assert.equal(passed(await press(browser, view, guesses)).length, 0);
      assert.equal(passed(await press(browser, view, [code])).length, 0);
    });

    it('D8: twenty requests for another code send one', async () => {
      const person = await somebody('sms');
      const browser = new Browser(house.origin);
      const { view } = await passPassword(university, browser, person);
      assert.equal((await house.messages(person.login)).length, 1);
      house.clock.advance(61_000);
      await press(browser, view, many('', 20), 'resend');
      assert.equal((await house.messages(person.login)).length, 2);
      house.clock.reset();
    });

    it('one code of the app is right once, in however many sign-ins it is tried at once', async () => {
      const person = await somebody('totp');
      const started = await Promise.all(
        Array.from({ length: 4 }, async () => {
          const browser = new Browser(house.origin);
          return { browser, ...(await passPassword(university, browser, person)) };
        }),
      );
      const code = appCode();
      const answers = await Promise.all(started.map(({ browser, view }) => press(browser, view, [code])));
      assert.equal(passed(answers.flat()).length, 1);
    });

    it('a backup code is right once, too', async () => {
      const person = await somebody('totp');
      const [code] = await backupCodes(house, person);
      const answers = await par(20, (i) => {
        const attempt = { accountId: person.id, browser: `b${i}`, address: '192.0.2.1', language: 'en' } as const;
        const { factors } = house.all[i % 2]!;
        return factors.verify('backup_code', { ...attempt, purpose: 'sign-in', site: '' }, code!.replace('-', ''));
      });
      assert.equal(answers.filter(({ verdict }) => verdict === 'right').length, 1);
    });

    it('guesses of an app’s codes and of backup codes are ten a day, however fast they come', async () => {
      const person = await somebody('totp');
      await backupCodes(house, person);
      for (const factor of ['totp', 'backup_code'] as const) {
        const verdicts = await par(50, (i) => {
          const attempt = { accountId: person.id, browser: `b${i}`, address: '192.0.2.1', language: 'en' } as const;
          const answer = factor === 'totp' ? otherThan(appCode(), 1000 + i) : `aaaaaaaa${String(i).padStart(2, '2')}`;
          return house.all[i % 2]!.factors.verify(factor, { ...attempt, purpose: 'sign-in', site: '' }, answer);
        });
        assert.equal(verdicts.filter(({ verdict }) => verdict === 'wrong').length, 10, factor);
        assert.equal(verdicts.filter(({ verdict }) => verdict === 'closed').length, 40, factor);
      }
      house.clock.advance(86_400_000);
      const browser = new Browser(house.origin);
      const { view } = await passPassword(university, browser, person);
      const [done] = await press(browser, view, [appCode()]);
      assert.equal(passed([done!]).length, 1, 'another day opens it');
      house.clock.reset();
    });

    it('codes by SMS are switched on once, however often the button is pressed', async () => {
      const value = `+79000020${String(next++).padStart(3, '0')}`;
      const person = await settle(house, { contacts: [{ kind: 'phone', value }] });
      const results = await Promise.allSettled(
        Array.from({ length: 5 }, (_, i) => house.all[i % 2]!.securitySettings.addFactor(person.id, { kind: 'sms' })),
      );
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.equal((await house.services.factors.list(person.id)).length, 1);
    });

    it('“this wasn’t me” happens once', async () => {
      const person = await somebody();
      const browser = new Browser(house.origin);
      await university.signIn(browser, person);
      const notice = (await house.messages(person.login))[0]!;
      const owner = new Browser(house.origin);
      const page = await owner.open(new URL(notice.links[0]!).pathname);
      assert.ok(has(page, 'not-me-submit'), textOf(page));
      const answers = await press(owner, page, many('', 8), 'not-me-submit');
      assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    });
  });
}
