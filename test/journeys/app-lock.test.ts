import assert from 'node:assert/strict';
import { Browser, has, textOf, type View } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';

describe('the lock of the phone’s page', () => {
  let house: House;
  let phone: Browser;

  before(async () => {
    house = await House.open({ instances: 2 });
    await house.services.sandbox!.people.settle();
  });
  beforeEach(() => {
    phone = new Browser(house.origin);
  });
  after(() => house?.close());

  async function lock(pattern = '1592', repeat = pattern): Promise<View> {
    const values = { pattern, 'pattern-repeat': repeat };
    return phone.submit(await phone.open('/gosscan'), values, { form: 'lock-submit' });
  }

  async function unlock(pattern: string): Promise<View> {
    return phone.submit(await phone.open('/gosscan'), { pattern }, { form: 'unlock-submit' });
  }

  const later = () => house.clock.advance(11 * 60_000);

  it('F5: digits do what a finger does: set, shut after ten minutes, opened again', async () => {
    assert.ok(has(await lock(), 'lock-remove'));
    later();
    const locked = await phone.open('/gosscan');
    assert.match(locked.html, /data-lock="locked"/);
    assert.ok(!has(locked, 'scan-start'));
    assert.equal((await unlock('2951')).status, 422);
    assert.ok(has(await unlock('1 5 9 2'), 'scan-start'));
    const page = await phone.open('/gosscan');
    assert.ok(has(await phone.submit(page, {}, { form: 'lock-remove' }), 'lock-submit'));
  });

  it('F5: what is too simple, or differs the second time, is refused', async () => {
    for (const [pattern, repeat] of [['1234'], ['159'], ['1552'], ['1592', '2951'], ['abcd']] as [string, string?][]) {
      const view = await lock(pattern, repeat);
      assert.equal(view.status, 422, pattern);
      assert.ok(has(view, 'error-summary'));
    }
  });

  it('J4: five wrong tries shut it on this device, also at once; only an ordinary sign-in opens it', async () => {
    await lock();
    later();
    const page = await phone.open('/gosscan');
    await Promise.all(
      Array.from({ length: 8 }, () => phone.submit(page, { pattern: '2951' }, { form: 'unlock-submit' })),
    );
    const shut = await phone.open('/gosscan');
    assert.match(shut.html, /data-lock="shut"/);
    assert.match(
      textOf(await phone.submit(page, { pattern: '1592' }, { form: 'unlock-submit' })),
      /Too many wrong tries/,
    );
    assert.ok(!has(await new Browser(house.origin).open('/gosscan'), 'locked'), 'other devices know nothing of it');

    later();
    await phone.open('/oauth2/auth?client_id=account&response_type=none&scope=openid&sandbox_person=anna');
    const again = await phone.submit(await phone.open('/gosscan'), {}, { form: 'lock-reset' });
    assert.ok(has(again, 'lock-submit'), textOf(again));
  });

  it('J4: a sign-in from before the tries opens nothing; the pattern is no sign-in', async () => {
    await phone.open('/oauth2/auth?client_id=account&response_type=none&scope=openid&sandbox_person=anna');
    await lock();
    later();
    for (let i = 0; i < 5; i++) await unlock('2951');
    const asked = await phone.submit(await phone.open('/gosscan'), {}, { form: 'lock-reset' });
    assert.ok(has(asked, 'login-submit'), textOf(asked));
    assert.match((await phone.open('/gosscan')).html, /data-lock="shut"/);

    const stranger = new Browser(house.origin);
    phone = stranger;
    await lock();
    assert.ok(has(await stranger.open('/account'), 'login-submit'));
  });

  it('L1: the pattern is hashed and bound to the browser', async () => {
    await lock();
    const rows = await house.services.db.selectFrom('app_locks').select('pattern_hash').execute();
    for (const { pattern_hash } of rows) assert.match(pattern_hash, /^\$argon2id\$/);
    assert.equal(new Set(rows.map(({ pattern_hash }) => pattern_hash)).size, rows.length);
  });
});
