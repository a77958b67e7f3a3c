import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { Browser, formIn, has, hrefOf, textOf, type View } from '#test/support/browser.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { PASSWORD } from '#test/support/people.ts';
import { codeSentTo, linkSentTo, otherThan, Registrant, roomyRanges, vera } from '#test/support/registering.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe('registration', () => {
  let house: House;
  let university: RelyingParty;
  let next = 1_000_000;
  const freshPhone = () => `+7900${String(next++)}`;
  const freshEmail = () => `vera${next++}@example.test`;

  before(async () => {
    house = await House.open({ settings: { smsGuard: roomyRanges, codes: { sendsPerAddress: 10_000 } } });
    university = await RelyingParty.register(house);
  });
  after(() => house.close());
  afterEach(() => house.clock.reset());

  async function signInAtUniversity(login: string, browser = new Browser(house.origin)) {
    return university.signIn(browser, { login, password: PASSWORD });
  }

  describe('with a phone', () => {
    it('R3, R4, R7, R11, P26: a code, a password, an account; sign-in works and is of the simplified tier', async () => {
      const registrant = new Registrant(house);
      const phone = freshPhone();
      const codePage = await registrant.begin({ phone: `8${phone.slice(2)}` });
      assert.ok(has(codePage, 'code') && has(codePage, 'code-submit') && has(codePage, 'resend'), textOf(codePage));
      const passwordPage = await registrant.enterCode(codePage, await codeSentTo(house, phone));
      assert.ok(has(passwordPage, 'new-password') && has(passwordPage, 'new-password-repeat'), textOf(passwordPage));
      const done = await registrant.choosePassword(passwordPage);
      assert.ok(has(done, 'continue'), textOf(done));
      assert.match(textOf(done), /password manager, or on paper in a safe place/, 'P26');
      const { tokens } = await signInAtUniversity(phone);
      assert.equal(tokens.claims()!.acr, 'urn:esia:acr:simplified');
      assert.deepEqual(tokens.claims()!.amr, ['pwd']);
    });

    it('R7: no account is usable before the code, and none before the password', async () => {
      const registrant = new Registrant(house);
      const phone = freshPhone();
      const codePage = await registrant.begin({ phone });
      const trySignIn = async () => {
        const request = await university.request();
        const browser = new Browser(house.origin);
        const page = await browser.open(request.url.href);
        return browser.submit(page, { login: phone, password: PASSWORD }, { form: 'login-submit' });
      };
      assert.equal((await trySignIn()).status, 422);
      await registrant.enterCode(codePage, await codeSentTo(house, phone));
      assert.equal((await trySignIn()).status, 422);
      assert.equal(await house.services.accounts.findIdByContact({ kind: 'phone', value: phone }), undefined);
    });

    it('R7, D1: a code works at 4:59 and not at 5:00', async () => {
      for (const [after, works] of [
        [4 * MINUTE + 59 * SECOND - 500, true],
        [5 * MINUTE, false],
      ] as const) {
        const registrant = new Registrant(house);
        const phone = freshPhone();
        const page = await registrant.begin({ phone });
        const code = await codeSentTo(house, phone);
        house.clock.advance(after);
        const view = await registrant.enterCode(page, code);
        assert.equal(has(view, 'password-submit'), works, textOf(view));
        if (!works) assert.match(textOf(view), /The code has expired\. Ask for a new one/);
      }
    });

    it('R7, D3: wrong codes count; after five even the right one fails', async () => {
      const registrant = new Registrant(house);
      const phone = freshPhone();
      const page = await registrant.begin({ phone });
      const code = await codeSentTo(house, phone);
      for (let i = 1; i <= 5; i++) {
        const view = await registrant.enterCode(page, otherThan(code, i));
        assert.equal(view.status, 422);
        assert.match(textOf(view), /That code is not right/);
      }
      const view = await registrant.enterCode(page, code);
      assert.equal(view.status, 422);
      assert.ok(!has(view, 'password-submit'));
    });

    it('R7: what is no code is told at once and costs no try; digits may be spelt', async () => {
      const registrant = new Registrant(house);
      const phone = freshPhone();
      const page = await registrant.begin({ phone });
      const code = await codeSentTo(house, phone);
      for (const typed of ['', ' ', '12345', '1234567', 'abcdef', "1' or '1", '9'.repeat(5000), '12345６７'])
        assert.equal((await registrant.enterCode(page, typed)).status, 422, typed.slice(0, 20));
      const spelt = ` ${code.slice(0, 3)}-${[...code]
        .slice(3)
        .map((d) => String.fromCharCode(0xff10 + Number(d)))
        .join('')} `;
      assert.ok(has(await registrant.enterCode(page, spelt), 'password-submit'));
    });

    it('R7, D1, D8, D9: no new code within a minute; then the old one is dead and the new one lives five minutes', async () => {
      const registrant = new Registrant(house);
      const phone = freshPhone();
      const page = await registrant.begin({ phone });
      const first = await codeSentTo(house, phone);
      const early = await registrant.resend(page);
      assert.equal(early.status, 422);
      assert.match(textOf(early), /You can ask for another message a little later/);
      assert.equal((await house.messages(phone)).length, 1);
      house.clock.advance(MINUTE);
      const again = await registrant.resend(page);
      assert.equal(again.status, 200);
      assert.equal((await house.messages(phone)).length, 2);
      const second = await codeSentTo(house, phone);
      if (first !== second) assert.equal((await registrant.enterCode(again, first)).status, 422);
      house.clock.advance(4 * MINUTE + 59 * SECOND - 900);
      assert.ok(has(await registrant.enterCode(again, second), 'password-submit'));
    });

    it('D1: a resend that is refused does not extend the code', async () => {
      const registrant = new Registrant(house);
      const phone = freshPhone();
      const page = await registrant.begin({ phone });
      const code = await codeSentTo(house, phone);
      house.clock.advance(50 * SECOND);
      await registrant.resend(page);
      house.clock.advance(4 * MINUTE + 10 * SECOND);
      assert.equal((await registrant.enterCode(page, code)).status, 422);
    });

    it('D9: the text says what for and where, to tell nobody, has no link, and ends as autofill wants it', async () => {
      const phone = freshPhone();
      await new Registrant(house).begin({ phone });
      const message = (await house.lastMessage(phone))!;
      assert.match(message.text, /your code to register at localhost/);
      assert.match(message.text, /Tell nobody, not even our staff/);
      assert.doesNotMatch(message.text, /https?:|www\./);
      assert.match(message.text, new RegExp(`\\n@localhost #${message.code}$`));
    });

    it('R4: a country that gets no messages is told at the field', async () => {
      const view = await new Registrant(house).begin({ phone: '+44 7400 123456' });
      assert.equal(view.status, 422);
      assert.ok(has(view, 'error-summary'));
      assert.match(errorOf(view, 'phone'), /We cannot text this country/);
    });
  });

  describe('with an e-mail address', () => {
    it('R3, R4, R8: opening the link, also by a mail scanner, uses nothing up; pressing the button does, once', async () => {
      const registrant = new Registrant(house);
      const email = freshEmail();
      const sent = await registrant.begin({ email: email.toUpperCase() });
      assert.match(textOf(sent), /Check your email/);
      const link = await linkSentTo(house, email);
      assert.ok(link.startsWith(`${house.origin}/registration/link/`));
      const scanner = new Browser(house.origin);
      for (let i = 0; i < 3; i++) assert.equal((await scanner.open(link)).status, 200);
      assert.equal((await scanner.request('HEAD', link)).status, 200);
      const page = await registrant.pressLink(link);
      assert.ok(has(page, 'password-submit'), textOf(page));
      const again = await registrant.browser.open(link);
      assert.equal(again.status, 410);
      assert.match(textOf(again), /This link no longer works/);
      assert.match(again.html, /<a [^>]*href="\/"/, 'a way on');
      assert.ok(has(await registrant.choosePassword(page), 'continue'));
      const { tokens } = await signInAtUniversity(email);
      assert.equal(tokens.claims()!.acr, 'urn:esia:acr:simplified');
    });

    it('R8: opened in another browser it goes on there; the first browser is shown to sign in and sets no password', async () => {
      const first = new Registrant(house);
      const email = freshEmail();
      const request = await university.request();
      const signInPage = await first.browser.open(request.url.href);
      const sent = await first.begin({ email }, hrefOf(signInPage, 'register-link'));
      const flowPath = new URL(sent.url).pathname;
      const phone = new Registrant(house);
      const page = await phone.pressLink(await linkSentTo(house, email));
      assert.ok(has(page, 'password-submit'));

      const waiting = await first.browser.open(flowPath);
      assert.match(textOf(waiting), /Go on where you opened the link/);
      assert.ok(!has(waiting, 'new-password'));
      const stolen = await first.browser.request(
        'POST',
        `${flowPath}/password`,
        new URLSearchParams({
          csrf: csrfOf(waiting),
          'new-password': 'Other-Window-77',
          'new-password-repeat': 'Other-Window-77',
        }),
      );
      assert.equal(stolen.headers.get('location'), flowPath);
      assert.equal(await house.services.accounts.findIdByContact({ kind: 'email', value: email }), undefined);

      const done = await phone.choosePassword(page);
      assert.match(textOf(done), /began registering in another browser/);
      const account = await phone.browser.open(hrefOf(done, 'sign-in-link'));
      assert.match(textOf(account), /Соловьёва Вера/, 'signed in where the password was chosen');

      const login = await first.browser.open(hrefOf(await first.browser.open(flowPath), 'sign-in-link'));
      assert.ok(has(login, 'login-submit'), 'and not where it was not');
      const consent = await first.browser.submit(login, { login: email, password: PASSWORD }, { form: 'login-submit' });
      const back = await first.browser.submit(consent, {}, { form: 'consent-submit' });
      assert.ok((await university.exchange(back.url, request)).access_token);
    });

    it('R8: a newer link kills the older', async () => {
      const registrant = new Registrant(house);
      const email = freshEmail();
      const sent = await registrant.begin({ email });
      const older = await linkSentTo(house, email);
      assert.equal((await registrant.resend(sent)).status, 422, 'not within a minute');
      house.clock.advance(61 * SECOND);
      assert.equal((await registrant.resend(sent)).status, 200);
      const newer = await linkSentTo(house, email);
      assert.notEqual(newer, older);
      assert.equal((await registrant.browser.open(older)).status, 410);
      assert.ok(has(await registrant.pressLink(newer), 'password-submit'));
    });

    it('R8: a link lives fifteen minutes', async () => {
      for (const [after, status] of [
        [15 * MINUTE - SECOND, 200],
        [15 * MINUTE, 410],
      ] as const) {
        const registrant = new Registrant(house);
        const email = freshEmail();
        await registrant.begin({ email });
        const link = await linkSentTo(house, email);
        house.clock.advance(after);
        const view = await registrant.browser.open(link);
        assert.equal(view.status, status);
        if (status === 410) continue;
        house.clock.advance(2 * SECOND);
        assert.equal((await registrant.browser.submit(view, {}, { form: 'confirm-email-submit' })).status, 410);
      }
    });

    it('R8: the button pressed in two browsers at once opens the password page in one of them', async () => {
      const email = freshEmail();
      await new Registrant(house).begin({ email });
      const link = await linkSentTo(house, email);
      const views = await Promise.all(
        Array.from({ length: 10 }, () => new Registrant(house).browser).map(async (browser) =>
          browser
            .submit(await browser.open(link), {}, { form: 'confirm-email-submit' })
            .catch((error: unknown) => error as View),
        ),
      );
      assert.equal(views.filter((view) => view.html && has(view, 'password-submit')).length, 1);
      assert.ok(views.every((view) => view instanceof Error || view.status < 500));
    });
  });

  describe('the first page', () => {
    it('R4: with both contacts the phone is proven and both are kept', async () => {
      const [phone, email] = [freshPhone(), freshEmail()];
      const registrant = new Registrant(house);
      const done = await registrant.choosePassword(await registrant.provePhone(phone, { email }));
      const account = await registrant.browser.open(hrefOf(done, 'continue'));
      assert.match(textOf(account), new RegExp(`${email} Not confirmed`, 'i'));
    });

    it('R4: with neither contact it says that one is enough', async () => {
      const view = await new Registrant(house).begin({ phone: ' ', email: '' });
      assert.equal(view.status, 422);
      assert.match(errorOf(view, 'phone'), /one is enough/);
    });

    it('R5: real names pass', async () => {
      for (const name of [
        'Римская-Корсакова',
        'О’Коннор',
        "O'Brien",
        'Ёлкина',
        'Müller',
        'Ли',
        'де ла Крус',
        'Ғабдуллин',
        'Ӯрунова',
        ' Анна ',
      ])
        assert.match(
          textOf(await new Registrant(house).begin({ 'last-name': name, phone: freshPhone() })),
          /Confirm your phone/,
          name,
        );
    });

    it('R5, F4: what is no name is refused at its field, with the typed values kept', async () => {
      const refused = [
        '',
        '  ',
        'Иванoв',
        'Ivanоv',
        'Анна1',
        'A_B',
        '-Анна',
        'Анна-',
        'Ан--на',
        '<script>',
        'Анна\u0000',
        '😀',
        '٣٤',
        "'",
        'я'.repeat(101),
        'x'.repeat(30_000),
      ];
      for (const name of refused) {
        const phone = freshPhone();
        const view = await new Registrant(house).begin({ 'last-name': name, 'first-name': 'Вера', phone });
        assert.equal(view.status, 422, name.slice(0, 30));
        assert.notEqual(errorOf(view, 'last-name'), '', name.slice(0, 30));
        assert.equal(formIn(view, 'registration-submit').fields['first-name'], 'Вера');
        assert.equal(formIn(view, 'registration-submit').fields.phone, phone);
        assert.deepEqual(await house.messages(phone), []);
      }
    });

    it('R6: without consent nothing is sent', async () => {
      const phone = freshPhone();
      const view = await new Registrant(house).begin({ phone, agree: undefined });
      assert.equal(view.status, 422);
      assert.match(errorOf(view, 'agree'), /Tick the box/);
      assert.equal(formIn(view, 'registration-submit').fields['last-name'], vera['last-name']);
      assert.deepEqual(await house.messages(phone), []);
    });

    it('R6: what was agreed to is kept with version and time', async () => {
      const phone = freshPhone();
      const registrant = new Registrant(house);
      await registrant.choosePassword(await registrant.provePhone(phone));
      const id = (await house.services.accounts.findIdByContact({ kind: 'phone', value: phone }))!;
      const { terms, privacy } = house.services.agreement;
      const account = await house.services.accounts.find(id);
      assert.deepEqual(account!.agreements.sort(), [`privacy:${privacy}`, `terms:${terms}`]);
    });

    it('R4: every field that is wrong is named at once', async () => {
      const view = await new Registrant(house).begin({
        'last-name': '',
        'first-name': '7',
        phone: '12',
        email: 'x',
        agree: undefined,
      });
      for (const field of ['last-name', 'first-name', 'phone', 'email', 'agree'])
        assert.notEqual(errorOf(view, field), '', field);
    });
  });

  describe('the password page', () => {
    let registrant: Registrant;
    let page: View;
    let phone: string;

    beforeEach(async () => {
      registrant = new Registrant(house);
      phone = freshPhone();
      page = await registrant.provePhone(phone);
    });

    it('P1, P2: every broken rule is marked after the post, and no password comes back', async () => {
      const typed = { short1: 'a', common: 'Password-1' };
      for (const password of Object.values(typed)) {
        const view = await registrant.choosePassword(page, password);
        assert.equal(view.status, 422);
        assert.ok(!view.html.includes(`value="${password}"`));
        const expected = house.services.policy
          .check(password, { names: [vera['last-name'], vera['first-name']], phones: [phone], emails: [] })
          .filter(({ ok }) => !ok)
          .map(({ code }) => code);
        assert.deepEqual(brokenRules(view), expected);
        assert.ok(has(view, 'error-summary'));
      }
    });

    it('P3, C2: own name, own phone', async () => {
      for (const password of ['Soloveva-52!', 'Solovyova-5!', 'Cjkjdm`df-52', `Aa-${phone.slice(-7)}`])
        assert.deepEqual(
          brokenRules(await registrant.choosePassword(page, password)).includes('personal'),
          true,
          password,
        );
    });

    it('P5: the two must be the same; a space more is another password', async () => {
      for (const repeat of ['', 'Quiet-Harbour-53', `${PASSWORD} `]) {
        const view = await registrant.choosePassword(page, PASSWORD, repeat);
        assert.equal(view.status, 422);
        assert.match(errorOf(view, 'new-password-repeat'), /The passwords differ/);
      }
      assert.ok(has(await registrant.choosePassword(page), 'continue'));
    });

    it('P4: a suggestion without script: in both fields, accepted, another each time', async () => {
      const suggest = () => registrant.browser.submit(page, {}, { form: 1 });
      const suggestions = new Set<string>();
      let view = page;
      for (let i = 0; i < 5; i++) {
        view = await suggest();
        const { fields } = formIn(view, 'password-submit');
        assert.equal(fields['new-password'], fields['new-password-repeat']);
        suggestions.add(fields['new-password']!);
      }
      assert.equal(suggestions.size, 5);
      assert.ok(has(await registrant.browser.submit(view, {}, { form: 'password-submit' }), 'continue'));
    });

    it('C1: 129 characters are refused before hashing, 128 are fine, and all of them count', async () => {
      const { hasher } = house.services;
      const long = (length: number) => `Ab1-${'kfmw29 xe'.repeat(15)}`.slice(0, length);
      const before = hasher.hashes;
      for (const password of [long(129), `${PASSWORD}${'é'.repeat(3000)}`, 'x'.repeat(25_000)]) {
        const view = await registrant.choosePassword(page, password);
        assert.equal(view.status, 422);
        assert.ok(brokenRules(view).includes('length'));
      }
      assert.equal(hasher.hashes, before);
      assert.ok(has(await registrant.choosePassword(page, long(128)), 'continue'));
      assert.equal(hasher.hashes, before + 1);
      const { credentials } = house.services;
      const check = (password: string) => credentials.check({ login: phone, password, address: '192.0.2.1' });
      assert.equal(await check(`${long(72)}${'z'.repeat(56)}`), undefined, 'differs after byte 72');
      assert.ok(await check(long(128)));
    });

    it('C1: spaces around and inside belong to the password', async () => {
      assert.ok(has(await registrant.choosePassword(page, `  ${PASSWORD}  `), 'continue'));
      const check = (password: string) =>
        house.services.credentials.check({ login: phone, password, address: '192.0.2.2' });
      assert.equal(await check(PASSWORD), undefined);
      assert.ok(await check(`  ${PASSWORD}  `));
    });

    it('R7: the button pressed ten times makes one account and ends well in this browser', async () => {
      const { action, fields } = formIn(page, 'password-submit');
      const body = new URLSearchParams({ ...fields, 'new-password': PASSWORD, 'new-password-repeat': PASSWORD });
      const views = await Promise.all(
        Array.from({ length: 10 }, () => registrant.browser.request('POST', action, new URLSearchParams(body))),
      );
      assert.deepEqual([...new Set(views.map(({ status }) => status))], [303]);
      assert.ok(has(await registrant.browser.open(action.replace('/password', '')), 'continue'));
      const again = await registrant.browser.submit(
        page,
        { 'new-password': 'Other-Window-77', 'new-password-repeat': 'Other-Window-77' },
        { form: 'password-submit' },
      );
      assert.ok(has(again, 'continue'));
      const { credentials } = house.services;
      assert.equal(
        await credentials.check({ login: phone, password: 'Other-Window-77', address: '192.0.2.3' }),
        undefined,
      );
    });
  });

  describe('and the way back', () => {
    it('R7: an answer that was lost to a second press is given again, for the same password alone', async () => {
      const registrant = new Registrant(house);
      const { browser } = registrant;
      const page = await registrant.provePhone('+79003330011');
      await registrant.choosePassword(page);
      browser.forget('registered');
      await registrant.choosePassword(page, 'Other-Window-77');
      const stranger = await browser.open('/account');
      assert.ok(has(stranger, 'login-submit'), 'another password signs nobody in');
      const again = await registrant.choosePassword(page);
      assert.ok(has(again, 'continue'));
      const account = await browser.open('/account');
      assert.ok(new URL(account.url).pathname === '/account' && !has(account, 'login-submit'), textOf(account));
    });

    it('R7: begun inside a client’s request it ends there: tokens after consent, the password not typed again', async () => {
      const registrant = new Registrant(house);
      const { browser } = registrant;
      const request = await university.request();
      const signInPage = await browser.open(request.url.href);
      const start = await browser.open(hrefOf(signInPage, 'register-link'));
      assert.match(textOf(start), /University/);
      const phone = freshPhone();
      const codePage = await registrant.begin({ phone }, hrefOf(signInPage, 'register-link'));
      assert.match(textOf(codePage), /University/, 'every page says for whom');
      const passwordPage = await registrant.enterCode(codePage, await codeSentTo(house, phone));
      assert.match(textOf(passwordPage), /University/);
      const done = await registrant.choosePassword(passwordPage);
      assert.match(textOf(done), /Continue to University/);
      const ticket = { value: browser.cookie('registered')!, sig: browser.cookie('registered.sig')! };
      assert.ok(ticket.value);

      const consent = await browser.open(hrefOf(done, 'continue'));
      assert.ok(has(consent, 'consent-submit'), textOf(consent));
      const back = await browser.submit(consent, {}, { form: 'consent-submit' });
      const tokens = await university.exchange(back.url, request);
      assert.equal(tokens.claims()!.acr, 'urn:esia:acr:simplified');

      const later = new Browser(house.origin);
      for (const name of ['browser', 'browser.sig']) later.setCookie(name, browser.cookie(name)!);
      later.setCookie('registered', ticket.value, '/interaction');
      later.setCookie('registered.sig', ticket.sig, '/interaction');
      assert.ok(has(await later.open((await university.request()).url.href), 'login-submit'), 'the ticket works once');
    });

    it('F2: the ticket is of no use in another browser, and is dead after ten minutes', async () => {
      for (const [minutes, sameBrowser] of [
        [0, false],
        [10, true],
      ] as const) {
        const registrant = new Registrant(house);
        await registrant.choosePassword(await registrant.provePhone(freshPhone()));
        const other = sameBrowser ? registrant.browser : new Browser(house.origin);
        for (const name of ['registered', 'registered.sig'])
          other.setCookie(name, registrant.browser.cookie(name)!, '/interaction');
        house.clock.advance(minutes * MINUTE);
        assert.ok(has(await other.open((await university.request()).url.href), 'login-submit'));
        house.clock.reset();
      }
    });

    it('R7: begun outside of any request it ends in the account', async () => {
      const registrant = new Registrant(house);
      const done = await registrant.choosePassword(await registrant.provePhone(freshPhone()));
      const account = await registrant.browser.open(hrefOf(done, 'continue'));
      assert.equal(new URL(account.url).pathname, '/account');
      assert.match(textOf(account), /Соловьёва Вера/);
    });

    it('R11: nothing asks a registered person for more at the next sign-ins', async () => {
      const phone = freshPhone();
      const registrant = new Registrant(house);
      await registrant.choosePassword(await registrant.provePhone(phone));
      const browser = new Browser(house.origin);
      await signInAtUniversity(phone, browser);
      const again = await signInAtUniversity(phone, browser);
      assert.match(again.view.url, /^https:\/\/university\.example\/callback\?code=/);
    });
  });
});

function errorOf(view: View, field: string): string {
  const [, text = ''] = new RegExp(`<p class="error" id="${field}-error"[^>]*>([\\s\\S]*?)</p>`).exec(view.html) ?? [];
  return text.replace(/<[^>]+>/g, '').trim();
}

function brokenRules(view: View): string[] {
  return [...view.html.matchAll(/<li data-rule="(\w+)" class="bad">/g)].map(([, rule]) => rule!);
}

function csrfOf(view: View): string {
  return /name="csrf" value="([^"]+)"/.exec(view.html)![1]!;
}
