import assert from 'node:assert/strict';
import { Browser, has, textOf, type View } from '#test/support/browser.ts';
import { accountIdOf, atWork } from '#test/support/console.ts';
import { House } from '#test/support/house.ts';

describe('administrators and roles', () => {
  let house: House;
  let one: Browser;
  let other: Browser;

  beforeEach(async () => {
    house = await House.open({ instances: 2 });
    await house.services.sandbox!.people.settle();
    one = await atWork(house, 'admin');
    other = await atWork(house, 'admin-2');
  });
  afterEach(() => house.close());

  async function ask(values: Record<string, string>, browser = one): Promise<View> {
    const page = await browser.open('/console/roles/new');
    return browser.submit(page, values, { form: 'role-submit' });
  }

  const rolesOf = async (person: string) =>
    (await house.services.operators.rolesOf(await accountIdOf(house, person))).map(({ role, office }) => [
      role,
      office,
    ]);

  const wanted = { contact: 'anna@example.test', role: 'clerk', office: 'arz-lenina' };

  it('A2: one asks, the other gives; before that there is no role', async () => {
    const list = await ask(wanted);
    assert.ok(has(list, 'waiting'), textOf(list));
    assert.doesNotMatch(textOf(list), /Give the role/);
    assert.deepEqual(await rolesOf('anna'), []);
    const seen = await other.open('/console/roles');
    assert.match(textOf(seen), /Asked by Макаров Юрий Денисович/);
    const given = await other.submit(seen, {}, { form: 1 });
    assert.ok(!has(given, 'waiting'), textOf(given));
    assert.deepEqual(await rolesOf('anna'), [['clerk', 'arz-lenina']]);
    const history = await house.services.audit.history(await accountIdOf(house, 'anna'));
    assert.equal(history[0]!.event, 'role_given');
  });

  it('K2: nobody approves their own request, whatever they post', async () => {
    await ask(wanted);
    const seen = await other.open('/console/roles');
    const action = /action="(\/console\/roles\/requests\/[^"]+\/approval)"/.exec(seen.html)![1]!;
    const hash = /name="hash" value="([0-9a-f]{64})"/.exec(seen.html)![1]!;
    const own = await one.open('/console/roles');
    const csrf = /name="csrf" value="([^"]+)"/.exec(own.html)![1]!;
    const answer = await one.request('POST', action, new URLSearchParams({ csrf, hash }));
    assert.equal(answer.status, 422);
    assert.match(textOf(answer), /cannot approve your own request/);
    assert.deepEqual(await rolesOf('anna'), []);
  });

  it('K2: a request of an administrator who is one no longer gives nothing', async () => {
    await ask(wanted);
    const seen = await other.open('/console/roles');
    const [role] = await house.services.operators.rolesOf(await accountIdOf(house, 'admin'));
    await house.services.operators.end(role!.id);
    const answer = await other.submit(seen, {}, { form: 1 });
    assert.equal(answer.status, 422);
    assert.deepEqual(await rolesOf('anna'), []);
  });

  it('A1: says what is wrong with a wish, and keeps what was typed', async () => {
    const cases: [Record<string, string>, RegExp][] = [
      [{ ...wanted, contact: '' }, /Fill in/i],
      [{ ...wanted, contact: 'nobody@example.test' }, /no such account/],
      [{ ...wanted, contact: '+79000000137' }, /not confirmed/],
      [{ ...wanted, office: '' }, /Choose the centre/],
      [{ ...wanted, role: 'support' }, /has no centre/],
      [{ contact: 'support@example.test', role: 'support', office: '' }, /has this role already/],
    ];
    for (const [values, words] of cases) {
      const view = await ask(values);
      assert.equal(view.status, 422, JSON.stringify(values));
      assert.match(view.html, /id="error-summary"/);
      if (values.contact) assert.ok(view.html.includes(`value="${values.contact}"`));
      assert.ok(words.test(textOf(view)) || values.contact === '', textOf(view).slice(0, 400));
    }
  });

  it('K7: a role is ended from the list, and its console with it; the last administrator stays', async () => {
    const clerk = await atWork(house, 'clerk');
    const [role] = await house.services.operators.rolesOf(await accountIdOf(house, 'clerk'));
    await one.submit(await one.open('/console/roles'), {}, { form: `end-${role!.id}` });
    assert.equal((await clerk.request('GET', '/console')).status, 303);
    const admins = (await house.services.operators.list()).filter((held) => held.role === 'administrator');
    const [mine] = await house.services.operators.rolesOf(await accountIdOf(house, 'admin'));
    const theirs = admins.find(({ id }) => id !== mine!.id)!;
    await one.submit(await one.open('/console/roles'), {}, { form: `end-${theirs.id}` });
    assert.equal((await other.request('GET', '/console/roles')).status, 303);
    const refused = await one.submit(await one.open('/console/roles'), {}, { form: `end-${mine!.id}` });
    assert.equal(refused.status, 422);
    assert.match(textOf(refused), /last administrator/);
  });

  it('K3: twenty minutes after the sign-in roles ask for a new one; other pages do not', async () => {
    for (let i = 0; i < 3; i++) {
      house.clock.advance(7 * 60_000);
      assert.equal((await one.request('GET', '/console')).status, 200);
    }
    const sent = await one.request('GET', '/console/roles');
    assert.match(sent.headers.get('location')!, /client_id=console/);
    const back = await one.open(`${sent.headers.get('location')}&sandbox_person=admin`);
    assert.match(back.url, /\/console\/roles$/);
    assert.ok(has(back, 'held'));
  });
});
