import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { anna, boris, PASSWORD, settle } from '#test/support/people.ts';

describe('checking login and password', () => {
  let house: House;

  before(async () => {
    house = await House.open();
    await settle(house, anna);
    await settle(house, boris);
  });
  after(() => house.close());

  const spellings = (digits: string) => [
    `+7${digits}`,
    `8${digits}`,
    ` 8 (${digits.slice(0, 3)}) ${digits.slice(3)}`,
    `+7 ${[...digits].join(' ')}`,
    `7${digits}`,
    `\u200b+7${digits}`,
    `+7-${digits}`,
    [...`8${digits}`].map((digit) => String.fromCharCode(0x660 + Number(digit))).join(''),
  ];

  async function hashesFor(logins: string[], address: string): Promise<number[]> {
    const { credentials, hasher } = house.services;
    const counts: number[] = [];
    for (const login of logins) {
      const before = hasher.hashes;
      assert.equal(await credentials.check({ login, password: 'Wrong-Harbour-1', address }), undefined);
      counts.push(hasher.hashes - before);
    }
    return counts;
  }

  it('C5: known and unknown logins cost the same work at every guess, however they are spelt', async () => {
    const known = await hashesFor(spellings('9000000002'), '192.0.2.1');
    const unknown = await hashesFor(spellings('9000000777'), '192.0.2.2');
    assert.deepEqual(known, [1, 1, 1, 1, 1, 0, 0, 0]);
    assert.deepEqual(unknown, known);
  });

  it('C5: so do e-mail addresses', async () => {
    const known = ['anna', 'ANNA', ' Anna', 'ａｎｎａ', 'aNNa', 'ann\u200ba', 'annA'].map(
      (name) => `${name}@example.test`,
    );
    const unknown = known.map((login) => login.replace(/@/, '1@'));
    assert.deepEqual(await hashesFor(known, '192.0.2.3'), [1, 1, 1, 1, 1, 0, 0]);
    assert.deepEqual(await hashesFor(unknown, '192.0.2.4'), [1, 1, 1, 1, 1, 0, 0]);
  });

  it('P6: the last five passwords do not come back, and the sixth does', async () => {
    const { db, credentials, hasher, accounts } = house.services;
    const id = (await accounts.findIdByContact({ kind: 'email', value: 'anna@example.test' }))!;
    assert.ok(await credentials.wasUsed(id, PASSWORD));
    const next = [1, 2, 3, 4, 5].map((i) => `Loud-Lagoon-6${i}`);
    for (const [i, password] of next.entries()) {
      assert.equal(await credentials.wasUsed(id, PASSWORD), true, `after ${i}`);
      const hash = await hasher.hash(password);
      await db.transaction().execute((transaction) => credentials.set(transaction, id, hash));
    }
    assert.equal(await credentials.wasUsed(id, PASSWORD), false);
    for (const password of next) assert.ok(await credentials.wasUsed(id, password), password);
    const rows = await db.selectFrom('earlier_passwords').selectAll().execute();
    assert.equal(rows.length, 4);
    for (const { hash } of rows) assert.match(hash, /^\$argon2id\$/);
  });

  it('C1: more than 128 characters are not hashed', async () => {
    const { credentials, hasher } = house.services;
    const before = hasher.hashes;
    const password = PASSWORD.repeat(9);
    assert.equal(await credentials.check({ login: 'anna@example.test', password, address: '192.0.2.5' }), undefined);
    assert.equal(hasher.hashes, before);
  });
});
