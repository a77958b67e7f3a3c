import assert from 'node:assert/strict';
import { annaOnPaper, bind, issueTo } from '#test/support/certificates.ts';
import { Browser } from '#test/support/browser.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { House } from '#test/support/house.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { par } from '#test/support/protocol.ts';

for (const database of databaseKinds) {
  describe(`revocation proofs that nobody needs (${database})`, () => {
    let house: House;
    let person: Person;

    beforeEach(async () => {
      house = await House.open({ database, instances: 2 });
      person = await settle(house, anna);
      const browser = new Browser(house.origin);
      const { login, password } = person;
      await browser.submit(await browser.open('/account'), { login, password }, { form: 'login-submit' });
      assert.equal((await bind(house, browser, await issueTo(house, annaOnPaper, 'gost256'))).status, 303);
    });
    afterEach(() => house.close());

    it('I6: those of a kept signature stay, however old', async () => {
      const kept = await count();
      assert.ok(kept > 0);
      house.clock.advance(3 * 365 * 86_400_000);
      assert.equal(await house.services.signatureArchive.purgeProofs(), 0);
      assert.equal(await count(), kept);
      const [reviewed] = await house.services.signatureArchive.review(person.id);
      assert.ok(reviewed!.holds);
    });

    it('I6: they go with the last signature that needed them, once', async () => {
      const kept = await count();
      await house.services.db.deleteFrom('signature_evidence').execute();
      const removed = await par(4, (i) => house.all[i % 2]!.signatureArchive.purgeProofs());
      assert.equal(
        removed.reduce((sum, one) => sum + one, 0),
        kept,
      );
      assert.equal(await count(), 0);
    });

    it('I6: a signature that comes meanwhile finds its proofs again', async () => {
      const { db, signatureArchive } = house.services;
      const proofs = await db.selectFrom('revocation_proofs').selectAll().execute();
      for (let round = 0; round < 10; round++) {
        await db.deleteFrom('signature_evidence').execute();
        const evidence = {
          chain: [],
          proofs: proofs.map(({ proof }) => ({ kind: 'ocsp' as const, bytes: proof })),
          at: house.clock.now(),
        };
        await Promise.all([
          house.all[1]!.signatureArchive.purgeProofs(),
          db
            .transaction()
            .execute((trx) => signatureArchive.keep(trx, { accountId: person.id, purpose: 'bind' }, evidence)),
        ]);
        assert.equal(await count(), proofs.length);
      }
    });

    async function count(): Promise<number> {
      return (await house.services.db.selectFrom('revocation_proofs').select('hash').execute()).length;
    }
  });
}
