import assert from 'node:assert/strict';
import { payloadHash } from '#src/identity/approvals/approval.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { House } from '#test/support/house.ts';
import { settle } from '#test/support/people.ts';
import { par } from '#test/support/protocol.ts';

const ACT = 'test_act';
const HOUR = 3600_000;

for (const database of databaseKinds)
  describe(`four eyes, two instances on ${database}`, () => {
    let house: House;
    let asking: string;
    let second: string;
    let done: unknown[];

    before(async () => {
      house = await House.open({ database, instances: 2 });
      asking = await somebody('Анна', '+79000005001');
      second = await somebody('Борис', '+79000005002');
    });
    beforeEach(() => {
      done = [];
    });
    after(() => house.close());

    async function somebody(givenName: string, value: string): Promise<string> {
      const profile = { familyName: 'Берёзкина', givenName, birthdate: '1980-01-01' };
      return (await settle(house, { profile, contacts: [{ kind: 'phone', value }] })).id;
    }

    async function ask(payload: object) {
      const id = await house.services.approvals.request({ act: ACT, payload, by: asking });
      return (await house.services.approvals.waiting(ACT)).find((one) => one.id === id)!;
    }

    const approve = (id: string, hash: string, { by = second, act = ACT, i = 0 } = {}) =>
      house.all[i % 2]!.approvals.approve({ id, act, by, payloadHash: hash }, (_, payload) => {
        done.push(payload);
        return Promise.resolve();
      });

    it('K2: a second person approves just what they saw, once', async () => {
      const { id, payloadHash: hash, payload } = await ask({ b: 2, a: 1 });
      assert.deepEqual(payload, { b: 2, a: 1 });
      assert.equal(hash, payloadHash(ACT, { a: 1, b: 2 }).toString('hex'));
      assert.equal(await approve(id, hash), undefined);
      assert.equal(await approve(id, hash), 'over');
      assert.deepEqual(done, [{ b: 2, a: 1 }]);
    });

    it('K2: not the one who asked, nor their second account', async () => {
      const { id, payloadHash: hash } = await ask({});
      assert.equal(await approve(id, hash, { by: asking }), 'own_request');
      const twin = await settle(house, {
        profile: { familyName: 'Березкина', givenName: 'АННА', birthdate: '1980-01-01' },
        contacts: [{ kind: 'phone', value: '+79000005003' }],
      });
      assert.equal(await approve(id, hash, { by: twin.id }), 'own_request');
      assert.equal(await approve(id, hash, { by: '00000000-0000-7000-8000-000000000000' }), 'own_request');
      assert.deepEqual(done, []);
    });

    it('K2: not another act, nor another payload than the one that was seen', async () => {
      const { id, payloadHash: hash } = await ask({ to: 'anna' });
      assert.equal(await approve(id, hash, { act: 'other_act' }), 'over');
      assert.equal(await approve(id, payloadHash(ACT, { to: 'boris' }).toString('hex')), 'changed');
      await change(id, { to: 'boris' }, false);
      assert.equal(await approve(id, hash), 'changed');
      assert.deepEqual(done, []);
    });

    it('K2: not after a day', async () => {
      const [early, late] = [await ask({}), await ask({})];
      house.clock.advance(24 * HOUR - 60_000);
      assert.equal(await approve(early.id, early.payloadHash), undefined);
      house.clock.advance(120_000);
      assert.equal(await approve(late.id, late.payloadHash), 'over');
      assert.deepEqual(await house.services.approvals.waiting(ACT), []);
    });

    it('K2: approved ten times at once, it is done once', async () => {
      const { id, payloadHash: hash } = await ask({});
      const refusals = await par(10, (i) => approve(id, hash, { i }));
      assert.equal(refusals.filter((one) => one === undefined).length, 1);
      assert.equal(done.length, 1);
    });

    it('K2: approved while it is edited: what is done is what was approved, or nothing', async () => {
      for (let round = 0; round < 6; round++) {
        done = [];
        const { id, payloadHash: hash } = await ask({ to: 'anna' });
        const [refusal] = await Promise.all([approve(id, hash, { i: round }), change(id, { to: 'boris' }, true)]);
        assert.deepEqual(done, refusal === undefined ? [{ to: 'anna' }] : []);
        assert.ok([undefined, 'changed'].includes(refusal));
      }
    });

    it('K2: approved while it is taken back: one of the two', async () => {
      for (let round = 0; round < 6; round++) {
        done = [];
        const { id, payloadHash: hash } = await ask({});
        const refusals = await Promise.all([
          approve(id, hash),
          house.all[1]!.approvals.refuse({ id, act: ACT, by: asking }),
        ]);
        assert.deepEqual(refusals.toSorted(), ['over', undefined]);
        assert.equal(done.length, refusals[0] === undefined ? 1 : 0);
      }
    });

    it('K2: when the act fails nothing is used up', async () => {
      const { id, payloadHash: hash } = await ask({});
      const failing = house.services.approvals.approve({ id, act: ACT, by: second, payloadHash: hash }, () =>
        Promise.reject(new Error('no')),
      );
      await assert.rejects(failing, /no/);
      assert.equal(await approve(id, hash), undefined);
    });

    /** By somebody at the database; `whole`: with its hash, as an edit would. */
    async function change(id: string, payload: object, whole: boolean): Promise<void> {
      const { db, encryption } = house.all[1]!;
      const cell = encryption.encryptJson(payload, { table: 'approvals', column: 'payload', row: id });
      await db
        .updateTable('approvals')
        .set({ payload: cell, ...(whole ? { payload_hash: payloadHash(ACT, payload) } : {}) })
        .where('id', '=', id)
        .where('decision', 'is', null)
        .execute();
    }
  });
