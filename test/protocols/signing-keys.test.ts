import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet, type JWK } from 'jose';
import { sql } from 'kysely';
import { Provider } from 'oidc-provider';
import { MovableClock } from '#src/platform/clock.ts';
import { createLogger } from '#src/platform/logger.ts';
import { FieldEncryption } from '#src/platform/security/encryption.ts';
import { Storage } from '#src/platform/storage/database.ts';
import { SigningKeys, type Algorithm } from '#src/protocols/oidc/signing-keys.ts';
import { databaseKinds, emptyDatabase } from '#test/support/databases.ts';

const day = 24 * 3600_000;
const encryption = new FieldEncryption([{ id: 'k1', key: randomBytes(32) }]);

for (const kind of databaseKinds) {
  describe(`signing keys on ${kind}`, () => {
    let clock: MovableClock;
    let storages: Storage[];
    let one: SigningKeys;
    let two: SigningKeys;

    beforeEach(async () => {
      const options = await emptyDatabase(kind);
      clock = new MovableClock();
      storages = [new Storage(options, createLogger('silent')), new Storage(options, createLogger('silent'))];
      const config = { signingKeyDays: 90, keyPublishHours: 24 };
      [one, two] = storages.map(({ db }) => new SigningKeys({ db, encryption, clock, config })) as [
        SigningKeys,
        SigningKeys,
      ];
    });
    afterEach(() => Promise.all(storages.map((storage) => storage.close())));

    it('two instances that start at once make one current and one next key for each algorithm', async () => {
      await Promise.all([one.ensure(), two.ensure()]);
      const [seenByOne, seenByTwo] = [await one.load(), await two.load()];
      assert.deepEqual(seenByOne, seenByTwo);
      assert.deepEqual(
        seenByOne.jwks.map(({ alg }) => alg),
        ['ES256', 'RS256', 'ES256', 'RS256'],
      );
    });

    it('O1: the next key is published before it signs, the previous one after, and only the current one signs', async () => {
      await one.ensure();
      const start = await one.load();
      const nextKid = start.jwks[2]!.kid;
      for (const alg of ['ES256', 'RS256'] as const) {
        const { kid, published } = await sign(start.jwks, alg);
        assert.equal(kid, kidsOf(start.jwks, alg)[0]);
        assert.deepEqual(
          published,
          start.jwks.map((jwk) => jwk.kid),
        );
      }

      clock.advance(91 * day);
      assert.deepEqual(await two.rotate(), ['ES256', 'RS256']);
      const rotated = await one.load();
      assert.notEqual(rotated.version, start.version);
      assert.equal((await sign(rotated.jwks, 'ES256')).kid, nextKid);
      assert.equal(kidsOf(rotated.jwks, 'ES256').length, 3);
      assert.ok(kidsOf(rotated.jwks, 'ES256').includes(kidsOf(start.jwks, 'ES256')[0]));
    });

    it('O1: two rotations in a row leave every earlier token verifiable, and retiring waits a day', async () => {
      await one.ensure();
      const early = await sign((await one.load()).jwks, 'ES256');
      clock.advance(91 * day);
      await one.rotate();
      clock.advance(91 * day);
      await one.rotate();
      const { jwks } = await one.load();
      await jwtVerify(early.token, createLocalJWKSet({ keys: jwks.map(publicPart) }), {
        currentDate: early.at,
      });
      assert.equal(await one.retire(), 2);
      clock.advance(25 * 3600_000);
      assert.equal(await two.retire(), 2);
      assert.equal((await one.load()).jwks.length, 4);
    });

    it('rotates when due and not before, once however many instances try', async () => {
      await one.ensure();
      assert.equal(await one.due(), false);
      assert.deepEqual(await one.rotate(), []);
      clock.advance(90 * day);
      assert.equal(await two.due(), true);
      const rotations = await Promise.all([one.rotate(), two.rotate()]);
      assert.equal(rotations.flat().length, 2);
      assert.equal(await one.due(), false);
    });

    it('does not use a key that was published only now, unless it is forced to', async () => {
      await one.ensure();
      assert.deepEqual(await one.rotate('ES256', { force: true }), ['ES256']);
      assert.deepEqual(await one.rotate('ES256'), []);
      assert.equal((await one.load()).jwks.length, 5);
    });

    it('O4: the private key is unreadable in the database, and L3: does not open in another row', async () => {
      await one.ensure();
      const { db } = storages[0]!;
      const { rows } = await sql<{ row: string }>`select k::text as row from signing_keys k`.execute(db);
      for (const { d } of (await one.load()).jwks) {
        const secret = Buffer.from(d!, 'base64url');
        assert.ok(
          !rows.some(
            ({ row }) => row.includes(secret.toString('hex')) || row.includes(Buffer.from(d!).toString('hex')),
          ),
        );
      }
      await sql`update signing_keys set private_key = (select private_key from signing_keys order by kid limit 1)`.execute(
        db,
      );
      await assert.rejects(one.load());
    });
  });
}

/** Signs an access token with a real provider that has these keys. */
async function sign(keys: JWK[], alg: Algorithm) {
  const resource = 'https://api.example.org';
  const provider = new Provider('http://localhost', {
    jwks: { keys: keys },
    clients: [
      {
        client_id: 'broker',
        client_secret: 'x'.repeat(32),
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: 'read', accessTokenFormat: 'jwt', jwt: { sign: { alg } } }),
      },
    },
  });
  const server = createServer(provider.callback());
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials', resource, scope: 'read' });
  const authorization = `Basic ${Buffer.from(`broker:${'x'.repeat(32)}`).toString('base64')}`;
  const answer = await fetch(`${base}/token`, { method: 'POST', body, headers: { authorization } });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const jwks = (await (await fetch(`${base}/jwks`)).json()) as JSONWebKeySet;
  await new Promise((closed) => {
    server.close(closed);
    server.closeAllConnections();
  });
  assert.ok(!JSON.stringify(jwks).includes('"d"'));
  return { token, kid: decodeProtectedHeader(token).kid, published: jwks.keys.map(({ kid }) => kid), at: new Date() };
}

function kidsOf(keys: JWK[], alg: Algorithm): (string | undefined)[] {
  return keys.filter((key) => key.alg === alg).map(({ kid }) => kid);
}

function publicPart({ kty, crv, x, y, n, e, kid, alg, use }: JWK): JWK {
  return { kty, crv, x, y, n, e, kid, alg, use };
}
