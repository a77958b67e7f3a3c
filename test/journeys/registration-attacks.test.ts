import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { spellContact } from '#src/identity/accounts/contact.ts';
import { House } from '#test/support/house.ts';
import { formIn, has, hrefOf, textOf, type View } from '#test/support/browser.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { anna, boris, PASSWORD, settle } from '#test/support/people.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import {
  codeSentTo,
  dump,
  linkSentTo,
  manyMessages,
  otherThan,
  Registrant,
  roomyRanges,
} from '#test/support/registering.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('registration under attack', () => {
  let house: House;
  let next = 2_000_000;
  const freshPhone = () => `+7900${String(next++)}`;
  const freshEmail = () => `vera${next++}@example.test`;

  before(async () => {
    house = await House.open({ settings: { smsGuard: roomyRanges, codes: { sendsPerAddress: 100_000 } } });
    await settle(house, anna);
    await settle(house, boris);
  });
  after(() => house.close());
  afterEach(() => house.clock.reset());

  describe('to learn who is registered', () => {
    const pairs = [
      ['phone', () => '+79000000002', freshPhone],
      ['email', () => 'anna@example.test', freshEmail],
    ] as const;

    for (const [kind, taken, free] of pairs) {
      it(`F1: a taken and a free ${kind} answer alike at every step, with the same work`, async () => {
        const walk = async (contact: string) => {
          const registrant = new Registrant(house);
          const before = house.services.hasher.hashes;
          const first = await registrant.begin({ [kind]: contact });
          const path = new URL(first.url).pathname;
          const views = [first, await registrant.browser.open(path), await registrant.resend(first)];
          if (kind === 'phone') views.push(await registrant.enterCode(first, otherThan(await codeOrNone(contact))));
          house.clock.advance(MINUTE);
          views.push(await registrant.resend(first), await registrant.browser.open(path));
          house.clock.reset();
          return {
            answers: views.map((view) => comparable(view, [contact, path])),
            cookies: registrant.browser.setCookies.map((line) =>
              line.replace(/=[^;]+/, '=').replace(/expires=[^;]+/, 'expires='),
            ),
            hops: registrant.browser.visited.map((url) => url.replaceAll(path, '/registration/…')),
            hashes: house.services.hasher.hashes - before,
          };
        };
        const codeOrNone = async (contact: string) => (await house.lastMessage(contact))?.code ?? '123456';
        const [known, unknown] = [taken(), free()];
        assert.deepEqual(await walk(known), await walk(unknown));
        const told = await house.messages(known);
        assert.equal(told.length, 2);
        for (const { text, code, links } of told) {
          assert.match(text, /already has an account/);
          assert.deepEqual([code, links], [undefined, []], 'nothing in it works');
        }
        assert.match((await house.lastMessage(unknown))!.text, /register/);
      });
    }

    it('F1: no code at all proves a taken phone', async function () {
      this.timeout(240_000);
      const phone = '+79000000001';
      const registrant = new Registrant(house);
      const page = await registrant.begin({ phone });
      const browser = registrant.browser.cookie('browser')!;
      const { index, db } = house.services;
      const { code_hash: kept } = await db
        .selectFrom('one_time_codes')
        .select('code_hash')
        .where('target_index', '=', index.of('codes.register', phone))
        .executeTakeFirstOrThrow();
      for (let i = 0; i < 1_000_000; i++) {
        const typed = String(i).padStart(6, '0');
        if (index.of('codes.hash', ['register', phone, browser, typed].join('\0')).equals(kept)) assert.fail(typed);
      }
      assert.equal((await registrant.enterCode(page, '000000')).status, 422);
    });

    it('F1: with a free phone and a taken e-mail address everything goes on, and the address stays its owner’s', async () => {
      const registrant = new Registrant(house);
      const phone = freshPhone();
      const done = await registrant.choosePassword(await registrant.provePhone(phone, { email: 'anna@example.test' }));
      assert.ok(has(done, 'continue'));
      const owner = await house.services.accounts.findIdByContact({ kind: 'email', value: 'anna@example.test' });
      const mine = await house.services.accounts.findIdByContact({ kind: 'phone', value: phone });
      assert.ok(owner && mine && owner !== mine);
    });
  });

  describe('before the owner comes', () => {
    it('F2: whoever began with another’s address is neither signed in nor shown the password page when the owner goes on', async () => {
      const attacker = new Registrant(house);
      const email = freshEmail();
      const university = await RelyingParty.register(house);
      const signIn = await attacker.browser.open((await university.request()).url.href);
      const sent = await attacker.begin({ email }, hrefOf(signIn, 'register-link'));
      const path = new URL(sent.url).pathname;
      const victim = new Registrant(house);
      const page = await victim.pressLink(await linkSentTo(house, email));
      const spy = async () => {
        for (const address of [path, `${path}/`, '/account', new URL(signIn.url).pathname]) {
          const view = await attacker.browser.open(address);
          assert.ok(!has(view, 'new-password') && !has(view, 'consent-submit') && !has(view, 'sign-out'), address);
        }
        for (const step of ['code', 'resend', 'suggestion', 'password']) {
          const csrf = formIn(await attacker.browser.open('/registration'), 'registration-submit').fields.csrf!;
          const body = new URLSearchParams({
            csrf,
            code: '123456',
            'new-password': PASSWORD,
            'new-password-repeat': PASSWORD,
          });
          const view = await attacker.browser.request('POST', `${path}/${step}`, body);
          assert.equal(view.headers.get('location'), path, step);
        }
      };
      await spy();
      const done = await victim.choosePassword(page, 'Only-Mine-8264');
      await spy();
      assert.match(textOf(await victim.browser.open(hrefOf(done, 'sign-in-link'))), /Соловьёва Вера/);
      assert.ok(!attacker.browser.cookie('registered'));
    });

    it('F2: a registration belongs to its browser; its address alone shows and does nothing', async () => {
      const mine = new Registrant(house);
      const page = await mine.begin({ phone: freshPhone() });
      const stranger = new Registrant(house);
      const start = await stranger.browser.open('/registration');
      const { csrf } = formIn(start, 'registration-submit').fields;
      const path = new URL(page.url).pathname;
      assert.equal((await stranger.browser.open(path)).status, 403);
      for (const step of ['code', 'resend', 'suggestion', 'password']) {
        const view = await stranger.browser.request(
          'POST',
          `${path}/${step}`,
          new URLSearchParams({ csrf: csrf!, code: '123456' }),
        );
        assert.equal(view.status, 403, step);
      }
    });
  });

  describe('by order and shape', () => {
    it('R7: no step can be taken before its turn', async () => {
      const registrant = new Registrant(house);
      const phone = freshPhone();
      const page = await registrant.begin({ phone });
      const path = new URL(page.url).pathname;
      const { csrf } = formIn(page, 'code-submit').fields;
      const body = () =>
        new URLSearchParams({ csrf: csrf!, 'new-password': PASSWORD, 'new-password-repeat': PASSWORD });
      for (const step of ['password', 'suggestion']) {
        const view = await registrant.browser.request('POST', `${path}/${step}`, body());
        assert.equal(view.headers.get('location'), path);
        assert.ok(!view.html.includes('new-password'));
      }
      const link = await registrant.browser.request('POST', `/registration/link/${path.split('/').at(-1)}`, body());
      assert.equal(link.status, 410, 'the id of a registration is no link');
      assert.equal(await house.services.accounts.findIdByContact({ kind: 'phone', value: phone }), undefined);
    });

    it('R7: a proof made in one registration opens no other', async () => {
      const registrant = new Registrant(house);
      const [one, two] = [freshPhone(), freshPhone()];
      const first = await registrant.begin({ phone: one });
      const second = await registrant.begin({ phone: two });
      const code = await codeSentTo(house, one);
      if (code !== (await codeSentTo(house, two))) assert.equal((await registrant.enterCode(second, code)).status, 422);
      assert.ok(has(await registrant.enterCode(first, code), 'password-submit'));
      assert.ok(!has(await registrant.browser.open(new URL(second.url).pathname), 'password-submit'));
    });

    it('D5: a code is for the browser that asked; elsewhere it is refused, and the owner’s code stays good', async () => {
      const mine = new Registrant(house);
      const phone = freshPhone();
      const page = await mine.begin({ phone });
      const code = await codeSentTo(house, phone);
      const other = new Registrant(house);
      const otherPage = await other.begin({ phone });
      for (let i = 0; i < 8; i++) assert.equal((await other.enterCode(otherPage, code)).status, 422);
      assert.equal((await house.messages(phone)).length, 1);
      assert.ok(has(await mine.enterCode(page, code), 'password-submit'));
    });

    it('D5: in another tab of the same browser the code works', async () => {
      const mine = new Registrant(house);
      const phone = freshPhone();
      await mine.begin({ phone });
      const tab = await mine.begin({ phone });
      assert.ok(has(await mine.enterCode(tab, await codeSentTo(house, phone)), 'password-submit'));
      assert.equal((await house.messages(phone)).length, 1);
    });

    it('F6: what the forms do not name is ignored: tier, role, phone_verified, sub, inner members', async () => {
      const extra = {
        tier: 'confirmed', role: 'admin', phone_verified: 'true', sub: '1', accountId: 'x', provenBy: 'x', evidence: 'in_person', oid: '1',
        '__proto__[provenBy]': 'x', 'constructor[prototype][tier]': 'confirmed', __proto__: 'x', flow: 'x', browser: 'x', status: 'active',
      }; // prettier-ignore
      const registrant = new Registrant(house);
      const phone = freshPhone();
      const codePage = await registrant.begin({ ...extra, phone });
      const code = await codeSentTo(house, phone);
      const page = await registrant.browser.submit(codePage, { ...extra, code }, { form: 'code-submit' });
      const password = { 'new-password': PASSWORD, 'new-password-repeat': PASSWORD };
      const done = await registrant.browser.submit(page, { ...extra, ...password }, { form: 'password-submit' });
      assert.ok(has(done, 'continue'), textOf(done));
      const id = (await house.services.accounts.findIdByContact({ kind: 'phone', value: phone }))!;
      const account = (await house.services.accounts.find(id))!;
      assert.deepEqual([account.evidence, account.status, account.oid > 1000], [[], 'active', true]);
      assert.deepEqual(Object.keys(account.profile).sort(), ['familyName', 'givenName']);
      assert.equal(({} as Record<string, unknown>).provenBy, undefined);
    });

    it('A5: repeated, nested, huge and malformed fields are refused without a fault', async () => {
      const registrant = new Registrant(house);
      const page = await registrant.browser.open('/registration');
      const { csrf } = formIn(page, 'registration-submit').fields;
      const base = `csrf=${encodeURIComponent(csrf!)}&last-name=A&first-name=B&agree=on`;
      const bodies = [
        `${base}&phone=1&phone=2`,
        `${base}&phone[a]=1`,
        `${base}&last-name=C&email=a@example.test`,
        `${base}&email=${'a'.repeat(40_000)}@example.test`,
        `${base}&phone=${'9'.repeat(40_000)}`,
        `${base}&phone=%00%ff%fe`,
        `${base}&last-name=%F0%28%8C%28&email=a@example.test`,
        `${base}&${'x'.repeat(20)}=1&`.repeat(300),
        `${base}&email=a%0d%0abcc:b@example.test`,
        `${base}&__proto__[phone]=1`,
        `csrf[]=${csrf}`,
        '&&&==',
      ];
      for (const body of bodies) {
        const view = await registrant.browser.request('POST', '/registration', body as unknown as URLSearchParams, {
          'content-type': 'application/x-www-form-urlencoded',
        });
        assert.ok(view.status >= 400 && view.status < 500, `${view.status} ${body.slice(0, 160)}`);
      }
    });

    it('A5: ids that are none end in a page, not in a fault', async () => {
      const registrant = new Registrant(house);
      for (const id of [
        'x',
        '..%2f..',
        '%00',
        '%ff',
        "'--",
        'a'.repeat(3000),
        '__proto__',
        'link',
        'link/x',
        'link/%00',
        '%F0%28',
      ])
        for (const method of ['GET', 'HEAD', 'PUT']) {
          const { status } = await registrant.browser.request(method, `/registration/${id}`);
          assert.ok(status >= 400 && status < 500, `${method} ${id.slice(0, 20)} ${status}`);
        }
      for (const uid of ['x', "'", 'a'.repeat(40), '__proto__&interaction=b'])
        assert.equal((await registrant.browser.open(`/registration?interaction=${uid}`)).status, 200);
    });
  });

  describe('with codes', () => {
    it('D4: new code and five guesses, round and round for a day: ten guesses, and then no more messages', async () => {
      const registrant = new Registrant(house);
      const phone = freshPhone();
      const page = await registrant.begin({ phone });
      let evaluated = 0;
      let sentWhenClosed: number | undefined;
      for (let elapsed = 0; elapsed < 23 * HOUR; elapsed += 30 * MINUTE) {
        const code = (await house.lastMessage(phone))!.code!;
        for (let i = 1; i <= 5; i++)
          if (/That code is not right/.test(textOf(await registrant.enterCode(page, otherThan(code, i))))) evaluated++;
        house.clock.advance(30 * MINUTE);
        const view = await registrant.resend(page);
        if (evaluated < 10) continue;
        assert.match(textOf(view), /Too many codes in a row/);
        sentWhenClosed ??= (await house.messages(phone)).length;
      }
      assert.equal(evaluated, 10);
      assert.equal((await house.messages(phone)).length, sentWhenClosed);
      const elsewhere = await new Registrant(house).begin({ phone });
      assert.match(textOf(elsewhere), /Too many codes in a row/);
    });

    it('D8: three messages in ten minutes and ten a day for a number, however it is spelt and whoever asks', async () => {
      const phone = freshPhone();
      const digits = phone.slice(2);
      const spellings = [
        phone,
        `8${digits}`,
        `7${digits}`,
        `8 (${digits.slice(0, 3)}) ${digits.slice(3, 6)}-${digits.slice(6)}`,
        [...phone].map((char) => (char === '+' ? char : String.fromCharCode(0x660 + Number(char)))).join(''),
        [...phone].join('\u200b'),
        `\u00a0${phone}\ufeff`,
        [...`8${digits}`].map((char) => String.fromCharCode(0xff10 + Number(char))).join(''),
      ];
      const askAll = async () => {
        for (const spelt of spellings) await new Registrant(house).begin({ phone: spelt });
        return (await house.messages(phone)).length;
      };
      assert.equal(await askAll(), 1);
      house.clock.advance(60 * SECOND);
      assert.equal(await askAll(), 2);
      house.clock.advance(60 * SECOND);
      assert.equal(await askAll(), 3);
      house.clock.advance(60 * SECOND);
      assert.equal(await askAll(), 3);
      for (let i = 0; i < 12; i++) {
        house.clock.advance(HOUR);
        await new Registrant(house).begin({ phone: spellings[i % spellings.length]! });
      }
      assert.equal((await house.messages(phone)).length, 10);
      house.clock.advance(12 * HOUR);
      assert.equal(await askAll(), 11);
    });
  });
});

