import assert from 'node:assert/strict';
import { networkOf } from '#src/identity/credentials/guess-budgets.ts';
import { Refusal } from '#src/platform/errors.ts';
import { House } from '#test/support/house.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { anna, boris, PASSWORD, settle, type Person } from '#test/support/people.ts';
import { par } from '#test/support/protocol.ts';

const settings = { passwords: { queueLength: 1000, queueWaitMs: 20_000 } };

for (const kind of databaseKinds) {
  describe(`C3: guessing passwords on ${kind}`, () => {
    let house: House;
    let person: Person;

    beforeEach(async () => {
      house = await House.open({ database: kind, instances: 2, settings });
      person = await settle(house, anna);
      await settle(house, boris);
    });
    afterEach(() => house.close());

    /** Another /16 for each, so that neither address nor network limits them. */
    const addresses = Array.from({ length: 100 }, (_, i) => `100.${i}.0.1`);
    const hashes = () => house.all.reduce((sum, { hasher }) => sum + hasher.hashes, 0);
    const guess = (i: number, address: string, more: { deviceSecret?: string; password?: string } = {}) =>
      house.all[i % 2]!.credentials.check({ login: person.login, password: `Wrong-Guess-${i}`, address, ...more });

    async function knownDevice(): Promise<string> {
      const { db, devices } = house.services;
      const device = { secret: undefined, name: 'Chrome · Windows' };
      return (await db.transaction().execute((transaction) => devices.admit(transaction, person.id, device))).secret;
    }

    it('a hundred addresses at once, and then one after the other, cannot stop the owner on a known device', async () => {
      const deviceSecret = await knownDevice();
      const before = hashes();
      await par(100, (i) => guess(i, addresses[i]!));
      for (const [i, address] of addresses.entries()) await guess(i, address);
      assert.ok(hashes() - before <= 5, `${hashes() - before} hashes`);
      assert.equal(await guess(0, '203.0.113.7', { password: PASSWORD }), undefined, 'strangers are stopped');
      assert.equal(await guess(0, '203.0.113.7', { password: PASSWORD, deviceSecret }), person.id);
    });

    it('one address is stopped, and its network with it, while others go on', async () => {
      const before = hashes();
      await par(100, (i) =>
        house.all[i % 2]!.credentials.check({ login: `nobody${i}@example.test`, password: 'x', address: '100.1.2.3' }),
      );
      assert.ok(hashes() - before <= 20, `${hashes() - before} hashes`);
      await par(250, (i) =>
        house.all[i % 2]!.credentials.check({
          login: `noone${i}@example.test`,
          password: 'x',
          address: `100.1.2.${i}`,
        }),
      );
      assert.ok(hashes() - before <= 101, `${hashes() - before} hashes`);
      assert.equal(await guess(0, '100.1.3.1', { password: PASSWORD }), person.id);
    });

    it('a known device has its own budget, which is bounded too', async () => {
      const deviceSecret = await knownDevice();
      const before = hashes();
      await par(50, (i) => guess(i, '203.0.113.7', { deviceSecret }));
      assert.ok(hashes() - before <= 10, `${hashes() - before} hashes`);
      assert.equal(await guess(0, '203.0.113.8', { password: PASSWORD }), person.id, 'elsewhere nothing was counted');
    });

    it('a device is known to the account that was signed in there, and to no other', async () => {
      const deviceSecret = await knownDevice();
      const { credentials } = house.services;
      const other = { login: '+79000000002', address: '203.0.113.7', deviceSecret };
      const before = hashes();
      await par(10, (i) => credentials.check({ ...other, password: `Wrong-Guess-${i}` }));
      assert.equal(hashes() - before, 5, 'a stranger there');
      assert.equal(await credentials.check({ ...other, password: PASSWORD }), undefined);
    });

    it('who is told to come back has not guessed', async () => {
      const deviceSecret = await knownDevice();
      for (const { hasher } of house.all)
        Object.assign(hasher, { verify: () => Promise.reject(new Refusal('busy', 503)) });
      for (const more of [{}, { deviceSecret }])
        for (let i = 0; i < 12; i++) await assert.rejects(guess(i, '203.0.113.7', more), /busy/);
      for (const { hasher } of house.all) Reflect.deleteProperty(hasher, 'verify');
      assert.equal(await guess(0, '203.0.113.7', { password: PASSWORD }), person.id);
      assert.equal(await guess(0, '203.0.113.7', { password: PASSWORD, deviceSecret }), person.id);
    });

    it('a crowd behind one address signs in as often as it likes', async () => {
      for (let i = 0; i < 25; i++) assert.equal(await guess(i, '203.0.113.7', { password: PASSWORD }), person.id);
    });

    it('nobody is locked for ever: a quarter of an hour opens some guesses, a day all of them', async () => {
      const right = () => guess(0, '203.0.113.7', { password: PASSWORD });
      for (let i = 0; i < 6; i++) await guess(i, addresses[i]!);
      assert.equal(await right(), undefined);
      house.clock.advance(15 * 60_000);
      assert.equal(await right(), person.id);
      for (let round = 0; round < 5; round++) {
        for (let i = 0; i < 6; i++) await guess(i, addresses[i]!);
        house.clock.advance(15 * 60_000);
      }
      assert.equal(await right(), undefined, 'twenty a day');
      house.clock.advance(86_400_000);
      assert.equal(await right(), person.id);
    });
  });
}

describe('the network of an address', () => {
  const same: [string, string][] = [
    ['192.0.2.1', '192.0.2'],
    ['::ffff:192.0.2.200', '192.0.2'],
    ['2001:db8:1:2ff::1', '2001:0db8:0001:02'],
    ['2001:db8:1:200:aaaa:bbbb:cccc:dddd', '2001:0db8:0001:02'],
    ['::1', '0000:0000:0000:00'],
    ['fe80::1%eth0', 'fe80:0000:0000:00'],
  ];
  for (const [address, network] of same)
    it(`${address} is of ${network}`, () => assert.equal(networkOf(address), network));
});
