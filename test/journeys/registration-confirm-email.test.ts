import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { Browser, has, textOf } from '#test/support/browser.ts';
import { PASSWORD, settle } from '#test/support/people.ts';
import { linkSentTo, Registrant, roomyRanges } from '#test/support/registering.ts';

const MINUTE = 60_000;

describe('the e-mail address given beside the phone', () => {
  let house: House;
  let next = 3_000_000;

  before(async () => {
    house = await House.open({ settings: { smsGuard: roomyRanges, codes: { sendsPerAddress: 10_000 } } });
  });
  after(() => house.close());
  afterEach(() => house.clock.reset());

  async function register(email: string) {
    const registrant = new Registrant(house);
    const phone = `+7900${next++}`;
    await registrant.choosePassword(await registrant.provePhone(phone, { email }));
    return { registrant, id: (await house.services.accounts.findIdByContact({ kind: 'phone', value: phone }))! };
  }

  const check = (login: string) =>
    house.services.credentials.check({ login, password: PASSWORD, address: '192.0.2.9' });

  it('R4, R8: is no login before it is confirmed, and is one afterwards; the link needs no sign-in and works once', async () => {
    const email = 'first@example.test';
    const { id } = await register(email);
    assert.equal(await check(email), undefined);
    const link = await linkSentTo(house, email);
    assert.ok(link.startsWith(`${house.origin}/account/confirm-email/`));
    const browser = new Browser(house.origin);
    for (let i = 0; i < 3; i++) assert.equal((await browser.open(link)).status, 200);
    await browser.request('HEAD', link);
    assert.equal(await check(email), undefined, 'looking confirms nothing');
    const page = await browser.open(link);
    const done = await browser.submit(page, {}, { form: 'confirm-email-submit' });
    assert.match(textOf(done), /Your email is confirmed/);
    assert.doesNotMatch(textOf(done), /Соловьёва|\+7900/, 'tells nothing of the account');
    assert.equal(await check(email), id);
    assert.equal((await browser.open(link)).status, 410);
    assert.equal((await browser.submit(page, {}, { form: 'confirm-email-submit' })).status, 410);
  });

  it('R8: pressed ten times at once it confirms once', async () => {
    const { id } = await register('second@example.test');
    const browser = new Browser(house.origin);
    const page = await browser.open(await linkSentTo(house, 'second@example.test'));
    const ends = await Promise.all(
      Array.from({ length: 10 }, () => browser.submit(page, {}, { form: 'confirm-email-submit' })),
    );
    assert.deepEqual(ends.map(({ status }) => status).sort(), [200, ...Array<number>(9).fill(410)]);
    const events = await house.services.db
      .selectFrom('audit_events')
      .select('event')
      .where('account_id', '=', id)
      .where('event', '=', 'contact_verified')
      .execute();
    assert.equal(events.length, 1);
  });

  it('R8: the link expires, is no link of a registration, and the other way round', async () => {
    await register('third@example.test');
    const link = await linkSentTo(house, 'third@example.test');
    const browser = new Browser(house.origin);
    const token = link.split('/').at(-1)!;
    assert.equal((await browser.open(`/registration/link/${token}`)).status, 410);
    await new Registrant(house).begin({ email: 'fourth@example.test' });
    const other = (await linkSentTo(house, 'fourth@example.test')).split('/').at(-1)!;
    assert.equal((await browser.open(`/account/confirm-email/${other}`)).status, 410);
    house.clock.advance(15 * MINUTE);
    assert.equal((await browser.open(link)).status, 410);
  });

  it('F1, F3: an address that another account proved stays there', async () => {
    const email = 'olga@example.test';
    const { id } = await register(email);
    const link = await linkSentTo(house, email);
    const owner = await settle(house, { contacts: [{ kind: 'email', value: email }] });
    const browser = new Browser(house.origin);
    const end = await browser.submit(await browser.open(link), {}, { form: 'confirm-email-submit' });
    assert.equal(end.status, 409);
    assert.match(textOf(end), /You already have an account/);
    assert.equal(await house.services.accounts.findIdByContact({ kind: 'email', value: email }), owner.id);
    assert.notEqual(owner.id, id);
  });

  it('R8: of a blocked account nothing is confirmed', async () => {
    const { id } = await register('fifth@example.test');
    await house.services.accounts.setStatus(id, 'blocked');
    const browser = new Browser(house.origin);
    const page = await browser.open(await linkSentTo(house, 'fifth@example.test'));
    assert.equal((await browser.submit(page, {}, { form: 'confirm-email-submit' })).status, 410);
  });

  it('D8: the letter counts for the address: asked for a minute ago, it is not sent again', async () => {
    const email = 'sixth@example.test';
    await new Registrant(house).begin({ email });
    await register(email);
    const letters = await house.messages(email);
    assert.equal(letters.length, 1);
    assert.ok(letters.every(({ links }) => !links[0]!.includes('/account/')));
  });

  it('B9: the button needs our own form', async () => {
    await register('seventh@example.test');
    const link = await linkSentTo(house, 'seventh@example.test');
    const browser = new Browser(house.origin);
    assert.ok(has(await browser.open(link), 'confirm-email-submit'));
    assert.equal((await browser.request('POST', link, new URLSearchParams({ csrf: 'x' }))).status, 403);
    assert.equal((await browser.request('PUT', link)).status >= 400, true);
    assert.equal(await check('seventh@example.test'), undefined);
  });
});
