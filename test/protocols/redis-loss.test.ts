import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { Browser, has, textOf, type View } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { callback, par, redeem, silently } from '#test/support/protocol.ts';
import { RedisServer } from '#test/support/redis.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { adminApi } from '#test/support/admin.ts';

describe('sign-in pages on Redis, over two instances', () => {
  let server: RedisServer;
  let house: House;
  let person: Person;
  let university: RelyingParty;

  before(async function () {
    server = await RedisServer.start(this);
    house = await House.open({ instances: 2, settings: { storage: { redisUrl: server.url } } });
    person = await settle(house, anna);
    university = await RelyingParty.register(house);
  });
  after(async () => {
    await house?.close();
    await server?.kill();
  });
  beforeEach(() => awaitRedis());

  async function awaitRedis(): Promise<void> {
    for (let i = 0; i < 200; i++) {
      if ((await Promise.all(house.all.map(({ untouched }) => untouched!.isThere()))).every(Boolean)) return;
      await sleep(50);
    }
    assert.fail('Redis did not come back');
  }

  const interactionsInDatabase = async () => {
    const { rows } = await sql<{ n: number }>`select count(*) as n from artifacts where kind = 'Interaction'`.execute(
      house.services.db,
    );
    return rows[0]!.n;
  };
  const keysInRedis = () => server.ask((redis) => redis.dbsize());

  const openSignIn = async () => {
    const browser = new Browser(house.origin);
    const request = await university.request();
    const page = await browser.open(request.url.href);
    assert.ok(has(page, 'login-submit'), textOf(page).slice(0, 300));
    return { browser, page, request };
  };

  async function finish(browser: Browser, page: View): Promise<View> {
    const { login, password } = person;
    const next = await browser.submit(page, { login, password }, { form: 'login-submit' });
    return has(next, 'consent-submit') ? browser.submit(next, {}, { form: 'consent-submit' }) : next;
  }

  it('a page that nobody answers never reaches the database', async () => {
    const [rows, keys] = [await interactionsInDatabase(), await keysInRedis()];
    for (let i = 0; i < 5; i++) await openSignIn();
    assert.equal(await interactionsInDatabase(), rows);
    assert.equal(await keysInRedis(), keys + 5);
  });

  it('an answered one leaves Redis, and ends as always', async () => {
    const keys = await keysInRedis();
    const { browser, page, request } = await openSignIn();
    const end = await finish(browser, page);
    assert.ok((await university.exchange(end.url, request)).claims()?.sub);
    assert.equal(await keysInRedis(), keys);
  });

  it('L1: what stands in Redis tells nothing', async () => {
    const { request } = await openSignIn();
    const found = await server.ask(async (redis) => {
      const keys = await redis.keysBuffer('*');
      return Promise.all(
        keys.map(async (key) => Buffer.concat([key, (await redis.getBuffer(key))!]).toString('latin1')),
      );
    });
    for (const secret of [request.state, request.nonce, university.clientId, 'university'])
      assert.ok(!found.join().includes(secret));
  });

  it('U1: everything flushed while the password is typed: a page to begin anew, nobody gets in', async () => {
    const { browser, page } = await openSignIn();
    await server.ask((redis) => redis.flushall());
    const { login, password } = person;
    const refused = await browser.submit(page, { login, password }, { form: 'login-submit' });
    assert.ok(refused.status < 500, String(refused.status));
    assert.equal((await silently(university, browser)).params.get('error'), 'login_required');
    await university.signIn(browser, person);
  });

  it('U1: flushed after the password: the consent page and the session stand', async () => {
    const stranger = await settle(house, { contacts: [{ kind: 'phone', value: '+79000000031' }] });
    const { browser, page } = await openSignIn();
    const { login, password } = stranger;
    const consent = await browser.submit(page, { login, password }, { form: 'login-submit' });
    await server.ask((redis) => redis.flushall());
    const end = await browser.submit(consent, {}, { form: 'consent-submit' });
    assert.ok(new URL(end.url).searchParams.get('code'), end.url);
    assert.ok((await silently(university, browser)).params.get('code'));
  });

  it('A1, U1: a code that was used stays used', async () => {
    const { code, verifier } = await callback(university, new Browser(house.origin), person);
    assert.equal((await redeem(university, code, verifier)).status, 200);
    await server.ask((redis) => redis.flushall());
    assert.equal((await redeem(university, code, verifier)).json.error, 'invalid_grant');
  });

  it('D3, U1: wrong passwords stay counted', async () => {
    const guessed = await settle(house, { contacts: [{ kind: 'phone', value: '+79000000032' }] });
    const browser = new Browser(house.origin);
    for (let i = 0; i < 5; i++) {
      const page = await browser.open((await university.request()).url.href);
      await browser.submit(page, { login: guessed.login, password: `Wrong-${i}-guess` }, { form: 'login-submit' });
      await server.ask((redis) => redis.flushall());
    }
    const page = await browser.open((await university.request()).url.href);
    const { login, password } = guessed;
    const end = await browser.submit(page, { login, password }, { form: 'login-submit' });
    assert.ok(has(end, 'login-submit'), 'the right password after five wrong ones from a stranger');
  });

  it('killed in the middle of a sign-in: begun anew it works without Redis, and the operator sees it', async () => {
    const { browser, page } = await openSignIn();
    await server.kill();
    try {
      const { login, password } = person;
      const refused = await browser.submit(page, { login, password }, { form: 'login-submit' });
      assert.ok(refused.status < 500, String(refused.status));
      const rows = await interactionsInDatabase();
      const anew = await openSignIn();
      assert.equal(await interactionsInDatabase(), rows + 1);
      assert.ok(new URL((await finish(anew.browser, anew.page)).url).searchParams.get('code'));
      await par(4, () => university.signIn(new Browser(house.origin), person));
      const { json } = await adminApi(house).get('/health');
      assert.deepEqual([json.status, json.redis, json.database], ['degraded', 'unavailable', 'ok']);
    } finally {
      await server.start();
    }
    await awaitRedis();
    assert.deepEqual((await adminApi(house).get('/health')).json.redis, 'ok');
  });

  it('begun without Redis, ended with it', async () => {
    await server.kill();
    const { browser, page } = await openSignIn().finally(() => server.start());
    await awaitRedis();
    assert.ok(new URL((await finish(browser, page)).url).searchParams.get('code'));
  });

  it('U2: half-open: every answer within a second and a half, then by itself as before', async () => {
    server.pause();
    try {
      for (let i = 0; i < 4; i++) {
        const startedAt = performance.now();
        await openSignIn();
        // The page is two requests.
        assert.ok(performance.now() - startedAt < 3000);
      }
      await university.signIn(new Browser(house.origin), person);
    } finally {
      server.resume();
    }
    await awaitRedis();
    const keys = await keysInRedis();
    await openSignIn();
    assert.equal(await keysInRedis(), keys + 1);
  });

  it('B4: an ended sign-in does not come back with an older state of its page', async () => {
    const { browser, page } = await openSignIn();
    const interaction = new URL(page.url).pathname;
    const kept = await server.ask(async (redis) => {
      const keys = await redis.keysBuffer('*');
      return Promise.all(keys.map(async (key) => [key, (await redis.getBuffer(key))!] as const));
    });
    await finish(browser, page);
    const leaving = await browser.open(university.config.serverMetadata().end_session_endpoint!);
    await browser.submit(leaving, { logout: 'yes' }, { form: 'logout-yes' });
    // As after a failover to a copy that lacks the last second.
    await server.ask((redis) => Promise.all(kept.map(([key, value]) => redis.set(key, value))));
    const again = await browser.open(interaction);
    assert.ok(has(again, 'login-submit') || has(again, 'op-error'), textOf(again).slice(0, 200));
    assert.equal((await silently(university, browser)).params.get('error'), 'login_required');
  });
});
