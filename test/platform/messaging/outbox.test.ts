import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MovableClock } from '#src/platform/clock.ts';
import { createLogger } from '#src/platform/logger.ts';
import { FieldEncryption } from '#src/platform/security/encryption.ts';
import type { Storage } from '#src/platform/storage/database.ts';
import { Outbox } from '#src/platform/messaging/outbox.ts';
import { DeliveryError } from '#src/platform/messaging/sender.ts';
import { databaseKinds, openStorage } from '#test/support/databases.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

for (const kind of databaseKinds) {
  describe(`outbox on ${kind}`, () => {
    const encryption = new FieldEncryption([{ id: 'k1', key: randomBytes(32) }]);
    let storage: Storage;
    let clock: MovableClock;

    before(async () => {
      storage = await openStorage(kind);
    });
    beforeEach(async () => {
      clock = new MovableClock();
      await storage.db.deleteFrom('outbox').execute();
    });
    after(() => storage.close());

    it('forgets a job whose transaction rolls back', async () => {
      const { outbox, received } = newInstance();
      const work = storage.db.transaction().execute(async (transaction) => {
        await put(outbox, 'never', { connection: transaction });
        throw new Error('changed my mind');
      });
      await assert.rejects(work, /changed my mind/);
      assert.equal(await outbox.deliverDue(), 0);
      assert.deepEqual(received, []);
    });

    it('keeps the payload unreadable while it waits and empties it afterwards', async () => {
      const { outbox, received } = newInstance();
      const id = await put(outbox, 'code 123456 for +79001234567');
      const waiting = await rowOf(id);
      assert.ok(waiting.payload);
      assert.ok(!waiting.payload.toString('latin1').includes('123456'));
      assert.equal(await outbox.deliverDue(), 1);
      assert.deepEqual(received, [`${id} code 123456 for +79001234567`]);
      const ended = await rowOf(id);
      assert.equal(ended.payload, null);
      assert.ok(ended.delivered_at);
    });

    it('lets two instances share the work without sending anything twice', async () => {
      const instances = [newInstance(), newInstance()] as const;
      const ids = [];
      for (let i = 0; i < 40; i++) ids.push(await put(instances[0].outbox, `job ${i}`));
      const counts = await Promise.all(instances.map(({ outbox }) => outbox.deliverDue()));
      assert.equal(counts[0]! + counts[1]!, 40);
      const received = instances.flatMap((instance) => instance.received.map((line) => line.split(' ')[0]!));
      assert.deepEqual(received.sort(), ids.sort());
    });

    it('delivers no more than eight of a kind at once', async () => {
      let busy = 0;
      let most = 0;
      const { outbox } = newInstance(async () => {
        most = Math.max(most, ++busy);
        await sleep(5);
        busy--;
      });
      for (let i = 0; i < 20; i++) await put(outbox, 'job');
      assert.equal(await outbox.deliverDue(), 20);
      assert.equal(most, 8);
    });

    it('tries again later and later, always with the same id', async () => {
      const tries: string[] = [];
      const { outbox } = newInstance(async (_, { id, tries: count }) => {
        tries.push(id);
        if (count < 4) throw new DeliveryError('http_503', { permanent: false });
      });
      const id = await put(outbox, 'job');
      await outbox.deliverDue();
      await outbox.deliverDue();
      assert.equal(tries.length, 1, 'a failed job is not due at once');
      assert.equal((await rowOf(id)).last_error, 'DeliveryError http_503');
      for (const [seconds, expected] of [
        [2, 2],
        [2, 2],
        [3, 3],
        [10, 3],
        [8, 4],
      ] as const) {
        clock.advance(seconds * SECOND);
        await outbox.deliverDue();
        assert.equal(tries.length, expected);
      }
      assert.deepEqual(new Set(tries), new Set([id]));
      assert.ok((await rowOf(id)).delivered_at);
    });

    it('gives up after the last try', async () => {
      const { outbox, received } = newInstance(() => Promise.reject(new TypeError('+79001234567 is odd')), 3);
      const id = await put(outbox, 'job', { lifetimeMs: 60 * MINUTE });
      for (let i = 0; i < 10; i++) {
        await outbox.deliverDue();
        clock.advance(5 * MINUTE);
      }
      const row = await rowOf(id);
      assert.equal(received.length, 3);
      assert.equal(row.tries, 3);
      assert.equal(row.payload, null);
      assert.ok(row.failed_at);
      assert.equal(row.last_error, 'TypeError', 'the message of an error may hold personal data');
    });

    it('does not repeat what was refused for good', async () => {
      const { outbox, received } = newInstance(() =>
        Promise.reject(new DeliveryError('smtp_550', { permanent: true })),
      );
      const id = await put(outbox, 'job');
      await outbox.deliverDue();
      clock.advance(MINUTE);
      await outbox.deliverDue();
      assert.equal(received.length, 1);
      assert.equal((await rowOf(id)).payload, null);
    });

    it('never delivers after the deadline, and empties the payload', async () => {
      const { outbox, received } = newInstance();
      const id = await put(outbox, 'late code', { lifetimeMs: MINUTE });
      clock.advance(MINUTE);
      assert.equal(await outbox.deliverDue(), 0);
      assert.deepEqual(received, []);
      const row = await rowOf(id);
      assert.equal(row.payload, null);
      assert.equal(row.last_error, 'deadline');
    });

    it('waits until a job may begin', async () => {
      const { outbox } = newInstance();
      await put(outbox, 'tomorrow', { notBeforeMs: 30 * SECOND });
      assert.equal(await outbox.deliverDue(), 0);
      clock.advance(31 * SECOND);
      assert.equal(await outbox.deliverDue(), 1);
    });

    it('hands the jobs of a dead instance over when their lease ends', async () => {
      const { promise: death, resolve: die } = Promise.withResolvers<void>();
      const dead = newInstance(() => death);
      const living = newInstance();
      const id = await put(dead.outbox, 'job');
      const stuck = dead.outbox.deliverDue();
      while (dead.received.length === 0) await sleep(5);
      assert.equal(await living.outbox.deliverDue(), 0);
      clock.advance(31 * SECOND);
      assert.equal(await living.outbox.deliverDue(), 1);
      assert.deepEqual(living.received, [`${id} job`]);
      die();
      await stuck;
    });

    it('does not let a late failure undo what another instance delivered', async () => {
      const { promise: stall, reject: fail } = Promise.withResolvers<void>();
      const slow = newInstance(() => stall);
      const quick = newInstance();
      const id = await put(slow.outbox, 'job');
      const stuck = slow.outbox.deliverDue();
      while (slow.received.length === 0) await sleep(5);
      clock.advance(31 * SECOND);
      await quick.outbox.deliverDue();
      fail(new DeliveryError('http_timeout', { permanent: true }));
      await stuck;
      const row = await rowOf(id);
      assert.ok(row.delivered_at);
      assert.equal(row.failed_at, null);
    });

    it('delivers soon after wake, and at the next poll without it', async () => {
      const { outbox, received } = newInstance();
      outbox.start(20_000);
      await put(outbox, 'woken');
      outbox.wake();
      while (received.length === 0) await sleep(5);
      await outbox.stop();
      outbox.start(20);
      await sleep(50);
      await put(outbox, 'polled');
      while (received.length === 1) await sleep(5);
      await outbox.stop();
      assert.equal(received.length, 2);
    });

    it('lets what is under way end before it stops', async () => {
      const { outbox, received } = newInstance(() => sleep(100));
      const id = await put(outbox, 'job');
      outbox.start(20_000);
      while (received.length === 0) await sleep(5);
      await outbox.stop();
      assert.ok((await rowOf(id)).delivered_at);
    });

    it('reports how much waits and for how long', async () => {
      const { outbox } = newInstance();
      assert.deepEqual(await outbox.backlog(), { waiting: 0, oldestSeconds: 0 });
      await put(outbox, 'one');
      clock.advance(40 * SECOND);
      await put(outbox, 'two');
      const { waiting, oldestSeconds } = await outbox.backlog();
      assert.equal(waiting, 2);
      assert.ok(oldestSeconds >= 40 && oldestSeconds <= 42);
    });

    it('forgets jobs that ended long ago, and only those', async () => {
      const { outbox } = newInstance();
      await put(outbox, 'old');
      await outbox.deliverDue();
      clock.advance(60 * MINUTE);
      const waiting = await put(outbox, 'waiting');
      assert.equal(await outbox.purgeEnded(new Date(clock.now().getTime() - MINUTE)), 1);
      assert.ok(await rowOf(waiting));
    });

    type Deliver = (payload: string, context: { id: string; tries: number }) => Promise<unknown>;

    function newInstance(deliver: Deliver = async () => {}, attempts = 6) {
      const received: string[] = [];
      const logger = createLogger('silent');
      const outbox = new Outbox({ db: storage.db, clock, encryption, logger, retry: { attempts } });
      outbox.register<string>('note', async (payload, context) => {
        received.push(`${context.id} ${payload}`);
        await deliver(payload, context);
      });
      return { outbox, received };
    }

    function put(
      outbox: Outbox,
      payload: string,
      { connection = storage.db, lifetimeMs = 5 * MINUTE, notBeforeMs = 0 } = {},
    ) {
      const now = clock.now().getTime();
      const deadlineAt = new Date(now + lifetimeMs);
      return outbox.put(connection, { kind: 'note', payload, deadlineAt, notBefore: new Date(now + notBeforeMs) });
    }

    function rowOf(id: string) {
      return storage.db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    }
  });
}
