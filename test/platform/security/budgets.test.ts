import assert from 'node:assert/strict';
import { MovableClock } from '#src/platform/clock.ts';
import { Budgets } from '#src/platform/security/budgets.ts';
import { BlindIndex } from '#src/platform/security/encryption.ts';
import type { Storage } from '#src/platform/storage/database.ts';
import { databaseKinds, openStorage } from '#test/support/databases.ts';

for (const kind of databaseKinds) {
  describe(`budgets on ${kind}`, () => {
    const index = new BlindIndex(Buffer.alloc(32, 7));
    const clock = new MovableClock();
    const guesses = { name: 'guesses', limit: 5, windowSeconds: 60 };
    let storages: Storage[];
    let budgets: Budgets[];

    before(async () => {
      const first = await openStorage(kind);
      storages = [first];
      if (kind === 'postgres') storages.push(await openStorage(kind));
      budgets = storages.map(({ db, statements }) => new Budgets({ db, statements, clock, index }));
    });
    after(() => Promise.all(storages.map((storage) => storage.close())));

    it('D3: fifty who take at once get no more than there is', async () => {
      const taken = await Promise.all(
        Array.from({ length: 50 }, (_, i) => budgets[i % budgets.length]!.take(guesses, 'anna')),
      );
      assert.equal(taken.filter(Boolean).length, 5);
    });

    it('D3: count each subject and each name apart', async () => {
      assert.equal(await budgets[0]!.take(guesses, 'boris'), true);
      assert.equal(await budgets[0]!.take({ ...guesses, name: 'sends' }, 'anna'), true);
      assert.equal(await budgets[0]!.take(guesses, 'anna'), false);
    });

    it('D3: are full again when the window ends, and trying meanwhile does not move its end', async () => {
      for (let i = 0; i < 6; i++) await budgets[0]!.take(guesses, 'vera');
      clock.advance(59_000);
      assert.equal(await budgets[0]!.take(guesses, 'vera'), false);
      assert.equal(await budgets[0]!.allows(guesses, 'vera'), false);
      clock.advance(1_000);
      assert.equal(await budgets[0]!.allows(guesses, 'vera'), true);
      assert.equal(await budgets[0]!.take(guesses, 'vera'), true);
    });

    it('D3: looking takes nothing, clearing gives everything back', async () => {
      for (let i = 0; i < 20; i++) assert.equal(await budgets[0]!.allows(guesses, 'olga'), true);
      for (let i = 0; i < 5; i++) assert.equal(await budgets[0]!.take(guesses, 'olga'), true);
      assert.equal(await budgets[0]!.allows(guesses, 'olga'), false);
      await budgets[0]!.clear(guesses, 'olga');
      assert.equal(await budgets[0]!.take(guesses, 'olga'), true);
    });

    it('D6: keep no contact and no address readable', async () => {
      await budgets[0]!.take(guesses, '+79001234567');
      const rows = await storages[0]!.db.selectFrom('budgets').selectAll().execute();
      assert.ok(rows.length > 0 && rows.every(({ key }) => key.length === 32 && !key.toString().includes('7900')));
    });
  });
}
