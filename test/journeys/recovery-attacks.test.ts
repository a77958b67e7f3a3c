import assert from 'node:assert/strict';
import { spellContact } from '#src/identity/accounts/contact.ts';
import { Browser, formIn, has, hrefOf, textOf, type View } from '#test/support/browser.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { House } from '#test/support/house.ts';
import { anna, boris, PASSWORD, settle } from '#test/support/people.ts';
import { par } from '#test/support/protocol.ts';
import { Forgetful, NEW_PASSWORD } from '#test/support/recovering.ts';
import { dump, manyMessages, otherThan } from '#test/support/registering.ts';
import { codeTo, enrol } from '#test/support/second-factor.ts';
import { statementsDuring } from '#test/support/statements.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const generous = { lookUpsPerBrowser: 1000, lookUpsPerAddress: 1000, startsPerAddress: 10_000 };

describe('recovery under attack: who is registered', () => {
  let house: House;

  before(async () => {
    house = await House.open({
      database: 'embedded',
      settings: { codes: { sendsPerAddress: 100_000 }, recovery: generous },
    });
    await settle(house, anna);
    await settle(house, boris);
    const olga = await settle(house, {
      contacts: [{ kind: 'phone', value: '+79000000003' }],
      evidence: ['registry'],
      documents: { rf_passport: '4510000003', snils: '70000000381' },
    });
    await house.services.accounts.claimForeignLogin(house.services.db, olga.id, 'UZBAB123456790');
    const blocked = await settle(house, {
      contacts: [
        { kind: 'phone', value: '+79000000004' },
        { kind: 'email', value: 'blocked@example.test' },
      ],
      documents: { rf_passport: '4510000004' },
      evidence: ['registry'],
    });
    await house.services.accounts.setStatus(blocked.id, 'blocked');
    const { db, accounts, agreement } = house.services;
    await db.transaction().execute((transaction) =>
      accounts.create(transaction, {
        profile: { familyName: 'Немова', givenName: 'Нина' },
        locale: 'ru',
        verified: [{ kind: 'email', value: 'nina@example.test' }],
        unverified: [{ kind: 'phone', value: '+79000000005' }],
        agreement,
      }),
    );
  });
  after(() => house.close());
  afterEach(() => house.clock.reset());

  /** Every page a stranger sees, with everything that could differ, and what it cost. */
  async function walk(values: Record<string, string>) {
    // Whoever was asked for before has used up some of the messages they may get.
    await house.services.db.deleteFrom('budgets').execute();
    await house.settleOutbox();
    const forgetful = new Forgetful(house);
    const before = house.services.hasher.hashes;
    const { result: views, statements } = await statementsDuring(async () => {
      const first = await forgetful.find(values);
      const path = new URL(first.url).pathname;
      const { browser } = forgetful;
      const all = [first, await browser.open(path), await browser.open(`${path}/another-way`)];
      if (has(first, 'code-submit')) all.push(await forgetful.enterCode(first, '000000'));
      all.push(await browser.submit(first, {}, { form: 'resend' }));
      house.clock.advance(MINUTE + SECOND);
      all.push(await browser.submit(await browser.open(path), {}, { form: 'resend' }));
      if (has(first, 'send-letter')) {
        house.clock.advance(MINUTE + SECOND);
        all.push(await browser.submit(await browser.open(path), {}, { form: 'send-letter' }));
      }
      const other = await browser.open(`${path}/another-way`);
      all.push(await forgetful.giveDocument(other, '4599 777777'));
      house.clock.reset();
      return all;
    });
    const typed = Object.values(values).flatMap((value) => [value, spellContact({ kind: 'phone', value })]);
    const pathOf = ({ url }: View) => new URL(url).pathname.replace(/[\w-]{43}/, '…');
    return {
      views: views.map((view) => ({ at: pathOf(view), ...comparable(view, typed) })),
      cookies: forgetful.browser.setCookies.map((line) => line.replace(/=[^;]+/, '=').replace(/expires=[^;]+/, '')),
      statements,
      hashes: house.services.hasher.hashes - before,
    };
  }

  const outcomes: Record<string, Record<string, Record<string, string>>> = {
    phone: {
      unknown: { contact: '+79000000999' },
      unproven: { contact: '+79000000005' },
      simplified: { contact: '+79000000002' },
      standard: { contact: '+79000000003' },
      confirmed: { contact: '+79000000001' },
      blocked: { contact: '+79000000004' },
    },
    email: {
      unknown: { contact: 'nobody@example.test' },
      confirmed: { contact: 'anna@example.test' },
      blocked: { contact: 'blocked@example.test' },
    },
    passport: {
      unknown: { 'recover-by': 'passport', 'document-number': '4510 999999' },
      standard: { 'recover-by': 'passport', 'document-number': '4510 000003' },
      confirmed: { 'recover-by': 'passport', 'document-number': '4510 123456' },
      blocked: { 'recover-by': 'passport', 'document-number': '4510 000004' },
    },
    snils: {
      unknown: { 'recover-by': 'snils', 'document-number': '00000061424' },
      confirmed: { 'recover-by': 'snils', 'document-number': '11223344595' },
    },
    inn: { unknown: { 'recover-by': 'inn', 'document-number': '990000061407' } },
    foreign: {
      unknown: { 'recover-by': 'foreign', 'document-number': 'KGZAB123456790' },
      standard: { 'recover-by': 'foreign', 'document-number': 'UZBAB123456790' },
    },
  };

  for (const [by, { unknown, ...others }] of Object.entries(outcomes))
    for (const [outcome, values] of Object.entries(others))
      it(`E1: by ${by}, ${outcome} and unknown answer alike, with the same work`, async () => {
        const [one, other] = [await walk(unknown!), await walk(values)];
        assert.deepEqual(other.views, one.views);
        assert.deepEqual(other.cookies, one.cookies);
        assert.deepEqual(other.statements.sort(), one.statements.sort());
        assert.equal(other.hashes, one.hashes);
      });

  it('D8: of twenty presses of “send again” at once one sends, whoever is asked for', async () => {
    await house.services.db.deleteFrom('budgets').execute();
    const forgetful = new Forgetful(house);
    const view = await forgetful.find({ contact: '+79000000003' });
    const before = (await house.messages('+79000000003')).length;
    house.clock.advance(MINUTE + SECOND);
    const { action, fields } = formIn(view, 'resend');
    const url = new URL(action, view.url).href;
    const views = await par(20, () => forgetful.browser.request('POST', url, new URLSearchParams(fields)));
    assert.ok(views.every(({ status }) => [303, 409, 422].includes(status)));
    assert.equal((await house.messages('+79000000003')).length, before + 1);
  });

  it('E1: only the sink differs: nothing goes to unproven, unknown and blocked', async () => {
    for (const to of ['+79000000999', '+79000000005', '+79000000004', 'blocked@example.test', 'nobody@example.test'])
      assert.deepEqual(await house.messages(to), [], to);
    assert.ok((await house.messages('+79000000001')).length > 0);
  });
});

