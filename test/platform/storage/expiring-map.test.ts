import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { MovableClock } from '#src/platform/clock.ts';
import { createLogger } from '#src/platform/logger.ts';
import { RedisMap } from '#src/platform/storage/expiring-map-redis.ts';
import { RedisServer } from '#test/support/redis.ts';

const [key, value] = [Buffer.from('key'), Buffer.from([0, 255, 10, 13])];

describe('what may be lost, on Redis', () => {
  const clock = new MovableClock();
  let server: RedisServer;
  let map: RedisMap;

  before(async function () {
    server = await RedisServer.start(this);
    map = await RedisMap.open({ url: server.url, clock, logger: createLogger('silent') });
    await until(() => map.isThere());
  });
  afterEach(() => clock.reset());
  after(async () => {
    await map?.close();
    await server?.kill();
  });

  const inAMinute = () => new Date(clock.now().getTime() + 60_000);

  it('gives back the bytes it was given, until they are deleted', async () => {
    assert.equal(await map.set(key, value, inAMinute()), true);
    assert.deepEqual(await map.get(key), value);
    assert.equal(await map.delete(key), true);
    assert.equal(await map.get(key), undefined);
  });

  it('gives nothing that has expired by our clock, and leaves nothing in Redis for ever', async () => {
    await map.set(key, value, inAMinute());
    clock.advance(50_000);
    assert.deepEqual(await map.get(key), value);
    clock.advance(10_000);
    assert.equal(await map.get(key), undefined);
    const [kept] = await server.ask((redis) => redis.keysBuffer('openesia:*'));
    const left = await server.ask((redis) => redis.pttl(kept!));
    assert.ok(left > 0 && left <= 60_000, `${left} ms`);
  });

  it('keeps nothing whose end is past already', async () => {
    await map.set(key, value, inAMinute());
    await map.set(key, value, new Date(clock.now().getTime() - 1));
    assert.equal(await map.get(key), undefined);
  });

  it('U2: says no within a second and a half while nothing answers, at once after that, and comes back by itself', async () => {
    await map.set(key, value, inAMinute());
    server.pause();
    try {
      const firstMs = await timed(async () => assert.equal(await map.get(key), undefined));
      assert.ok(firstMs < 1500, `${firstMs} ms`);
      const nextMs = await timed(async () => assert.equal(await map.set(key, value, inAMinute()), false));
      assert.ok(nextMs < 100, `${nextMs} ms`);
    } finally {
      server.resume();
    }
    await until(() => map.isThere());
    assert.deepEqual(await map.get(key), value);
  });

  it('U1: says no while it is gone, and is empty when it comes back', async () => {
    await map.set(key, value, inAMinute());
    await server.kill();
    assert.equal(await map.get(key), undefined);
    assert.equal(await map.delete(key), false);
    await server.start();
    await until(() => map.isThere());
    assert.equal(await map.get(key), undefined);
    assert.equal(await map.set(key, value, inAMinute()), true);
  });
});

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await isTrue()) return;
    await sleep(50);
  }
  assert.fail('it did not come back');
}
