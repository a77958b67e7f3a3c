import assert from 'node:assert/strict';
import { Browser, has, textOf, type View } from '#test/support/browser.ts';
import { accountIdOf, atWork } from '#test/support/console.ts';
import { House } from '#test/support/house.ts';

describe('what happened to an account, for support', () => {
  let house: House;
  let support: Browser;

  before(async () => {
    house = await House.open({ instances: 2, settings: { operators: { looksPerHour: 3 } } });
    await house.services.sandbox!.people.settle();
  });
  beforeEach(async () => {
    house.clock.advance(61 * 60_000);
    support = await atWork(house, 'support');
  });
  after(() => house.close());

  async function find(contact: string, purpose: string | undefined = 'access', browser = support): Promise<View> {
    return browser.submit(await browser.open('/console/timelines'), { contact, purpose }, { form: 'find-submit' });
  }

  it('S2: is told in plain words, without contacts, secrets or sites', async () => {
    const citizen = new Browser(house.origin);
    await citizen.open('/oauth2/auth?client_id=account&response_type=none&scope=openid&sandbox_person=maya');
    const view = await find('+7 900 000-13-81');
    assert.ok(has(view, 'timeline'), textOf(view));
    assert.match(textOf(view), /Орлова Майя/);
    assert.match(textOf(view), /State active/);
    assert.doesNotMatch(view.html, /\+79000001381|maya@example\.test/);
    assert.doesNotMatch(textOf(view), /[a-z]_[a-z]/);
  });

  it('S2: a blocked account says so', async () => {
    const id = await accountIdOf(house, 'maya');
    await house.services.accounts.setStatus(id, 'blocked');
    assert.match(textOf(await find('maya@example.test')), /blocked: nobody can sign in/);
    await house.services.accounts.setStatus(id, 'active');
  });

  it('K5: the look is written down with its reason, and told to the person', async () => {
    await find('maya@example.test', 'complaint');
    const rows = house.services.db.selectFrom('audit_events').selectAll().where('event', '=', 'record_viewed');
    const { details, account_id } = await rows.orderBy('id', 'desc').executeTakeFirstOrThrow();
    assert.equal(account_id, await accountIdOf(house, 'maya'));
    const operator = await accountIdOf(house, 'support');
    assert.deepEqual(details, { operator, by: 'support', purpose: 'complaint' });
  });

  it('K5: without a reason or a whole contact nobody is found; a stranger’s contact says nothing more', async () => {
    assert.equal(
      (
        await support.submit(
          await support.open('/console/timelines'),
          { contact: 'maya@example.test' },
          { form: 'find-submit' },
        )
      ).status,
      422,
    );
    for (const contact of ['', 'maya', '138', 'nobody@example.test'])
      assert.equal((await find(contact)).status, 422, contact);
    assert.match(textOf(await find('support@example.test')), /This is your own record/);
  });

  it('K5: stops at the limit', async () => {
    for (const contact of ['maya@example.test', 'timur@example.test', 'olga@example.test'])
      assert.ok(has(await find(contact), 'timeline'));
    const view = await find('fedor@example.test');
    assert.equal(view.status, 429);
    assert.match(textOf(view), /too many records/);
  });

  it('K1: what one opened another does not find, nor anybody half an hour later', async () => {
    const { pathname } = new URL((await find('maya@example.test')).url);
    const accountId = await accountIdOf(house, 'anna');
    await house.services.operators.giveAsOwner({ accountId, role: 'support' }, 'a second one for a test');
    const other = await atWork(house, 'anna');
    assert.equal((await other.open(pathname)).status, 404);
    for (let i = 0; i < 3; i++) {
      house.clock.advance(11 * 60_000);
      await support.open('/console');
    }
    assert.equal((await support.open(pathname)).status, 404);
  });
});
