import assert from 'node:assert/strict';
import type { Storage } from '#src/platform/storage/database.ts';
import { databaseKinds, openStorage } from '#test/support/databases.ts';

for (const kind of databaseKinds) {
  describe(`statements on ${kind}`, () => {
    let storage: Storage;
    before(async () => {
      storage = await openStorage(kind);
    });
    after(() => storage.close());

    const echo = {
      name: 'echo',
      text: 'select $1::text as text, $2::bytea as bytes, $3::timestamptz as at, $4::text[] as list, $5::int as number, $6::bool as truth',
    };
    const values = (text: string | null) => [
      text,
      Buffer.from([0, 1, 255]),
      new Date(1_700_000_000_123),
      ['a', 'b"c', String.raw`d\e`, '{}', 'ё,', ''],
      -7,
      true,
    ];

    it('carry every kind of value there and back', async () => {
      for (const text of ['', 'ё𝄞\\"', 'x'.repeat(40_000), null]) {
        const [row] = await storage.statements.run(echo, values(text));
        const [textBack, bytes, at, list, number, truth] = values(text);
        assert.deepEqual(row, { text: textBack, bytes, at, list, number, truth });
      }
    });

    it('sent in one turn each get their own answer, also beside one that fails and one that cannot be sent', async () => {
      const divide = { name: 'divide', text: 'select 6 / $1::int as result' };
      const turn = await Promise.allSettled([
        storage.statements.run(divide, [3]),
        storage.statements.run(divide, [0]),
        storage.statements.runLate(() => {
          throw new Error('nothing to send');
        }),
        storage.statements.run(divide, [2]),
      ]);
      const answers = turn.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).message));
      assert.deepEqual(answers, [[{ result: 2 }], 'division by zero', 'nothing to send', [{ result: 3 }]]);
      assert.deepEqual(await storage.statements.run(divide, [1]), [{ result: 6 }]);
    });
  });
}
