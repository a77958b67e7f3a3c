import assert from 'node:assert/strict';
import { accountSignInPath } from '#src/protocols/oidc/account-client.ts';
import { Browser, has, textOf } from '#test/support/browser.ts';
import { accountIdOf, atWork, enterConsole, operatorNamed } from '#test/support/console.ts';
import { House } from '#test/support/house.ts';
import { par, send } from '#test/support/protocol.ts';
import { appCode, enterCode } from '#test/support/second-factor.ts';

describe("the operators' console, two instances", () => {
  let house: House;

  before(async () => {
    house = await House.open({ instances: 2 });
    await house.services.sandbox!.people.settle();
  });
  after(() => house.close());

  const isIn = async (browser: Browser) => has(await browser.request('GET', '/console'), 'console-home');

  async function roleOf(person: string) {
    const [role] = await house.services.operators.rolesOf(await accountIdOf(house, person));
    return role!;
  }

  describe('signing in', () => {
    it('K3: password and code of the app, then the console knows who works', async () => {
      const { contacts, password, totpSecret } = operatorNamed('clerk');
      const browser = new Browser(house.origin);
      const page = await browser.open('/console');
      const login = await browser.submit(page, { login: contacts.phone!, password }, { form: 'login-submit' });
      const home = await enterCode(browser, login, appCode(totpSecret));
      assert.ok(has(home, 'console-home'), textOf(home));
      assert.match(textOf(home), /Климова Ирина Львовна/);
      assert.match(textOf(home), /ул. Тверская, 19/);
      assert.ok(await isIn(browser));
    });

    it('K3: its cookie is its own: this path, this site, no script', async () => {
      const browser = await atWork(house, 'clerk');
      const line = browser.setCookies.findLast((cookie) => cookie.startsWith('console='))!;
      for (const attribute of [/path=\/console(;|$)/i, /samesite=strict/i, /httponly/i]) assert.match(line, attribute);
      assert.doesNotMatch(line, /max-age|expires/i);
    });

    it('K3: a citizen’s sign-in opens nothing, not even a strong and new one', async () => {
      const browser = new Browser(house.origin);
      await browser.open(accountSignInPath('/account', { sandbox_person: 'clerk' }));
      assert.equal((await browser.request('GET', '/console')).status, 303);
      const back = await browser.open('/console/signed-in?state=x');
      assert.equal(back.status, 403);
      assert.match(textOf(back), /Sign in to the console again/);
      assert.ok(!(await isIn(browser)));
    });

    it('K3: nor does one from before the console asked', async () => {
      const browser = new Browser(house.origin);
      await browser.open(accountSignInPath('/account', { sandbox_person: 'clerk' }));
      house.clock.advance(5000);
      const sent = await browser.request('GET', '/console');
      const state = new URL(sent.headers.get('location')!, house.origin).searchParams.get('state')!;
      assert.equal((await browser.open(`/console/signed-in?state=${state}`)).status, 403);
      assert.ok(!(await isIn(browser)));
    });

    it('K3: the answer to a sign-in counts once, and only where it was asked', async () => {
      const browser = await atWork(house, 'clerk');
      const address = browser.visited.find((url) => url.includes('/console/signed-in'))!;
      const other = browser.clone();
      other.setCookie('console', '', '/console');
      assert.equal((await other.open(address)).status, 403);
    });

    it('K3: a forged or foreign token is no session', async () => {
      const browser = await atWork(house, 'clerk');
      const stranger = new Browser(house.origin);
      stranger.setCookie('console', browser.cookie('console')!, '/console');
      assert.equal((await stranger.request('GET', '/console')).status, 303);
      stranger.setCookie('console.sig', 'x', '/console');
      assert.equal((await stranger.request('GET', '/console')).status, 303);
    });

    it('a person without a role is told so', async () => {
      const view = await enterConsole(new Browser(house.origin), 'anna');
      assert.equal(view.status, 403);
      assert.match(textOf(view), /You have no staff role/);
    });

    it('a person who is not confirmed is shown what is missing', async () => {
      assert.ok(has(await enterConsole(new Browser(house.origin), 'boris'), 'tier-upgrade'));
    });
  });

  describe('the end of it', () => {
    it('K3: fifteen idle minutes end it; work keeps it for eight hours and no longer', async () => {
      const browser = await atWork(house, 'clerk');
      house.clock.advance(14 * 60_000);
      assert.ok(await isIn(browser));
      house.clock.advance(14 * 60_000);
      assert.ok(await isIn(browser));
      house.clock.advance(16 * 60_000);
      assert.ok(!(await isIn(browser)));

      const worker = await atWork(house, 'clerk');
      for (let i = 0; i < 47; i++) {
        house.clock.advance(10 * 60_000);
        assert.ok(await isIn(worker), `after ${i + 1} times ten minutes`);
      }
      house.clock.advance(11 * 60_000);
      assert.ok(!(await isIn(worker)));
    });

    it('K7: a role ended is dead on both instances at the next request', async () => {
      const browser = await atWork(house, 'reviewer');
      const role = await roleOf('reviewer');
      assert.equal(await house.services.operators.end(role.id), undefined);
      for (let i = 0; i < 4; i++) assert.ok(!(await isIn(browser)));
      assert.equal(await house.services.operators.giveAsOwner(role, 'a test gives it back'), undefined);
    });

    it('K7: so is a blocked account', async () => {
      const [browser, id] = [await atWork(house, 'support'), await accountIdOf(house, 'support')];
      await house.services.accounts.setStatus(id, 'blocked');
      for (let i = 0; i < 4; i++) assert.ok(!(await isIn(browser)));
      await house.services.accounts.setStatus(id, 'active');
    });

    it('B7: signing out everywhere ends the console too', async () => {
      const [browser, id] = [await atWork(house, 'support'), await accountIdOf(house, 'support')];
      await house.services.accountSessions.endOthers(id, 'none');
      for (let i = 0; i < 4; i++) assert.ok(!(await isIn(browser)));
    });

    it('signing out ends the console and the sign-in behind it', async () => {
      const browser = await atWork(house, 'clerk');
      const home = await browser.open('/console');
      const out = await browser.submit(home, {}, { form: 'sign-out' });
      assert.match(out.url, /\/signed-out$/);
      assert.ok(!(await isIn(browser)));
      assert.ok(has(await browser.open('/account'), 'login-submit'));
    });

    it('B9: a post from elsewhere does nothing', async () => {
      const browser = await atWork(house, 'clerk');
      assert.equal((await browser.request('POST', '/console/sign-out', new URLSearchParams({}))).status, 403);
      assert.ok(await isIn(browser));
    });
  });

  describe('roles by the server’s owner', () => {
    const api = (method: string, path = '', body?: unknown) =>
      send(house, `/admin/api/v1/operators${path}`, {
        method,
        headers: { authorization: 'Bearer sandbox', 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });

    it('A1: are given to active and confirmed accounts only, and a clerk has an office', async () => {
      const cases: [Record<string, string>, number, string][] = [
        [{ login: 'nobody@example.test', role: 'support' }, 404, 'no_account'],
        [{ login: '+79000000137', role: 'support' }, 409, 'not_confirmed'],
        [{ login: 'anna@example.test', role: 'clerk' }, 409, 'office_needed'],
        [{ login: 'anna@example.test', role: 'clerk', office: 'nowhere' }, 409, 'no_office'],
        [{ login: 'anna@example.test', role: 'support', office: 'msk-tverskaya' }, 409, 'no_office'],
        [{ login: 'anna@example.test', role: 'king' }, 400, 'invalid_request'],
        [{ login: 'support@example.test', role: 'support' }, 409, 'has_role'],
        [{ login: 'anna@example.test', role: 'support' }, 409, 'reason_needed'],
      ];
      for (const [form, status, code] of cases) {
        const answer = await api('POST', '', form);
        assert.deepEqual([answer.status, answer.json.error], [status, code], JSON.stringify(form));
      }
    });

    it('K7: with a reason where two administrators could, and it leaves a mark', async () => {
      const form = { login: 'anna@example.test', role: 'support', reason: 'both administrators are ill' };
      const given = await api('POST', '', form);
      assert.equal(given.status, 201);
      const { id } = given.json;
      const history = await house.services.audit.history(await accountIdOf(house, 'anna'));
      assert.ok(history.some(({ event }) => event === 'glass_broken'));
      const alarms = house.services.db.selectFrom('audit_events').select('details').where('event', '=', 'alarm_raised');
      assert.ok((await alarms.execute()).some(({ details }) => details.alarm === 'glass_broken'));
      assert.equal((await api('DELETE', `/${id}`)).status, 204);
      assert.equal((await api('DELETE', `/${id}`)).status, 404);
    });

    it('K7: two administrators ending each other at once leave one', async () => {
      const ids = [(await roleOf('admin')).id, (await roleOf('admin-2')).id];
      const refusals = await par(2, (i) => house.all[i]!.operators.end(ids[i]!));
      assert.deepEqual(refusals.toSorted(), ['last_administrator', undefined]);
      const left = ids[refusals.indexOf('last_administrator')]!;
      assert.equal((await api('DELETE', `/${left}`)).json.error, 'last_administrator');
      for (const person of ['admin', 'admin-2'])
        await house.services.operators.giveAsOwner({
          accountId: await accountIdOf(house, person),
          role: 'administrator',
        });
    });

    it('A1: the same role given ten times at once is one role', async () => {
      const accountId = await accountIdOf(house, 'anna');
      const wanted = { accountId, role: 'reviewer' } as const;
      const refusals = await par(10, (i) => house.all[i % 2]!.operators.giveAsOwner(wanted, 'ten at once'));
      assert.equal(refusals.filter((one) => one === undefined).length, 1);
      assert.equal((await house.services.operators.rolesOf(accountId)).length, 1);
    });
  });
});

describe("the operators' console where only strong factors count", () => {
  let house: House;

  before(async () => {
    house = await House.open({ settings: { operators: { strongFactors: ['hwk', 'swk', 'sc'] } } });
    await house.services.sandbox!.people.settle();
  });
  after(() => house.close());

  it('K3: the code of an app does not open it', async () => {
    const view = await enterConsole(new Browser(house.origin), 'clerk');
    assert.equal(view.status, 403);
    assert.match(textOf(view), /A stronger way to sign in is needed/);
  });

  it('K3: neither does a password alone, nor a passkey without a second factor; a passkey beside the password does', async () => {
    const accountId = await accountIdOf(house, 'clerk');
    const signIn = { accountId, sessionUid: 'x', signedInAt: new Date() };
    const { consoleSessions } = house.services;
    for (const amr of [['pwd'], ['hwk', 'user'], ['pwd', 'sms', 'mfa']])
      assert.equal(await consoleSessions.begin({ ...signIn, amr }), 'weak_factor', amr.join(' '));
    assert.notEqual(await consoleSessions.begin({ ...signIn, amr: ['pwd', 'hwk', 'user', 'mfa'] }), 'weak_factor');
  });
});
