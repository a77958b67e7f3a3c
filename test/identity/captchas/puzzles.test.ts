import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { MovableClock } from '#src/platform/clock.ts';
import { FieldEncryption } from '#src/platform/security/encryption.ts';
import type { Storage } from '#src/platform/storage/database.ts';
import { Flows } from '#src/platform/storage/flows.ts';
import { Puzzles } from '#src/identity/captchas/puzzles.ts';
import { databaseKinds, openStorage } from '#test/support/databases.ts';
import { par } from '#test/support/protocol.ts';
import { solvePuzzle } from '#test/support/puzzles.ts';

const key = randomBytes(32);

for (const kind of databaseKinds) {
  describe(`puzzles (${kind})`, () => {
    let storage: Storage;
    let clock: MovableClock;
    let puzzles: Puzzles;

    before(async () => {
      storage = await openStorage(kind);
    });
    beforeEach(() => {
      clock = new MovableClock();
      puzzles = instance();
    });
    after(async () => storage.close());

    function instance(bits = 8): Puzzles {
      const encryption = new FieldEncryption([{ id: 'test', key }]);
      return new Puzzles({ flows: new Flows({ db: storage.db, clock, encryption }), bits });
    }

    async function solved() {
      const puzzle = (await puzzles.issue('anna'))!;
      return { id: puzzle.id, answer: solvePuzzle(puzzle) };
    }

    it('C4: the work that was asked for is an answer, once', async () => {
      const { id, answer } = await solved();
      assert.equal(await puzzles.isSolved(id, 'anna', answer), true);
      assert.equal(await puzzles.isSolved(id, 'anna', answer), false);
    });

    it('C4: a wrong answer uses it up; less work, other work and garbage are none', async () => {
      for (const spoil of [
        () => '0.0.0.0',
        () => '',
        (answer: string) => answer.split('.').slice(1).join('.'),
        (answer: string) => `${answer}.1`,
        (answer: string) => answer.split('.').reverse().join('.'),
        (answer: string) => `-${answer}`,
        () => '9'.repeat(100_000),
      ]) {
        const { id, answer } = await solved();
        assert.equal(await puzzles.isSolved(id, 'anna', spoil(answer)), false);
        assert.equal(await puzzles.isSolved(id, 'anna', answer), false);
      }
      const [one, other] = [await solved(), await solved()];
      assert.equal(await puzzles.isSolved(one.id, 'anna', other.answer), false);
    });

    it('C4: it belongs to one browser', async () => {
      const { id, answer } = await solved();
      assert.equal(await puzzles.isSolved(id, 'boris', answer), false);
    });

    it('C4: five minutes', async () => {
      const [first, second] = [await solved(), await solved()];
      clock.advance(299_000);
      assert.equal(await puzzles.isSolved(first.id, 'anna', first.answer), true);
      clock.advance(2000);
      assert.equal(await puzzles.isSolved(second.id, 'anna', second.answer), false);
    });

    it('C4: of ten at the same time at two instances one is right', async () => {
      const { id, answer } = await solved();
      const both = [puzzles, instance()];
      const verdicts = await par(10, (i) => both[i % 2]!.isSolved(id, 'anna', answer));
      assert.equal(verdicts.filter(Boolean).length, 1);
    });

    it('C4: an operator may turn them off', async () => {
      assert.equal(await instance(0).issue('anna'), undefined);
    });
  });
}