describe('registration and what is left of a code', () => {
  it('D6: neither code, link nor password is in an answer, a row or a line of the log', async () => {
    const lines: string[] = [];
    const log = new Writable({
      write(chunk: Buffer, _encoding, done) {
        const line = JSON.parse(chunk.toString()) as Record<string, unknown>;
        lines.push(JSON.stringify({ ...line, time: undefined, ms: undefined }));
        done();
      },
    });
    const house = await House.open({ log });
    try {
      const registrant = new Registrant(house);
      const views: View[] = [];
      const keep = async (view: Promise<View>) => (views.push(await view), view);
      const page = await keep(registrant.begin({ phone: '+79005550011', email: 'vera@example.test' }));
      const beforeDelivery = await dump(house);
      const code = await codeSentTo(house, '+79005550011');
      const afterDelivery = await dump(house);
      await keep(registrant.enterCode(page, otherThan(code)));
      const passwordPage = await keep(registrant.enterCode(page, code));
      await keep(registrant.choosePassword(passwordPage, PASSWORD, `${PASSWORD}!`));
      const done = await keep(registrant.choosePassword(passwordPage));
      await keep(registrant.browser.open(hrefOf(done, 'continue')));
      const token = (await linkSentTo(house, 'vera@example.test')).split('/').at(-1)!;
      const rows = `${beforeDelivery}${afterDelivery}${await dump(house)}`;
      assert.ok(rows.includes('register') && lines.length > 10, 'the dump and the log hold something');
      const pages = views.map(({ html, headers }) => html + JSON.stringify([...headers])).join('\n');
      for (const secret of [code, token, PASSWORD]) {
        assert.ok(!pages.includes(secret), 'pages');
        assert.ok(!registrant.browser.visited.join('\n').includes(secret), 'addresses');
        assert.ok(!rows.includes(secret), 'rows');
        assert.ok(!lines.join('\n').includes(secret), 'log');
      }
      for (const personal of ['+79005550011', '9005550011', 'vera@example.test', 'Соловьёва']) {
        assert.ok(!rows.includes(personal), 'rows');
        assert.ok(!lines.join('\n').includes(personal), 'log');
      }
    } finally {
      await house.close();
    }
  });
});

