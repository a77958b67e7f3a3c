import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '#src/platform/logger.ts';
import { Storage, type ConnectionOptions } from '#src/platform/storage/database.ts';
import { addressesOf } from '#src/platform/storage/hosts.ts';
import { migrateToLatest } from '#src/platform/storage/migrate.ts';
import { Browser } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { anna, settle } from '#test/support/people.ts';
import { callback, redeem, send, silently, userinfo } from '#test/support/protocol.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { ReplicatedPostgres } from '#test/support/replicated-postgres.ts';

describe('the addresses of a database', () => {
  for (const [url, addresses] of [
    ['postgres://db/esia', ['postgres://db/esia']],
    ['postgres://u:p@db:5432/esia?sslmode=require', ['postgres://u:p@db:5432/esia?sslmode=require']],
    ['postgres://postgres@/postgres?host=%2Ftmp%2Fa,b', ['postgres://postgres@/postgres?host=%2Ftmp%2Fa,b']],
    ['postgres://u:p@a:1,b:2/esia?x=1', ['postgres://u:p@a:1/esia?x=1', 'postgres://u:p@b:2/esia?x=1']],
    ['postgres://a, b/esia', ['postgres://a/esia', 'postgres://b/esia']],
  ] as [string, string[]][])
    it(`in ${url} are ${addresses.length}`, () => assert.deepEqual(addressesOf(url), addresses));
});

describe('V1, V2: a primary dies and its standby takes over, two instances', function () {
  this.timeout(360_000);
  let pair: ReplicatedPostgres;
  let house: House;

  before(async function () {
    pair = await ReplicatedPostgres.start(this);
    const database: ConnectionOptions = { url: pair.url, poolSize: 5, statementTimeoutMs: 5000, lockTimeoutMs: 2000 };
    const storage = new Storage(database, createLogger('silent'));
    await migrateToLatest(storage.db);
    await storage.close();
    house = await House.open({ database, instances: 2 });
  });
  after(async () => {
    await house?.close();
    await pair?.stop();
  });

  it('nothing that was answered is lost, nothing works twice, nobody writes to the old one', async () => {
    const person = await settle(house, anna);
    const university = await RelyingParty.register(house);
    const browser = new Browser(house.origin);
    const { tokens } = await university.signIn(browser, person);
    const used = await callback(university, new Browser(house.origin), person);
    assert.equal((await redeem(university, used.code, used.verifier)).status, 200);

    await pair.killPrimary();
    const refused = await userinfo(house, tokens);
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    pair.promoteStandby();
    await pair.bringBackOldPrimary();
    await untilServing(house);

    assert.equal((await userinfo(house, tokens)).status, 200);
    assert.ok((await silently(university, browser)).params.get('code'), 'the session stands');
    assert.equal((await redeem(university, used.code, used.verifier)).json.error, 'invalid_grant');
    for (let i = 0; i < 6; i++) await university.signIn(new Browser(house.origin), person);
  });
});

/** Both instances, and often enough that every connection has been made anew. */
async function untilServing(house: House): Promise<void> {
  const endsAt = performance.now() + 30_000;
  for (let good = 0; good < 20;) {
    assert.ok(performance.now() < endsAt, 'not served again within 30 seconds');
    const { status } = await send(house, '/health/ready');
    const { status: page } = await send(house, '/oauth2/auth?client_id=nobody');
    assert.ok(status === 200 || status === 503, String(status));
    assert.notEqual(page, 500);
    good = status === 200 && page !== 503 ? good + 1 : 0;
    if (good === 0) await sleep(200);
  }
}
