import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { clientRules } from '#src/identity/clients/client.ts';
import { Clients } from '#src/identity/clients/clients.ts';
import { systemClock } from '#src/platform/clock.ts';
import { createLogger } from '#src/platform/logger.ts';
import { FieldEncryption } from '#src/platform/security/encryption.ts';
import { Storage } from '#src/platform/storage/database.ts';
import { databaseKinds, emptyDatabase } from '#test/support/databases.ts';

const encryption = new FieldEncryption([{ id: 'k1', key: randomBytes(32) }]);

for (const kind of databaseKinds) {
  describe(`clients on ${kind}`, () => {
    let storages: Storage[];
    let one: Clients;
    let two: Clients;

    beforeEach(async () => {
      const options = await emptyDatabase(kind);
      storages = [new Storage(options, createLogger('silent')), new Storage(options, createLogger('silent'))];
      one = new Clients({ db: storages[0]!.db, encryption, clock: systemClock, cacheMs: 1000 });
      two = new Clients({ db: storages[1]!.db, encryption, clock: systemClock, cacheMs: 0 });
    });
    afterEach(() => Promise.all(storages.map((storage) => storage.close())));

    it('keeps the secret encrypted, apart from the metadata, and out of lists', async () => {
      await one.save('university', {
        client_id: 'university',
        client_name: 'University',
        client_secret: 'open sesame',
      });
      const found = (await two.find('university'))!;
      assert.deepEqual([found.metadata, found.secret], [{ client_name: 'University' }, 'open sesame']);
      const { rows } = await sql<{ row: string }>`select c::text as row from clients c`.execute(storages[0]!.db);
      assert.ok(!rows[0]!.row.includes('sesame') && !rows[0]!.row.includes(Buffer.from('sesame').toString('hex')));
      assert.ok(!JSON.stringify(await one.list()).includes('sesame'));
    });

    it('L3: a secret moved to another client does not open', async () => {
      await one.save('university', { client_secret: 'open sesame' });
      await one.save('broker', { client_secret: 'other' });
      await sql`update clients set secret = (select secret from clients where id = 'university')`.execute(
        storages[0]!.db,
      );
      await assert.rejects(two.find('broker'));
      assert.equal((await two.find('university'))!.secret, 'open sesame');
    });

    it('a change here is seen at once, and a client added after it was asked for is found', async () => {
      assert.equal(await one.find('university'), undefined);
      await one.save('university', { client_name: 'Old' });
      assert.equal((await one.find('university'))!.metadata.client_name, 'Old');
      await one.save('university', { client_name: 'New' });
      assert.equal((await one.find('university'))!.metadata.client_name, 'New');
      assert.equal(await one.remove('university'), true);
      assert.equal(await one.find('university'), undefined);
      assert.equal(await one.remove('university'), false);
    });

    it('P2: a change on another instance is seen within the second', async () => {
      await one.save('university', { client_name: 'Old' });
      const before = await one.find('university');
      await two.save('university', { client_name: 'New' });
      assert.equal(await one.find('university'), before, 'remembered for a moment');
      const patient = new Clients({ db: storages[0]!.db, encryption, clock: systemClock, cacheMs: 20 });
      await patient.find('university');
      await two.remove('university');
      await new Promise((later) => setTimeout(later, 30));
      assert.equal(await patient.find('university'), undefined);
    });

    it('of twenty that register one name at once one wins, and only its secret counts', async () => {
      const added = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 ? one : two).add('university', { client_secret: `secret ${i}` })),
      );
      assert.deepEqual(added.filter(Boolean), [true]);
      assert.equal((await two.find('university'))!.secret, `secret ${added.indexOf(true)}`);
    });

    it('lists in pages by name', async () => {
      for (const id of ['c', 'a', 'b']) await one.save(id, {});
      const ids = async (after: string) => (await one.page(after, 2)).map(({ id }) => id);
      assert.deepEqual([await ids(''), await ids('b'), await ids('c')], [['a', 'b'], ['c'], []]);
    });

    it('a hundred requests at once read the client once', async () => {
      await two.save('university', {});
      const found = await Promise.all(Array.from({ length: 100 }, () => one.find('university')));
      assert.equal(new Set(found).size, 1);
    });
  });
}

describe('what we ask of a client', () => {
  it('has defaults that ask the least and protect the most', () => {
    assert.deepEqual(clientRules.parse({ client_name: 'University' }), {
      minimum_tier: 'simplified',
      refused_methods: [],
      require_second_factor: false,
      purpose: '',
      pkce: 'required',
    });
  });

  it('refuses unknown tiers and methods, and a purpose nobody would read', () => {
    for (const wrong of [
      { minimum_tier: 'royal' },
      { refused_methods: ['registry'] },
      { purpose: 'x'.repeat(501) },
      { pkce: 'off' },
    ]) {
      assert.equal(clientRules.safeParse(wrong).success, false, JSON.stringify(wrong).slice(0, 40));
    }
  });
});

describe('what we ask of a client that speaks the ESIA dialect', () => {
  const pem = readFileSync(new URL('../../support/gost-certificate.pem', import.meta.url), 'utf8');
  const rules = (esia: object) => clientRules.parse({ esia }).esia!;

  it('accepts every signature and message form unless asked to be strict', () => {
    assert.deepEqual(rules({}), {
      certificates: [],
      marker_signing: 'RS256',
      redirect_hosts: [],
      profile: 'lenient',
      signing: 'any',
    });
    assert.equal(rules({ profile: 'strict', signing: 'gost' }).profile, 'strict');
  });

  it('keeps one form of a certificate, however it was pasted, GOST too', () => {
    const bare = pem.replace(/-----[^-]+-----/g, '');
    for (const pasted of [pem, bare, bare.replace(/\s/g, ''), `Bag Attributes\r\n${pem.replace(/\n/g, '\r\n')}`])
      assert.deepEqual(rules({ certificates: [pasted] }).certificates, [pem]);
  });

  it('keeps hosts as browsers send them', () => {
    assert.deepEqual(
      rules({ redirect_hosts: ['University.Example', ' localhost:8080 ', 'https://a.example/'] }).redirect_hosts,
      ['university.example', 'localhost:8080', 'a.example'],
    );
  });

  for (const [what, wrong, words] of [
    ['a private key', { certificates: ['-----BEGIN EC PRIVATE KEY-----\nAAAA'] }, /private key/],
    ['a certificate request', { certificates: ['-----BEGIN CERTIFICATE REQUEST-----'] }, /request/],
    ['two certificates in one', { certificates: [pem + pem] }, /several/],
    ['a cut certificate', { certificates: [pem.slice(0, 300)] }, /X\.509/],
    ['base64 of something else', { certificates: ['aGVsbG8='] }, /X\.509/],
    ['a path', { redirect_hosts: ['a.example/path'] }, /host/],
    ['a wildcard', { redirect_hosts: ['*.example'] }, /host/],
    ['credentials', { redirect_hosts: ['https://user@a.example'] }, /host/],
    ['a port without a number', { redirect_hosts: ['a.example:'] }, /host/],
    ['an unknown profile', { profile: 'soft' }, /lenient/],
    ['an unknown member', { mnemonic: 'UNI' }, /mnemonic/],
  ] as [string, object, RegExp][]) {
    it(`refuses ${what}`, () => {
      const parsed = clientRules.safeParse({ esia: wrong });
      assert.match(parsed.error!.issues[0]!.message, words);
    });
  }
});
