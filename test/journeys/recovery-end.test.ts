import assert from 'node:assert/strict';
import * as client from 'openid-client';
import type { Attempt } from '#src/identity/factors/factor.ts';
import { Browser, formIn, has, textOf } from '#test/support/browser.ts';
import { Canary } from '#test/support/canary.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { House } from '#test/support/house.ts';
import { anna, boris, PASSWORD, settle } from '#test/support/people.ts';
import { Climber } from '#test/support/proving.ts';
import { Forgetful, NEW_PASSWORD } from '#test/support/recovering.ts';
import { manyMessages } from '#test/support/registering.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { appCode, codeTo, enrol, enterCode, passPassword } from '#test/support/second-factor.ts';

const HOUR = 3_600_000;
const settings = {
  codes: manyMessages,
  recovery: { lookUpsPerBrowser: 1000, lookUpsPerAddress: 1000, startsPerAddress: 1000 },
};

for (const kind of databaseKinds) {
  describe(`the end of a recovery, over two instances on ${kind}`, () => {
    let house: House;
    let rp: RelyingParty;
    let receiver: Canary;
    let next = 600;

    before(async () => {
      house = await House.open({ database: kind, instances: 2, settings });
      receiver = await Canary.listen((_, response) => response.end());
      rp = await RelyingParty.register(house, { backchannel_logout_uri: `${receiver.origin}/logout` });
    });
    after(async () => {
      await receiver.close();
      await house.close();
    });
    afterEach(() => house.clock.reset());

    async function somebody() {
      const [phone, email] = [`+7900000${String(next++).padStart(4, '0')}`, `person${next++}@example.test`];
      const contacts = [{ kind: 'phone', value: phone } as const, { kind: 'email', value: email } as const];
      return { ...(await settle(house, { ...boris, contacts })), phone, email };
    }

    async function recover({ phone }: { phone: string }): Promise<Forgetful> {
      const forgetful = new Forgetful(house);
      const end = await forgetful.choosePassword(await forgetful.provePhone(phone));
      assert.ok(has(end, 'login-submit'), textOf(end));
      return forgetful;
    }

    it('E5, P24: sessions, tokens, devices, codes, links and changes are dead on both instances within a second', async () => {
      const person = await somebody();
      const browsers = Array.from({ length: 3 }, () => new Browser(house.origin));
      const held = [];
      for (const browser of browsers) held.push((await rp.signIn(browser, person)).tokens);
      const { contactChanges, smsFactor, devices } = house.services;
      await contactChanges.plan(person.id, { kind: 'email', value: 'thief@example.test' }, 'ru');
      const attempt: Attempt = {
        accountId: person.id,
        browser: 'thief',
        address: '',
        language: 'ru',
        purpose: 'sign-in',
        site: '',
      };
      await smsFactor.begin(attempt);
      const code = await codeTo(house, person.phone);
      await new Forgetful(house).find({ contact: person.email });
      const pending = new Browser(house.origin);
      const page = await pending.open((await rp.request()).url.href);
      const values = { login: person.login, password: PASSWORD };
      const stopAt = `${house.origin}/oauth2/auth/`;
      const held2 = await pending.submit(page, values, { form: 'login-submit', stopAt });

      const seen = receiver.requests.length;
      const traffic = browsers.map((browser) => rp.request().then(({ url }) => browser.open(url.href)));
      await recover(person);
      const startedAt = performance.now();
      await Promise.all(traffic);
      assert.deepEqual(await house.services.sessions.list(person.id), []);
      for (const browser of [...browsers, ...browsers])
        assert.ok(has(await browser.open((await rp.request()).url.href), 'login-submit'), 'signed out');
      for (const { access_token, refresh_token } of held) {
        await assert.rejects(client.fetchUserInfo(rp.config, access_token, client.skipSubjectCheck));
        if (refresh_token) await assert.rejects(client.refreshTokenGrant(rp.config, refresh_token));
      }
      assert.ok(performance.now() - startedAt < 5000);
      assert.deepEqual(await devices.list(person.id), []);
      assert.equal(await smsFactor.verify(attempt, code), 'expired');
      assert.deepEqual(await contactChanges.planned(person.id), []);
      const [link] = (await house.messages(person.email)).flatMap(({ links }) =>
        links.filter((one) => one.includes('/recover/')),
      );
      assert.equal((await new Browser(house.origin).open(link!)).status, 410);
      const late = await pending.open(held2.url);
      assert.ok(late.status < 500 && !/[?&]code=/.test(late.url), late.url);
      assert.deepEqual(await house.services.sessions.list(person.id), []);

      await house.settleOutbox();
      assert.ok(receiver.requests.length >= seen + 3, 'every session of the client was ended by back-channel logout');
      for (const to of [person.phone, person.email])
        assert.match((await house.messages(to)).map(({ text }) => text).join('\n'), /новый пароль/, to);
    });

    it('E5: the second factor is still asked for, and the new password alone signs in', async () => {
      const person = await somebody();
      await enrol(house, person, 'totp');
      const forgetful = new Forgetful(house);
      const page = await forgetful.provePhone(person.phone);
      await forgetful.choosePassword(await forgetful.enterCode(page, appCode()));
      house.clock.advance(60_000);
      const browser = new Browser(house.origin);
      const { view } = await passPassword(rp, browser, { ...person, password: NEW_PASSWORD });
      assert.ok(has(view, 'code-submit'), textOf(view));
      const after = await enterCode(browser, view, appCode());
      assert.ok(has(after, 'consent-submit') || /[?&]code=/.test(after.url), textOf(after));
    });

    it('L16: “this wasn’t me” from the message shuts the account to the new password as well', async () => {
      const person = await somebody();
      await recover(person);
      const browser = new Browser(house.origin);
      const notice = (await house.messages(person.email)).find(({ links }) => links[0]?.includes('/not-me/'));
      const page = await browser.open(notice!.links[0]!);
      assert.match(textOf(page), /new password set/i);
      await browser.submit(page, {}, { form: 'not-me-submit' });
      const { view } = await passPassword(rp, new Browser(house.origin), { ...person, password: NEW_PASSWORD });
      assert.equal(view.status, 403);
    });

    it('E6: for 72 hours contacts, documents and signature are held; the page says why, until when and two ways out', async () => {
      const person = await somebody();
      await recover(person);
      const climber = new Climber(house, { ...person, password: NEW_PASSWORD });
      await climber.open('/account');
      const paths = ['/account/contacts/email', '/account/documents/edit', '/account/confirm/letter'];
      for (const path of paths) {
        const view = await climber.open(path);
        assert.equal(view.status, 403, path);
        for (const id of ['held-what', 'held-until', 'service-centre-link']) assert.ok(has(view, id), `${path} ${id}`);
      }
      const { csrf } = formIn(await climber.open('/account/security/question'), 'question-submit').fields;
      const sent = await climber.browser.request('POST', '/account/review', new URLSearchParams({ csrf: csrf! }));
      assert.equal(sent.status, 403);
      assert.ok(has(sent, 'held-until'), 'what is known already is not sent to reviewers either');
      const { contactChanges } = house.services;
      const contact = { kind: 'email', value: 'thief2@example.test' } as const;
      await assert.rejects(contactChanges.apply(person.id, contact, 'ru'), /held/);
      await assert.rejects(contactChanges.plan(person.id, contact, 'ru'), /held/);

      house.clock.advance(72 * HOUR - 60_000);
      assert.equal((await climber.open('/account/contacts/email')).status, 403);
      house.clock.advance(120_000);
      assert.equal((await climber.open('/account/contacts/email')).status, 200);
    });

    it('F2: what a stranger left in the account is gone after its owner’s recovery', async () => {
      const person = await somebody();
      const { emailConfirmations, db, accounts } = house.services;
      await db.transaction().execute(async (transaction) => {
        await accounts.replaceContact(transaction, person.id, { kind: 'email', value: 'stranger@example.test' });
        await accounts.loseContact(transaction, person.id, { kind: 'email', value: 'stranger@example.test' });
        await emailConfirmations.send(transaction, { accountId: person.id, email: 'stranger@example.test' }, 'ru');
      });
      await recover(person);
      const [letter] = await house.messages('stranger@example.test');
      const browser = new Browser(house.origin);
      const page = await browser.open(letter!.links[0]!);
      const end = await browser.submit(page, {}, { form: 'confirm-email-submit' });
      assert.equal(end.status, 410);
    });

    it('P13: the question is set and removed in the account, after a fresh sign-in, and told', async () => {
      const person = await somebody();
      const climber = new Climber(house, person);
      const form = await climber.open('/account/security/question');
      const values = { question: 'own', 'own-question': 'Первый кот?', 'security-answer': 'Мурзик' };
      const short = await climber.browser.submit(
        form,
        { ...values, 'security-answer': 'м' },
        { form: 'question-submit' },
      );
      assert.equal(short.status, 422);
      await climber.browser.submit(form, values, { form: 'question-submit' });
      assert.ok('own' in (await house.services.questions.find(person.id))!);
      assert.match((await house.lastMessage(person.phone))!.text, /контрольный вопрос/);
      house.clock.advance(21 * 60_000);
      const later = await climber.browser.open('/account/security/question');
      assert.ok(has(later, 'login-submit'), 'a fresh sign-in is asked for');
      const again = await climber.open('/account/security/question');
      await climber.browser.submit(again, {}, { form: 'question-remove' });
      assert.equal(await house.services.questions.find(person.id), undefined);
    });

    it('decision 11: a confirmed person signs in after a recovery and is still confirmed', async () => {
      const contacts = [{ kind: 'phone', value: `+7900000${next++}`.padEnd(12, '0') } as const];
      const person = await settle(house, {
        ...anna,
        contacts,
        documents: { rf_passport: `45107${next++}99`.slice(0, 10) },
      });
      const forgetful = new Forgetful(house);
      const page = await forgetful.find({ contact: person.login });
      const document = await forgetful.enterCode(page, await codeTo(house, person.login));
      const passport = (await house.services.identities.documents(person.id))[0]!.value;
      await forgetful.choosePassword(await forgetful.giveDocument(document, passport));
      const { tokens } = await rp.signIn(new Browser(house.origin), { ...person, password: NEW_PASSWORD });
      assert.match(String(tokens.claims()!.acr), /confirmed/);
    });
  });
}
