import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { Browser, has, hrefOf, textOf, type View } from '#test/support/browser.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { silently } from '#test/support/protocol.ts';
import { manyMessages } from '#test/support/registering.ts';
import { appCode, backupCodes, codeTo, enrol, enterCode, passPassword } from '#test/support/second-factor.ts';

const MINUTE = 60_000;
const PHONE = '+79000000001';
const EMAIL = 'anna@example.test';

describe('the security page', () => {
  let house: House;
  let university: RelyingParty;
  let person: Person;
  let browser: Browser;

  beforeEach(async () => {
    house = await House.open({ settings: { codes: manyMessages } });
    university = await RelyingParty.register(house);
    person = await settle(house, anna);
    browser = new Browser(house.origin);
  });
  afterEach(() => house.close());

  async function signIn(in_ = browser): Promise<View> {
    const login = await in_.open('/account/security');
    return in_.submit(login, { login: person.login, password: person.password }, { form: 'login-submit' });
  }

  const signInWithApp = async () => enterCode(browser, await signIn(), appCode());

  async function switchSmsOn(): Promise<View> {
    const page = await browser.open('/account/security/sms');
    const sent = await browser.submit(page, {}, { form: 'resend' });
    return enterCode(browser, sent, await codeTo(house, PHONE));
  }

  const notices = async (contact: string, pattern: RegExp) =>
    (await house.messages(contact)).filter(({ subject, text }) => pattern.test(`${subject} ${text}`));

  it('L14: switches codes by SMS on with a code, gives backup codes once, and tells every contact', async () => {
    assert.ok(has(await signIn(), 'add-sms'));
    const codes = await switchSmsOn();
    assert.equal([...codes.html.matchAll(/<code>[0-9a-z]{5}-[0-9a-z]{5}<\/code>/g)].length, 10);
    assert.equal(codes.headers.get('cache-control'), 'no-store');
    for (const contact of [PHONE, EMAIL])
      assert.equal((await notices(contact, /Включены коды в SMS/)).length, 1, contact);
    const page = await browser.open('/account/security');
    assert.ok(!has(page, 'add-sms'));
    assert.match(textOf(page), /10/);
    assert.ok(has((await passPassword(university, new Browser(house.origin), person)).view, 'code'));
  });

  it('L14: switching it off needs the code as well', async () => {
    await enrol(house, person, 'sms');
    let view = await signIn();
    view = await enterCode(browser, view, await codeTo(house, PHONE));
    assert.match(view.url, /\/account\/security$/, textOf(view));
    const page = await browser.open('/account/security/sms');
    assert.ok(!has(page, 'code-submit'));
    assert.match(textOf(page), /последний способ второго подтверждения/);
    const sent = await browser.submit(page, {}, { form: 'resend' });
    const wrong = await enterCode(browser, sent, '000000');
    if (wrong.status === 422) assert.ok(await house.services.factors.isOn(person.id));
    await enterCode(browser, sent, await codeTo(house, PHONE));
    assert.equal(await house.services.factors.isOn(person.id), false);
    assert.equal((await notices(EMAIL, /Выключены коды/)).length, 1);
  });

  it('sets up an authenticator app by a picture and a key, which a code confirms', async () => {
    await signIn();
    const page = await browser.open('/account/security/authenticator');
    const key = /id="totp-key">([A-Z2-7 ]+)</.exec(page.html)![1]!.replaceAll(' ', '');
    assert.match(page.html, /<svg[^>]*viewBox/);
    assert.match(hrefOf(page, 'totp-link'), new RegExp(`^otpauth://totp/.*secret=${key}`));
    const wrong = await enterCode(browser, page, appCode(key, 5));
    assert.equal(wrong.status, 422);
    assert.match(wrong.html, new RegExp(key.slice(0, 4)), 'the key stays the same');
    const code = appCode(key);
    assert.ok(has(await enterCode(browser, wrong, code), 'backup-codes'));
    const other = new Browser(house.origin);
    const { view } = await passPassword(university, other, person);
    assert.equal((await enterCode(other, view, code)).status, 422, 'the code that confirmed it was used');
    assert.ok(has(await enterCode(other, view, appCode(key, 1)), 'consent-submit'));
    const stolen = await enterCode(browser, page, appCode(key, 1));
    assert.match(stolen.url, /authenticator|oauth2|interaction/, 'an enrolment is used up');
    assert.equal((await house.services.factors.list(person.id)).length, 1);
  });

  it('asks for a fresh sign-in, with both factors where there are two', async () => {
    await signIn();
    house.clock.advance(21 * MINUTE);
    assert.ok(has(await browser.open('/account/security'), 'add-totp'), 'looking is allowed');
    const login = await browser.open('/account/security/authenticator');
    assert.ok(has(login, 'login-submit'));
    const page = await browser.submit(
      login,
      { login: person.login, password: person.password },
      { form: 'login-submit' },
    );
    assert.match(page.url, /\/account\/security\/authenticator$/);
    await enrol(house, person, 'totp');
    const second = await browser.open('/account/security/sms');
    assert.ok(has(second, 'code') && !has(second, 'login') && !has(second, 'second-factor-later'), textOf(second));
    const back = await enterCode(browser, second, appCode());
    assert.match(back.url, /\/account\/security\/sms$/);
  });

  it('does not remove the last strong factor by accident', async () => {
    await enrol(house, person, 'totp');
    await backupCodes(house, person);
    await enterCode(browser, await signIn(), appCode());
    const [factor] = await house.services.factors.list(person.id);
    const page = await browser.open(`/account/security/factor/${factor!.id}`);
    const refused = await browser.submit(page, {}, { form: 'factor-remove' });
    assert.equal(refused.status, 422);
    assert.ok(await house.services.factors.isOn(person.id));
    await browser.submit(refused, { 'confirm-last': 'yes' }, { form: 'factor-remove' });
    assert.equal(await house.services.factors.isOn(person.id), false);
    assert.equal(await house.services.factors.backupCodes.left(person.id), 0);
  });

  it('names factors and puts one first', async () => {
    await enrol(house, person, 'sms', 'totp');
    await enterCode(browser, await signIn(), await codeTo(house, PHONE));
    const totp = (await house.services.factors.list(person.id)).find(({ kind }) => kind === 'totp')!;
    const page = await browser.open(`/account/security/factor/${totp.id}`);
    const named = await browser.submit(page, { 'factor-name': 'Рабочий телефон' }, { form: 'factor-name-submit' });
    assert.match(textOf(named), /Рабочий телефон/);
    await browser.submit(page, {}, { form: 'factor-first' });
    assert.deepEqual(await house.services.factors.choices(person.id), ['totp', 'sms']);
    const boris = await browser.open('/account/security/factor/00000000-0000-4000-8000-000000000000');
    assert.equal(boris.status, 404);
  });

  it('L16: a new name, another order and a forgotten device are told to every contact, and taken back from there', async () => {
    await enrol(house, person, 'sms', 'totp');
    await enterCode(browser, await signIn(), await codeTo(house, PHONE));
    const { factors, devices } = house.services;
    const [sms, totp] = await factors.list(person.id);
    const page = await browser.open(`/account/security/factor/${totp!.id}`);
    await browser.submit(page, { 'factor-name': 'Чужое' }, { form: 'factor-name-submit' });
    const overview = await browser.submit(page, {}, { form: 'factor-first' });
    const [device] = await devices.list(person.id);
    await browser.submit(overview, {}, { form: `forget-${device!.id}` });
    assert.deepEqual(await devices.list(person.id), []);
    const texts = [/Переименован способ/, /Изменён порядок способов/, /Устройство убрано/];
    const told = await Promise.all(texts.map((text) => notices(EMAIL, text)));
    for (const [i, text] of texts.entries()) {
      assert.equal(told[i]!.length, 1, String(text));
      assert.equal((await notices(PHONE, text)).length, 1, String(text));
    }
    const owner = new Browser(house.origin);
    for (const [notice] of told)
      await owner.submit(await owner.open(new URL(notice!.links[0]!).pathname), {}, { form: 'not-me-submit' });
    const list = await factors.list(person.id);
    assert.deepEqual(
      list.map(({ id, name }) => [id, name]),
      [
        [sms!.id, undefined],
        [totp!.id, undefined],
      ],
    );
  });

  it('L16: a stranger’s security question goes, and the owner’s comes back', async () => {
    const { securitySettings, questions } = house.services;
    const undo = async (pattern: RegExp) => {
      const [notice] = await notices(EMAIL, pattern);
      const owner = new Browser(house.origin);
      await owner.submit(await owner.open(new URL(notice!.links[0]!).pathname), {}, { form: 'not-me-submit' });
    };
    await securitySettings.setQuestion(person.id, { listed: 'pet' }, 'Чужая кошка');
    await undo(/Задан контрольный вопрос/);
    assert.equal(await questions.find(person.id), undefined);

    await securitySettings.setQuestion(person.id, { own: 'Первый кот?' }, 'Мурзик');
    await securitySettings.setQuestion(person.id, { listed: 'pet' }, 'Чужая кошка');
    await undo(/Задан контрольный вопрос/);
    assert.equal(await questions.verify(person.id, 'мурзик'), 'right');

    await securitySettings.removeQuestion(person.id);
    await undo(/вопрос убран/);
    assert.deepEqual(await questions.find(person.id), { own: 'Первый кот?' });
  });

  it('D7: more changes in a day than are told are not made; a day later they are', async () => {
    const { securitySettings, factors } = house.services;
    await enrol(house, person, 'totp');
    const [totp] = await factors.list(person.id);
    await signInWithApp();
    for (let i = 0; i < 30; i++) await securitySettings.renameFactor(person.id, totp!.id, `Имя ${i}`);
    const page = await browser.open(`/account/security/factor/${totp!.id}`);
    const refused = await browser.submit(page, { 'factor-name': 'Ещё одно' }, { form: 'factor-name-submit' });
    assert.equal(refused.status, 429);
    assert.match(textOf(refused), /Слишком много изменений/);
    assert.equal((await factors.list(person.id))[0]!.name, 'Имя 29');
    assert.equal((await notices(PHONE, /Переименован/)).length, 30);
    house.clock.advance(24 * 60 * MINUTE);
    await securitySettings.renameFactor(person.id, totp!.id, 'Ещё одно');
    assert.equal((await factors.list(person.id))[0]!.name, 'Ещё одно');
    house.clock.reset();
  });

  it('D7: what anybody could repeat without end is told so many times a day', async () => {
    for (let i = 0; i < 25; i++) await house.services.notices.qrDenied(person.id);
    assert.equal((await notices(PHONE, /На телефоне запрещён/)).length, 20);
  });

  it('new backup codes make the old ones useless', async () => {
    await enrol(house, person, 'totp');
    const [old] = await backupCodes(house, person);
    await enterCode(browser, await signIn(), appCode());
    const page = await browser.open('/account/security');
    assert.ok(has(await browser.submit(page, {}, { form: 'renew-backup-codes' }), 'backup-codes'));
    const other = new Browser(house.origin);
    const { view } = await passPassword(university, other, person);
    const form = await other.open(hrefOf(await other.open(hrefOf(view, 'choose-factor-link')), 'choose-backup_code'));
    assert.equal((await enterCode(other, form, old!)).status, 422);
  });

  it('B7: a factor that is switched on ends the sessions elsewhere', async () => {
    const elsewhere = new Browser(house.origin);
    await university.signIn(elsewhere, person);
    await signIn();
    await switchSmsOn();
    assert.equal((await silently(university, elsewhere)).params.get('error'), 'login_required');
    assert.ok(has(await browser.open('/account'), 'sign-out'), 'here it goes on');
  });

  it('L16: tells of a new device, once, and lists it with the latest sign-ins', async () => {
    browser.headers['user-agent'] = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36';
    await university.signIn(browser, person);
    for (const contact of [PHONE, EMAIL]) {
      const [notice] = await notices(contact, /нового устройства/);
      assert.match(notice!.text, /Chrome · Windows/);
      assert.match(notice!.text, /University/);
      assert.match(notice!.text, /\/not-me\//);
    }
    await house.services.sessions.endAll(person.id);
    const page = await signIn();
    assert.equal((await notices(EMAIL, /нового устройства/)).length, 1, 'a known device is not news');
    assert.match(textOf(page), /Chrome · Windows/);
    assert.match(textOf(page), /University/);
  });

  it('L16: “this wasn’t me” ends every session, forgets devices and makes the password useless, once', async () => {
    await university.signIn(browser, person);
    const [notice] = await notices(EMAIL, /нового устройства/);
    const link = new URL(notice!.links[0]!).pathname;
    const owner = new Browser(house.origin);
    const page = await owner.open(link);
    assert.ok((await silently(university, browser)).params.has('code'), 'opening the link changes nothing');
    const done = await owner.submit(page, {}, { form: 'not-me-submit' });
    assert.ok(has(done, 'recover-link'), textOf(done));
    assert.equal((await silently(university, browser)).params.get('error'), 'login_required');
    assert.deepEqual(await house.services.devices.list(person.id), []);
    const { view } = await passPassword(university, browser, person);
    assert.equal(view.status, 403);
    assert.match(textOf(view), /new password/);
    assert.equal((await owner.open(link)).status, 410);
    assert.equal((await owner.submit(page, {}, { form: 'not-me-submit' })).status, 410);
  });

  it('“this wasn’t me” takes back a factor that was added, and gives back one that was removed', async () => {
    await signIn();
    await switchSmsOn();
    const [added] = await notices(EMAIL, /Включены коды/);
    const owner = new Browser(house.origin);
    await owner.submit(await owner.open(new URL(added!.links[0]!).pathname), {}, { form: 'not-me-submit' });
    assert.equal(await house.services.factors.isOn(person.id), false);
    assert.equal(await house.services.factors.backupCodes.left(person.id), 0);

    await enrol(house, person, 'totp');
    const [factor] = await house.services.factors.list(person.id);
    await house.services.securitySettings.removeFactor(person.id, factor!.id, { isMeant: true });
    const [removed] = await notices(EMAIL, /Удалено приложение/);
    await owner.submit(await owner.open(new URL(removed!.links[0]!).pathname), {}, { form: 'not-me-submit' });
    assert.deepEqual(
      (await house.services.factors.list(person.id)).map(({ id }) => id),
      [factor!.id],
    );
  });

  it('the link of a notice works for three days', async () => {
    await university.signIn(browser, person);
    const [notice] = await notices(EMAIL, /нового устройства/);
    house.clock.advance(72 * 60 * MINUTE);
    assert.equal((await browser.open(new URL(notice!.links[0]!).pathname)).status, 410);
  });
});
