import assert from 'node:assert/strict';
import { loadConfig } from '#src/platform/config/config.ts';
import { Refusal } from '#src/platform/errors.ts';
import { PasswordHasher } from '#src/identity/credentials/password-hasher.ts';

describe('password hashing', () => {
  const { passwords: settings } = loadConfig('development');
  const hasher = new PasswordHasher(settings);

  it('C6: is argon2id with at least 19 MiB and two passes, salted', async () => {
    const [one, two] = [await hasher.hash('Quiet-Harbour-52'), await hasher.hash('Quiet-Harbour-52')];
    const [, memory, passes] = /^\$argon2id\$v=19\$m=(\d+),p=1,t=(\d+)\$/.exec(one)!.map(Number);
    assert.ok(memory! >= 19_456 && passes! >= 2);
    assert.notEqual(one, two);
    assert.equal(hasher.needsRehash(one), false);
    assert.equal(new PasswordHasher({ ...settings, argon2Passes: 3 }).needsRehash(one), true);
  });

  it('C1: every character counts, also beyond byte 72, and so do spaces and case', async () => {
    const long = 'kfmw29xe'.repeat(16);
    const hash = await hasher.hash(long);
    assert.ok(await hasher.verify(hash, long));
    for (const other of [
      `${long.slice(0, 72)}${'z'.repeat(56)}`,
      long.slice(0, 127),
      `${long} `,
      ` ${long}`,
      long.toUpperCase(),
    ])
      assert.equal(await hasher.verify(hash, other), false);
  });

  it('M1: of five hundred at once no more than fifty wait, and the rest hears so at once', async () => {
    const shipped = new PasswordHasher({ ...settings, argon2MemoryKiB: 1024, argon2Passes: 1, queueWaitMs: 60_000 });
    const startedAt = performance.now();
    const refusedAfter: number[] = [];
    const all = Array.from({ length: 500 }, () =>
      shipped.hash('x').catch((error: unknown) => {
        assert.ok(error instanceof Refusal && error.status === 503 && error.retryAfterSeconds);
        refusedAfter.push(performance.now() - startedAt);
      }),
    );
    assert.ok(shipped.queueLength <= 50, `${shipped.queueLength} wait`);
    await Promise.all(all);
    assert.ok(refusedAfter.length >= 440, `${refusedAfter.length} were told to come back`);
    assert.ok(Math.max(...refusedAfter) < 200, `the last of them after ${Math.max(...refusedAfter)} ms`);
    assert.equal(shipped.hashes, 500 - refusedAfter.length);
  });

  it('runs few at a time, lets a bounded number wait a bounded time, and tells the rest to come back', async () => {
    const small = new PasswordHasher({ ...settings, concurrency: 1, queueLength: 3, queueWaitMs: 10_000 });
    const ends = await Promise.allSettled(Array.from({ length: 10 }, () => small.hash('x')));
    assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 4);
    for (const end of ends)
      if (end.status === 'rejected') assert.ok(end.reason instanceof Refusal && end.reason.status === 503);
    assert.ok(await small.hash('y'), 'and works on afterwards');
    const hasty = new PasswordHasher({ ...settings, concurrency: 1, queueLength: 50, queueWaitMs: 1 });
    const late = await Promise.allSettled(Array.from({ length: 10 }, () => hasty.hash('x')));
    assert.ok(late.some(({ status }) => status === 'rejected'));
    assert.equal(hasty.queueLength, 0);
    assert.ok(await hasty.hash('y'));
  });
});
