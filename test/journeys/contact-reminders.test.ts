import assert from 'node:assert/strict';
import { DeliveryError } from '#src/platform/messaging/sender.ts';
import { formIn, has, textOf, type View } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { anna, boris, settle, type Person } from '#test/support/people.ts';
import { Climber } from '#test/support/proving.ts';
import { codeSentTo, manyMessages, roomyRanges } from '#test/support/registering.ts';

const DAY = 86_400_000;
const [PHONE, EMAIL] = ['+79000000001', 'anna@example.test'];

describe('contacts in doubt', () => {
  let house: House;
  let person: Person;
  let climber: Climber;

  beforeEach(async () => {
    house = await House.open({ instances: 2, settings: { codes: manyMessages, smsGuard: roomyRanges } });
    person = await settle(house, anna);
    climber = new Climber(house, person);
  });
  afterEach(() => house.close());

  it('R18: nothing is said of contacts that are proven, reached and known for less than a year', async () => {
    house.clock.advance(364 * DAY);
    const page = await open();
    assert.ok(!has(page, 'contact-trouble') && !has(page, 'still-yours'));
  });

  it('R18: an e-mail address that was never proven raises a banner, until it is', async () => {
    climber = new Climber(house, { ...person, login: PHONE });
    await unprove('email');
    const page = await open();
    assert.match(textOf(page), /Почта не подтверждена/);
    await prove('email', EMAIL);
    assert.ok(!has(await open(), 'contact-trouble'));
  });

  it('R18: a phone that was never proven raises a banner', async () => {
    await unprove('phone');
    assert.match(textOf(await open()), /Телефон не подтверждён/);
  });

  it('R18: an address that a server refused for good raises a banner, until it is proven anew', async () => {
    const restore = refuseEmail({ permanent: true, isAddressRefused: true });
    await write();
    assert.match(textOf(await open()), /не доходят/);
    restore();
    await prove('email', EMAIL);
    assert.ok(!has(await open(), 'contact-trouble'));
  });

  it('R18: trouble that passes, or that is ours, raises none', async () => {
    for (const reason of [{ permanent: false }, { permanent: true }]) {
      const restore = refuseEmail(reason);
      await write();
      restore();
      assert.ok(!has(await open(), 'contact-trouble'));
    }
  });

  it('R18: after a year each contact is asked about once, and the answer is good for a year', async () => {
    house.clock.advance(366 * DAY);
    const first = await open();
    assert.ok(has(first, 'still-yours'));
    const second = await say(first);
    assert.ok(has(second, 'still-yours'), 'the other one');
    assert.notEqual(contactIn(second), contactIn(first));
    assert.ok(!has(await say(second), 'still-yours'));
    house.clock.advance(364 * DAY);
    assert.ok(!has(await open(), 'still-yours'));
    house.clock.advance(2 * DAY);
    assert.ok(has(await open(), 'still-yours'));
  });

  it('R18: a contact that was proven anew is not asked about', async () => {
    house.clock.advance(366 * DAY);
    await prove('email', EMAIL);
    await prove('phone', PHONE);
    assert.ok(!has(await open(), 'still-yours'));
  });

  it('R18: nobody answers for a stranger, nor makes an unproven contact proven', async () => {
    const other = await settle(house, boris);
    house.clock.advance(366 * DAY);
    const stranger = new Climber(house, other);
    const own = await stranger.open('/account');
    const body = { csrf: formIn(own, 'still-mine').fields.csrf!, contact: contactIn(await open()) };
    assert.equal(
      (await stranger.browser.request('POST', '/account/contacts/still-mine', new URLSearchParams(body))).status,
      303,
    );
    assert.equal(contactIn(await open()), body.contact);
    const asked = await open();
    await house.services.db.updateTable('contacts').set({ verified_at: null }).where('kind', '=', 'email').execute();
    await climber.browser.submit(asked, {}, { form: 'still-mine' });
    const proven = (await house.services.accounts.contacts(person.id)).filter(({ verified }) => verified);
    assert.deepEqual(
      proven.map(({ kind }) => kind),
      ['phone'],
    );
  });

  async function open(): Promise<View> {
    return climber.open('/account');
  }

  async function say(page: View): Promise<View> {
    return climber.browser.submit(page, {}, { form: 'still-mine' });
  }

  function contactIn(page: View): string {
    return formIn(page, 'still-mine').fields.contact!;
  }

  async function prove(kind: 'phone' | 'email', value: string): Promise<void> {
    const form = await climber.open(`/account/contacts/${kind}`);
    const typed = formIn(form, 'contact-submit').fields[kind];
    const code = await climber.browser.submit(form, { [kind]: typed || value }, { form: 'contact-submit' });
    await climber.browser.submit(code, { code: await codeSentTo(house, value) }, { form: 'code-submit' });
  }

  async function unprove(kind: 'phone' | 'email'): Promise<void> {
    const { db } = house.services;
    await db.updateTable('contacts').set({ verified_at: null }).where('kind', '=', kind).execute();
  }

  /** One letter to the person, and what became of it. */
  async function write(): Promise<void> {
    const { db, accountNotices } = house.services;
    await db
      .transaction()
      .execute((transaction) =>
        accountNotices.tell(transaction, person.id, { name: 'contact-replaced', language: 'ru' }),
      );
    for (const { outbox } of house.all) await outbox.deliverDue();
  }

  function refuseEmail(reason: { permanent: boolean; isAddressRefused?: boolean }): () => void {
    const senders = house.all.map(({ senders: { email } }) => ({ email, send: email.send }));
    for (const { email } of senders) email.send = () => Promise.reject(new DeliveryError('smtp_test', reason));
    return () => {
      for (const { email, send } of senders) email.send = send;
    };
  }
});