for (const kind of databaseKinds) {
  describe(`registration raced on two instances and ${kind}`, () => {
    let house: House;

    before(async () => {
      house = await House.open({
        database: kind,
        instances: 2,
        settings: {
          smsGuard: roomyRanges,
          codes: { ...manyMessages, resendSeconds: 60 },
          passwords: { queueWaitMs: 20_000 },
        },
      });
    });
    after(() => house.close());
    afterEach(() => house.clock.reset());

    const together = <T>(count: number, act: (i: number) => Promise<T>) =>
      Promise.all(Array.from({ length: count }, (_, i) => act(i)));

    it('F3: twenty who proved the same phone, spelt differently, become one account', async () => {
      const spell = [
        (d: string) => `+7${d}`,
        (d: string) => `8${d}`,
        (d: string) => `8 (${d.slice(0, 3)}) ${d.slice(3)}`,
        (d: string) => `+7 ${[...d].join(' ')}`,
      ];
      const pages: { registrant: Registrant; page: View }[] = [];
      for (let i = 0; i < 20; i++) {
        const registrant = new Registrant(house);
        const codePage = await registrant.begin({ phone: spell[i % spell.length]!('9001112233') });
        pages.push({ registrant, page: await registrant.enterCode(codePage, await codeSentTo(house, '+79001112233')) });
        house.clock.advance(61 * SECOND);
      }
      const ends = await together(20, (i) => pages[i]!.registrant.choosePassword(pages[i]!.page));
      await onlyOneWon(ends, { kind: 'phone', value: '+79001112233' });
    });

    it('F3: twenty who proved the same e-mail address, spelt differently, become one account', async () => {
      const spellings = [
        'Race@Example.test',
        'race@example.TEST',
        ' race@example.test ',
        'ｒａｃｅ@example.test',
        'ra\u200bce@example.test',
        'race@exa\u00admple.test',
      ];
      const pages: { registrant: Registrant; page: View }[] = [];
      for (let i = 0; i < 20; i++) {
        const registrant = new Registrant(house);
        await registrant.begin({ email: spellings[i % spellings.length]! });
        pages.push({ registrant, page: await registrant.pressLink(await linkSentTo(house, 'race@example.test')) });
        house.clock.advance(61 * SECOND);
      }
      const ends = await together(20, (i) => pages[i]!.registrant.choosePassword(pages[i]!.page));
      await onlyOneWon(ends, { kind: 'email', value: 'race@example.test' });
    });

    async function onlyOneWon(ends: View[], contact: { kind: 'phone' | 'email'; value: string }): Promise<void> {
      assert.deepEqual([...new Set(ends.map(({ status }) => status))].sort(), [200, 409]);
      assert.equal(ends.filter((view) => has(view, 'continue')).length, 1);
      const rows = await house.services.db
        .selectFrom('contacts')
        .select('account_id')
        .where('value_index', '=', house.services.accounts.contactIndex(contact))
        .execute();
      assert.equal(rows.length, 1);
    }

    it('F3, D8: twenty who begin with the same number at once cause one message and no fault', async () => {
      const views = await together(20, () => new Registrant(house).begin({ phone: '+79001112244' }));
      assert.deepEqual([...new Set(views.map(({ status }) => status))], [200]);
      assert.equal((await house.messages('+79001112244')).length, 1);
    });

    it('D8: twenty presses of “send again” send one message', async () => {
      const registrant = new Registrant(house);
      const page = await registrant.begin({ phone: '+79001112255' });
      house.clock.advance(61 * SECOND);
      const views = await together(20, () => registrant.resend(page));
      assert.ok(views.every(({ status }) => status < 500));
      assert.equal((await house.messages('+79001112255')).length, 2);
      const mail = await registrant.begin({ email: 'again@example.test' });
      house.clock.advance(61 * SECOND);
      assert.ok((await together(20, () => registrant.resend(mail))).every(({ status }) => status < 500));
      assert.equal((await house.messages('again@example.test')).length, 2);
    });

    it('D2: the right code twenty times at once is right once', async () => {
      const registrant = new Registrant(house);
      const page = await registrant.begin({ phone: '+79001112266' });
      const code = await codeSentTo(house, '+79001112266');
      const { action, fields } = formIn(page, 'code-submit');
      const answers = await together(20, () =>
        registrant.browser.request('POST', action, new URLSearchParams({ ...fields, code })),
      );
      const audits = await house.services.db
        .selectFrom('one_time_codes')
        .select('tries')
        .where('consumed_at', 'is not', null)
        .execute();
      assert.ok(audits.every(({ tries }) => tries <= 5));
      assert.ok(answers.every(({ status }) => status === 303 || status === 422));
      assert.ok(answers.some(({ status }) => status === 303));
      assert.ok(has(await registrant.browser.open(new URL(page.url).pathname), 'password-submit'));
    });

    it('D3: fifty guesses at once, the right one among them, are at most five; then even the right one fails', async () => {
      const registrant = new Registrant(house);
      const page = await registrant.begin({ phone: '+79001112277' });
      const code = await codeSentTo(house, '+79001112277');
      const tab = await registrant.begin({ phone: '+79001112277' });
      const answers = await together(50, (i) => registrant.enterCode(i % 2 ? page : tab, otherThan(code, 50 - i)));
      const evaluated = answers.filter(
        (view) => /That code is not right/.test(textOf(view)) || has(view, 'password-submit'),
      );
      assert.ok(evaluated.length <= 5, `${evaluated.length}`);
      assert.ok(answers.every(({ status }) => status < 500));
      if (!answers.some((view) => has(view, 'password-submit')))
        assert.equal((await registrant.enterCode(page, code)).status, 422);
    });

    it('D3: the guesses of a day are counted over resends, too', async () => {
      const registrant = new Registrant(house);
      const page = await registrant.begin({ phone: '+79001112288' });
      let evaluated = 0;
      for (let round = 0; round < 4; round++) {
        const code = await codeSentTo(house, '+79001112288');
        const answers = await together(25, (i) => registrant.enterCode(page, otherThan(code, i + 1)));
        evaluated += answers.filter((view) => /That code is not right/.test(textOf(view))).length;
        house.clock.advance(61 * SECOND);
        await registrant.resend(page);
      }
      assert.ok(evaluated <= 10, `${evaluated}`);
    });
  });
}

/** What a stranger could compare: everything but what differs at each request anyway. */
function comparable({ status, html, headers }: View, varying: string[]) {
  const strip = (text: string) =>
    varying
      .flatMap((value) => [
        value,
        value.replace('+', '&#43;'),
        spellContact({ kind: /@/.test(value) ? 'email' : 'phone', value }),
      ])
      .reduce((left, value) => left.replaceAll(value, '…'), text)
      .replace(/name="csrf" value="[^"]*"/g, 'csrf')
      .replace(/data-countdown="\d+"/g, 'countdown')
      .replace(/<span class="digits">[\d:]+<\/span>/g, 'time');
  const shown = [...headers].filter(
    ([name]) => !['date', 'x-request-id', 'set-cookie', 'content-length'].includes(name),
  );
  return { status, html: strip(html), headers: shown.map(([name, value]) => [name, strip(value)]) };
}
