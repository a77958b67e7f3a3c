import assert from 'node:assert/strict';
import { Browser, has, type View } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { Climber } from '#test/support/proving.ts';
import { codeSentTo, manyMessages, roomyRanges } from '#test/support/registering.ts';

const HOUR = 3_600_000;
const [OLD, NEW, EMAIL] = ['+79000000001', '+79000000071', 'anna@example.test'];

describe('notices of a new contact', () => {
  let house: House;
  let person: Person;
  let climber: Climber;

  beforeEach(async () => {
    house = await House.open({ instances: 2, settings: { codes: manyMessages, smsGuard: roomyRanges } });
    person = await settle(house, anna);
    climber = new Climber(house, person);
  });
  afterEach(() => house.close());

  it('L16, E7: every contact gets a link; it brings the old one back, ends sessions and asks for a new password', async () => {
    await changePhone();
    assert.deepEqual(await phones(), [NEW]);
    for (const contact of [OLD, NEW, EMAIL]) assert.ok(await linkTo(contact), contact);
    const owner = new Browser(house.origin);
    const page = await owner.open((await linkTo(EMAIL))!);
    assert.deepEqual(await phones(), [NEW], 'looking changes nothing');
    const done = await owner.submit(page, {}, { form: 'not-me-submit' });
    assert.ok(has(done, 'recover-link'));
    assert.deepEqual(await phones(), [OLD]);
    assert.match((await climber.browser.open('/account')).url, /interaction/);
    await assert.rejects(check(OLD), { code: 'password_reset_required' });
    assert.equal(await check(NEW), undefined);
    assert.equal((await owner.open((await linkTo(OLD))!)).status, 410, 'one link, whoever holds it');
  });

  it('L16: a first phone is taken away again, and what followed it', async () => {
    const { db } = house.services;
    await db.deleteFrom('contacts').where('account_id', '=', person.id).where('kind', '=', 'phone').execute();
    const login = { ...person, login: EMAIL };
    climber = new Climber(house, login);
    await enter(await begin(OLD), OLD);
    const link = await linkTo(EMAIL);
    await enter(await enter(await begin(NEW), NEW), OLD);
    await disown(link!);
    assert.deepEqual(await phones(), []);
  });

  it('E7: what somebody else proved meanwhile does not come back', async () => {
    await changePhone();
    const link = await linkTo(EMAIL);
    const other = await settle(house, { contacts: [{ kind: 'phone', value: OLD }] });
    await disown(link!);
    assert.deepEqual(await phones(), []);
    assert.deepEqual(await phones(other), [OLD]);
  });

  it('E7: an old phone that did not agree in three days is told, but holds no link', async () => {
    const second = await enter(await begin(NEW), NEW);
    await climber.browser.submit(second, {}, { form: 'wait-submit' });
    house.clock.advance(73 * HOUR);
    assert.equal(await house.services.contactChanges.applyDue(), 1);
    const told = (await house.lastMessage(OLD))!;
    assert.match(told.text, /контакт|contact/i);
    assert.doesNotMatch(told.text, /not-me/);
    await disown((await linkTo(EMAIL))!);
    assert.deepEqual(await phones(), [OLD]);
  });

  it('L16: a stranger’s change that still waits ends with any “this wasn’t me”', async () => {
    const second = await enter(await begin(NEW), NEW);
    await climber.browser.submit(second, {}, { form: 'wait-submit' });
    const newDevice = (await house.messages(EMAIL)).find(({ text }) => text.includes('/not-me/'));
    await disown(newDevice!.links[0]!);
    house.clock.advance(73 * HOUR);
    assert.equal(await house.services.contactChanges.applyDue(), 0);
  });

  async function begin(phone: string): Promise<View> {
    const page = await climber.open('/account/contacts/phone');
    return climber.browser.submit(page, { phone }, { form: 'contact-submit' });
  }

  async function enter(view: View, contact: string): Promise<View> {
    return climber.browser.submit(view, { code: await codeSentTo(house, contact) }, { form: 'code-submit' });
  }

  async function changePhone(): Promise<void> {
    await enter(await enter(await begin(NEW), NEW), OLD);
  }

  async function linkTo(contact: string): Promise<string | undefined> {
    const { links } = (await house.lastMessage(contact))!;
    return links.find((link) => link.includes('/not-me/'));
  }

  async function disown(link: string): Promise<void> {
    const owner = new Browser(house.origin);
    await owner.submit(await owner.open(link), {}, { form: 'not-me-submit' });
  }

  async function phones({ id } = person): Promise<string[]> {
    const contacts = await house.services.accounts.contacts(id);
    return contacts.filter(({ kind, verified }) => kind === 'phone' && verified).map(({ value }) => value);
  }

  async function check(login: string): Promise<string | undefined> {
    return house.services.credentials.check({ login, password: person.password, address: '' });
  }
});