for (const kind of databaseKinds) {
  describe(`recovery under attack, over two instances on ${kind}`, () => {
    let house: House;
    let next = 300;

    before(async () => {
      house = await House.open({ database: kind, instances: 2, settings: { codes: manyMessages, recovery: generous } });
    });
    after(() => house.close());
    afterEach(() => house.clock.reset());

    async function somebody() {
      const [phone, email] = [`+7900000${String(next++).padStart(4, '0')}`, `person${next++}@example.test`];
      const contacts = [{ kind: 'phone', value: phone } as const, { kind: 'email', value: email } as const];
      return { ...(await settle(house, { ...boris, contacts })), phone, email };
    }

    /** The same form many times at once; answers the views, no redirect followed. */
    async function press(
      browser: Browser,
      view: View,
      form: string,
      fields: Record<string, string>[],
    ): Promise<View[]> {
      const { action, fields: kept } = formIn(view, form);
      const url = new URL(action, view.url).href;
      return par(fields.length, (i) => browser.request('POST', url, new URLSearchParams({ ...kept, ...fields[i] })));
    }

    const moved = (views: View[]) => views.filter(({ status }) => status === 303);
    const works = async (login: string, password: string) =>
      (await house.services.credentials.check({ login, password, address: '192.0.2.9', deviceSecret: undefined })) !==
      undefined;

    it('D1: a code lives five minutes from issue, and a newer one kills it', async () => {
      const person = await somebody();
      const forgetful = new Forgetful(house);
      const view = await forgetful.find({ contact: person.phone });
      const first = await codeTo(house, person.phone);
      house.clock.advance(4 * MINUTE);
      const again = await forgetful.browser.submit(view, {}, { form: 'resend' });
      assert.equal((await forgetful.enterCode(again, first)).status, 422, 'dead after a newer one');
      house.clock.advance(5 * MINUTE);
      const late = await codeTo(house, person.phone);
      assert.equal((await forgetful.enterCode(again, late)).status, 422, 'dead after five minutes');
    });

    it('D2, D3: fifty guesses at once are five; then even the right code fails', async () => {
      const person = await somebody();
      const forgetful = new Forgetful(house);
      const view = await forgetful.find({ contact: person.phone });
      const code = await codeTo(house, person.phone);
      const guesses = Array.from({ length: 50 }, (_, i) => ({ code: otherThan(code, i + 1) }));
      assert.equal(moved(await press(forgetful.browser, view, 'code-submit', guesses)).length, 0);
      assert.equal(moved(await press(forgetful.browser, view, 'code-submit', [{ code }])).length, 0);
    });

    it('D2: of twenty right codes one proves the phone', async () => {
      const person = await somebody();
      const forgetful = new Forgetful(house);
      const view = await forgetful.find({ contact: person.phone });
      const code = await codeTo(house, person.phone);
      const views = await press(
        forgetful.browser,
        view,
        'code-submit',
        Array.from({ length: 20 }, () => ({ code })),
      );
      assert.ok(views.every(({ status }) => [303, 409, 422].includes(status)));
      assert.ok(has(await forgetful.browser.open(view.url), 'new-password'));
    });

    it('D4: ten wrong codes a day close the codes of the account, by whatever it is found; its owner hears of it', async () => {
      const person = await somebody();
      for (let round = 0; round < 2; round++) {
        const forgetful = new Forgetful(house);
        const view = await forgetful.find({ contact: person.phone });
        const code = await codeTo(house, person.phone);
        for (let i = 0; i < 5; i++) await forgetful.enterCode(view, otherThan(code, i + 1));
      }
      const sent = (await house.messages(person.phone)).length;
      const late = new Forgetful(house);
      assert.ok(has(await late.find({ contact: person.phone }), 'code-submit'), 'the same page');
      assert.equal((await house.messages(person.phone)).length, sent, 'no code is sent');
      assert.match((await house.lastMessage(person.email))!.text, /много раз ввёл неверный код/);
      house.clock.advance(DAY + MINUTE);
      await new Forgetful(house).provePhone(person.phone);
    });

    it('D5: a code opens nothing in another browser, journey or purpose', async () => {
      const [person, other] = [await somebody(), await somebody()];
      const [mine, foreign] = [new Forgetful(house), new Forgetful(house)];
      await mine.find({ contact: person.phone });
      const code = await codeTo(house, person.phone);
      const theirs = await foreign.find({ contact: other.phone });
      assert.equal((await foreign.enterCode(theirs, code)).status, 422);
      assert.equal(
        (await foreign.browser.open(new URL((await mine.find({ contact: person.phone })).url).pathname)).status,
        403,
      );
    });

    it('D6: codes and links are nowhere in the database', async () => {
      const person = await somebody();
      await new Forgetful(house).find({ contact: person.phone });
      await new Forgetful(house).find({ contact: person.email });
      const code = await codeTo(house, person.phone);
      const [link] = (await house.messages(person.email))[0]!.links;
      await house.services.db.deleteFrom('sandbox_inbox').execute();
      const rows = await dump(house);
      assert.ok(!rows.includes(link!.split('/').at(-1)!));
      assert.ok(!rows.includes(`"${code}"`));
    });

    it('E3: of ten presses of one link one counts; after fifteen minutes none', async () => {
      const person = await somebody();
      await new Forgetful(house).find({ contact: person.email });
      const [link] = (await house.messages(person.email))[0]!.links;
      const browsers = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const browser = new Browser(house.origin);
          return { browser, page: await browser.open(link!) };
        }),
      );
      const views = await par(10, (i) => {
        const { browser, page } = browsers[i]!;
        const { action, fields } = formIn(page, 'recovery-link-submit');
        return browser.request('POST', action, new URLSearchParams(fields));
      });
      assert.equal(moved(views).length, 1, views.map(({ status }) => status).join(' '));

      await new Forgetful(house).find({ contact: person.email });
      house.clock.advance(15 * MINUTE);
      assert.equal((await new Forgetful(house).openLetter(person.email)).status, 410);
    });

    it('E3: a link and a journey die with the contact and with the password', async () => {
      const person = await somebody();
      await new Forgetful(house).find({ contact: person.email });
      const { contactChanges, accountSessions } = house.services;
      await contactChanges.apply(person.id, { kind: 'email', value: `new${person.email}` }, 'ru');
      assert.equal((await new Forgetful(house).openLetter(person.email)).status, 410);

      const forgetful = new Forgetful(house);
      const page = await forgetful.provePhone(person.phone);
      await accountSessions.endAll(person.id, async () => true);
      const values = { 'new-password': NEW_PASSWORD, 'new-password-repeat': NEW_PASSWORD };
      assert.equal((await forgetful.browser.submit(page, values, { form: 'password-submit' })).status, 410);
      assert.ok(await works(person.phone, PASSWORD));
    });

    it('E4: of ten new passwords at once one is set', async () => {
      const person = await somebody();
      const forgetful = new Forgetful(house);
      const page = await forgetful.provePhone(person.phone);
      const passwords = Array.from({ length: 10 }, (_, i) => `Loud-Lantern-8${i}`);
      const views = await press(
        forgetful.browser,
        page,
        'password-submit',
        passwords.map((one) => ({ 'new-password': one, 'new-password-repeat': one })),
      );
      assert.equal(moved(views).filter(({ headers }) => headers.get('location') === '/account').length, 1);
      assert.ok(views.every(({ status }) => status < 500 || status === 503));
      assert.equal((await house.messages(person.phone)).filter(({ text }) => /новый пароль/.test(text)).length, 1);
    });

    it('E4: no page is reached by its address before the steps ahead of it', async () => {
      const person = await settle(house, {
        ...anna,
        contacts: [{ kind: 'phone', value: `+7900000${String(next++).padStart(4, '0')}` }],
        documents: { rf_passport: `45108${String(next++).padStart(5, '0')}` },
      });
      await enrol(house, person, 'totp');
      await house.services.securitySettings.setQuestion(person.id, { listed: 'pet' }, 'Мурзик');
      const own = await somebody();
      const mine = new Forgetful(house);
      const ready = await mine.provePhone(own.phone);
      const victim = await mine.find({ contact: person.login });
      const path = new URL(victim.url).pathname;
      const token = formIn(ready, 'password-submit').fields.csrf!;
      const tries: [string, Record<string, string>][] = [
        ['password', { 'new-password': NEW_PASSWORD, 'new-password-repeat': NEW_PASSWORD }],
        ['document', { 'document-number': '4510123456' }],
        ['answer', { 'security-answer': 'Мурзик' }],
        ['factor', { with: 'backup_code', code: '2345678923' }],
        ['channel', { channel: 'email' }],
        ['suggestion', {}],
      ];
      for (const [step, fields] of tries) {
        const body = new URLSearchParams({ ...fields, csrf: token });
        const view = await mine.browser.request('POST', `${path}/${step}`, body);
        assert.ok([303, 409].includes(view.status), `${step}: ${view.status}`);
        assert.ok(has(await mine.browser.open(path), 'code-submit'), `${step}: still at the code`);
      }
      assert.ok(await works(person.login, PASSWORD));
    });

    it('E6: a code that went to the phone does not prove the address that was chosen after it', async () => {
      const contacts = [
        { kind: 'phone', value: `+7900000${String(next++).padStart(4, '0')}` } as const,
        { kind: 'email', value: `person${next++}@example.test` } as const,
      ];
      const passport = `45109${String(next++).padStart(5, '0')}`;
      const person = await settle(house, { ...anna, contacts, documents: { rf_passport: passport } });
      await enrol(house, person, 'sms');
      const forgetful = new Forgetful(house);
      const view = await forgetful.find({ contact: person.login, 'document-number': passport });
      const code = await codeTo(house, person.login);
      const other = await forgetful.browser.open(hrefOf(view, 'no-phone-link'));
      const { sendLimits } = house.services;
      const original = sendLimits.take.bind(sendLimits);
      for (const { sendLimits: limits } of house.all) limits.take = async () => 'too_many';
      await forgetful.browser.submit(other, {}, { form: 'choose-email' });
      for (const { sendLimits: limits } of house.all) limits.take = original;
      const after = await forgetful.enterCode(view, code);
      assert.equal(after.status, 422);
      assert.ok(!has(await forgetful.browser.open(view.url), 'choose-factor-link'));
    });

    it('E7, C3: who was locked out by a stranger’s guesses gets in after a recovery', async () => {
      const person = await somebody();
      for (let i = 0; i < 25; i++) await works(person.phone, `Wrong-Guess-${i}`);
      assert.ok(!(await works(person.phone, PASSWORD)));
      const forgetful = new Forgetful(house);
      await forgetful.choosePassword(await forgetful.provePhone(person.phone));
      const at = { login: person.phone, password: NEW_PASSWORD, address: '198.51.100.7' };
      assert.equal(await house.services.credentials.check(at), person.id);
    });

    it('M4: what was begun and left goes with time', async () => {
      await new Forgetful(house).find({ contact: '+79000000998' });
      const link = hrefOf(await new Forgetful(house).find({ contact: '+79000000997' }), 'no-phone-link');
      house.clock.advance(61 * MINUTE);
      assert.equal((await new Browser(house.origin).open(link)).status, 404);
      assert.ok(textOf(await new Browser(house.origin).open(link)).length > 0);
    });
  });
}

function comparable({ status, html, headers }: View, typed: string[]) {
  const strip = (text: string) =>
    typed
      .reduce((left, value) => left.replaceAll(value, '…').replaceAll(value.replace('+', '&#43;'), '…'), text)
      .replace(/name="csrf" value="[^"]*"/g, 'csrf')
      .replace(/[\w-]{43}/g, '…')
      .replace(/(data-countdown="|<span class="digits">)[\d:]+/g, 'time');
  const shown = [...headers].filter(
    ([name]) => !['date', 'x-request-id', 'set-cookie', 'content-length'].includes(name),
  );
  return { status, html: strip(html), headers: shown.map(([name, value]) => [name, strip(value)]) };
}
