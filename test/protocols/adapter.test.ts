import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { Provider, type Adapter, type AdapterPayload } from 'oidc-provider';
import { Clients } from '#src/identity/clients/clients.ts';
import { Artifacts } from '#src/identity/sessions/artifacts.ts';
import { Grants } from '#src/identity/sessions/grants.ts';
import { Sessions } from '#src/identity/sessions/sessions.ts';
import { MovableClock } from '#src/platform/clock.ts';
import { createLogger } from '#src/platform/logger.ts';
import { FieldEncryption } from '#src/platform/security/encryption.ts';
import { Storage } from '#src/platform/storage/database.ts';
import { createAdapter, hardenReplayDetection, hardenSession } from '#src/protocols/oidc/adapter.ts';
import { databaseKinds, emptyDatabase } from '#test/support/databases.ts';

const anna = randomUUID();
const boris = randomUUID();
const jwks = {
  keys: [{ ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), kid: 'key-1' }],
};
const encryption = new FieldEncryption([{ id: 'k1', key: randomBytes(32) }]);

for (const kind of databaseKinds) {
  describe(`protocol storage on ${kind}`, () => {
    let clock: MovableClock;
    let one: ReturnType<typeof open>;
    let two: ReturnType<typeof open>;

    beforeEach(async () => {
      const options = await emptyDatabase(kind);
      clock = new MovableClock();
      one = open(new Storage(options, createLogger('silent')), clock);
      two = open(new Storage(options, createLogger('silent')), clock);
    });
    afterEach(async () => {
      await Promise.all([one.storage.close(), two.storage.close()]);
    });

    const now = () => Math.floor(clock.now().getTime() / 1000);
    const both = (i: number) => (i % 2 === 0 ? one : two);
    const signedIn = (jti: string, uid: string, rest: AdapterPayload = {}): AdapterPayload => ({
      kind: 'Session',
      jti,
      uid,
      accountId: anna,
      loginTs: now(),
      ...rest,
    });

    async function codeWithTokens(): Promise<void> {
      const held = { accountId: anna, clientId: 'university', grantId: 'grant-1' };
      await one.of('Grant').upsert('grant-1', { ...held, kind: 'Grant', jti: 'grant-1' }, 600);
      await one.of('AuthorizationCode').upsert('code-1', { ...held, kind: 'AuthorizationCode', jti: 'code-1' }, 60);
      await one.of('RefreshToken').upsert('refresh-1', { ...held, kind: 'RefreshToken', jti: 'refresh-1' }, 600);
      await one.of('AccessToken').upsert('access-1', { ...held, kind: 'AccessToken', jti: 'access-1' }, 600);
    }

    for (const [id, model, secret] of [
      ['A1', 'AuthorizationCode', 'code-1'],
      ['A2', 'RefreshToken', 'refresh-1'],
    ] as const) {
      it(`${id}: of twenty uses of one ${model} on two instances one wins, and its grant and tokens are dead afterwards`, async () => {
        await codeWithTokens();
        const uses = await Promise.allSettled(range(20).map((i) => both(i).of(model).consume(secret)));
        assert.equal(uses.filter(({ status }) => status === 'fulfilled').length, 1);
        for (const use of uses) if (use.status === 'rejected') assert.equal(use.reason.error, 'invalid_grant');
        assert.equal(await two.of('Grant').find('grant-1'), undefined);
        assert.equal(await two.of('AccessToken').find('access-1'), undefined);
        assert.equal(await two.of('RefreshToken').find('refresh-1'), undefined);
      });
    }

    it('A2: a used refresh token says so, with the moment it was used', async () => {
      await codeWithTokens();
      await one.of('RefreshToken').consume('refresh-1');
      const found = (await two.of('RefreshToken').find('refresh-1'))!;
      assert.ok(Math.abs(found.consumed - now()) <= 1);
      assert.equal(found.jti, 'refresh-1');
    });

    it('A3: a proof is accepted once, whichever instance sees it, and again only after it expired', async () => {
      const unique = (i: number) => both(i).provider.ReplayDetection.unique('client', 'proof-1', now() + 60);
      const answers = await Promise.all(range(10).map(unique));
      assert.equal(answers.filter(Boolean).length, 1);
      assert.equal(await unique(0), false);
      clock.advance(61_000);
      clock.install();
      try {
        assert.equal(await unique(1), true);
      } finally {
        clock.uninstall();
      }
    });

    it('A3: without the guard around the library a lost race still refuses the request', async () => {
      await one.of('ReplayDetection').upsert('mark', { jti: 'mark' }, 60);
      await assert.rejects(two.of('ReplayDetection').upsert('mark', { jti: 'mark' }, 60), { error: 'invalid_request' });
    });

    it('A8: a pushed request answers one of ten parallel uses, and still shows its use after it expired', async () => {
      await one.of('PushedAuthorizationRequest').upsert('par-1', { jti: 'par-1', request: 'signed' }, 60);
      const uses = await Promise.allSettled(
        range(10).map((i) => both(i).of('PushedAuthorizationRequest').consume('par-1')),
      );
      assert.equal(uses.filter(({ status }) => status === 'fulfilled').length, 1);
      for (const use of uses) if (use.status === 'rejected') assert.equal(use.reason.error, 'invalid_request_uri');
      clock.advance(30 * 60_000);
      assert.ok((await two.of('PushedAuthorizationRequest').find('par-1'))!.consumed);
    });

    it('B4: what was signed out cannot be written back by a request under way', async () => {
      await one.of('Session').upsert('id-1', signedIn('id-1', 'uid-1'), 600);
      const underWay = (await two.of('Session').find('id-1'))!;
      await one.sessions.end('uid-1');
      await assert.rejects(two.of('Session').upsert('id-1', underWay, 600), { error: 'login_required' });
      await assert.rejects(two.of('Session').upsert('id-2', { ...underWay, jti: 'id-2' }, 600), {
        error: 'login_required',
      });
      assert.equal(await one.of('Session').find('id-1'), undefined);
      assert.equal(await one.of('Session').find('id-2'), undefined);
      assert.equal(await one.of('Session').findByUid('uid-1'), undefined);
    });

    it('B4: a grant that ended cannot be written back', async () => {
      await codeWithTokens();
      const grant = (await two.of('Grant').find('grant-1'))!;
      await one.of('Grant').destroy('grant-1');
      await assert.rejects(two.of('Grant').upsert('grant-1', grant, 600), { error: 'invalid_grant' });
      assert.equal(await one.of('Grant').find('grant-1'), undefined);
    });

    it('B5: five tabs that loaded the same session keep all five clients', async () => {
      await one.of('Session').upsert('id-1', signedIn('id-1', 'uid-1'), 600);
      await Promise.all(
        range(5).map(async (i) => {
          const loaded = (await both(i).of('Session').find('id-1'))!;
          loaded.authorizations![`client-${i}`] = { sid: `sid-${i}`, grantId: `grant-${i}` };
          await both(i).of('Session').upsert('id-1', loaded, 600);
        }),
      );
      const { authorizations } = (await one.of('Session').find('id-1'))!;
      assert.deepEqual(
        Object.keys(authorizations!).sort(),
        range(5).map((i) => `client-${i}`),
      );
    });

    it('B5: a tab changes only the entries it touched: no older grant returns, no removed client', async () => {
      const authorizations = { university: { sid: 'a', grantId: 'old' }, broker: { sid: 'b', grantId: 'b' } };
      await one.of('Session').upsert('id-1', signedIn('id-1', 'uid-1', { authorizations }), 600);
      const slow = (await one.of('Session').find('id-1'))!;
      const quick = (await two.of('Session').find('id-1'))!;
      quick.authorizations!.university!.grantId = 'new';
      delete quick.authorizations!.broker;
      await two.of('Session').upsert('id-1', quick, 600);
      slow.authorizations!.library = { sid: 'c', grantId: 'c' };
      await one.of('Session').upsert('id-1', slow, 600);
      assert.deepEqual((await two.of('Session').find('id-1'))!.authorizations, {
        university: { sid: 'a', grantId: 'new' },
        library: { sid: 'c', grantId: 'c' },
      });
    });

    it('B5: a save that knows an older sign-in does not undo the newer one', async () => {
      await one.of('Session').upsert('id-1', signedIn('id-1', 'uid-1', { amr: ['pwd'], loginTs: now() - 60 }), 600);
      const old = (await two.of('Session').find('id-1'))!;
      await one.of('Session').upsert('id-2', signedIn('id-2', 'uid-1', { amr: ['pwd', 'otp'] }), 600);
      await two.of('Session').upsert('id-1', old, 600);
      assert.deepEqual((await one.of('Session').find('id-2'))!.amr, ['pwd', 'otp']);
    });

    it('two tabs that rename one session at once both stay signed in, and the old identifier is retired for good', async () => {
      await one.of('Session').upsert('old', signedIn('old', 'uid-1'), 600);
      await Promise.all(
        ['new-1', 'new-2'].map(async (id, i) => {
          await both(i).of('Session').destroy('old');
          await both(i).of('Session').upsert(id, signedIn(id, 'uid-1'), 600);
        }),
      );
      assert.equal((await one.of('Session').find('new-1'))!.uid, 'uid-1');
      assert.equal((await two.of('Session').find('new-2'))!.uid, 'uid-1');
      await one.of('Session').upsert('old', signedIn('old', 'uid-1'), 600);
      assert.equal(await two.of('Session').find('old'), undefined);
    });

    it('a session does not change its owner', async () => {
      await one.of('Session').upsert('id-1', signedIn('id-1', 'uid-1'), 600);
      const other = signedIn('id-2', 'uid-1', { accountId: boris });
      await assert.rejects(two.of('Session').upsert('id-2', other, 600), { error: 'login_required' });
      assert.equal((await one.of('Session').find('id-1'))!.accountId, anna);
    });

    it('B2: an identifier planted before sign-in opens nothing afterwards, nor does one renamed meanwhile', async () => {
      const anonymous = { kind: 'Session', uid: 'uid-1' };
      await one.of('Session').upsert('planted', { ...anonymous, jti: 'planted' }, 600);
      assert.equal((await two.of('Session').find('planted'))!.uid, 'uid-1');

      await one.of('Session').destroy('planted');
      await two.of('Session').upsert('planted', { ...anonymous, jti: 'planted' }, 600);
      await two.of('Session').upsert('renamed', { ...anonymous, jti: 'renamed' }, 600);
      await one.of('Session').upsert('fresh', signedIn('fresh', 'uid-1'), 600);
      await assert.rejects(two.of('Session').upsert('planted', { ...anonymous, jti: 'planted' }, 600), {
        error: 'login_required',
      });

      assert.equal(await two.of('Session').find('planted'), undefined);
      assert.equal(await two.of('Session').find('renamed'), undefined);
      assert.equal((await two.of('Session').find('fresh'))!.accountId, anna);
    });

    it('B6: everything expires by the clock, and no traffic carries a session past its absolute limit', async () => {
      await codeWithTokens();
      await one.of('Session').upsert('id-1', signedIn('id-1', 'uid-1'), 30 * 60);
      clock.advance(59_000);
      assert.ok(await one.of('AuthorizationCode').find('code-1'));
      clock.advance(2_000);
      assert.equal(await one.of('AuthorizationCode').find('code-1'), undefined);
      for (let i = 0; i < 24; i++) {
        const session = await one.of('Session').find('id-1');
        assert.ok(session, `half-hour ${i}`);
        await one.of('Session').upsert('id-1', session, 30 * 60);
        clock.advance(29.5 * 60_000);
      }
      const session = (await one.of('Session').find('id-1'))!;
      await one.of('Session').upsert('id-1', session, 30 * 60);
      assert.equal((await two.of('Session').find('id-1'))!.exp, session.loginTs! + 12 * 3600);
      clock.advance(13 * 60_000);
      assert.equal(await one.of('Session').find('id-1'), undefined);
    });

    it('B6: a save that keeps the remaining life does not move the end, nor when the person was last seen', async () => {
      await one.of('Session').upsert('id-1', signedIn('id-1', 'uid-1'), 600);
      const before = (await one.sessions.list(anna))[0]!;
      clock.advance(60_000);
      const session = (await one.of('Session').find('id-1'))!;
      await one.of('Session').upsert('id-1', session, session.exp! - now());
      assert.equal((await two.of('Session').find('id-1'))!.exp, session.exp);
      assert.deepEqual((await one.sessions.list(anna))[0]!.seenAt, before.seenAt);
    });

    it('no identifier, token or secret stands readable in the database', async () => {
      await codeWithTokens();
      await one.of('Session').upsert('cookie-1', signedIn('cookie-1', 'uid-1'), 600);
      await one
        .of('Interaction')
        .upsert('interaction-1', { jti: 'interaction-1', params: { login_hint: '+79001234567' } }, 600);
      await one.of('PushedAuthorizationRequest').upsert('par-1', { jti: 'par-1', request: 'anna@example.org' }, 60);
      await one.of('Client').upsert('university', { client_id: 'university', client_secret: 'client-secret-1' });
      const dump = await dumpOf(one.storage);
      for (const secret of [
        'code-1',
        'refresh-1',
        'access-1',
        'cookie-1',
        'interaction-1',
        'par-1',
        '+79001234567',
        'anna@example',
        'client-secret-1',
      ]) {
        for (const shape of [
          secret,
          Buffer.from(secret).toString('hex'),
          Buffer.from(secret).toString('base64').slice(0, -4),
        ]) {
          assert.ok(!dump.includes(shape), `${secret} as ${shape}`);
        }
      }
      const found = (await two.of('Interaction').find('interaction-1'))!;
      assert.deepEqual(found.params, { login_hint: '+79001234567' });
    });

    it('L3: an interaction moved to another row does not open', async () => {
      await one.of('Interaction').upsert('interaction-1', { jti: 'interaction-1' }, 600);
      await one.of('Interaction').upsert('interaction-2', { jti: 'interaction-2' }, 600);
      await sql`update artifacts set payload = (select payload from artifacts order by id_hash limit 1)`.execute(
        one.storage.db,
      );
      const opened = await Promise.allSettled(
        ['interaction-1', 'interaction-2'].map((id) => one.of('Interaction').find(id)),
      );
      assert.deepEqual(opened.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    });

    it('the library reads and writes clients here, and the secret comes back', async () => {
      const registered = { client_secret: 'client-secret-1', redirect_uris: ['https://university.example/back'] };
      await one.of('Client').upsert('university', { client_id: 'university', ...registered });
      const client = (await two.provider.Client.find('university'))!;
      assert.equal(client.clientSecret, 'client-secret-1');
      assert.deepEqual(client.redirectUris, registered.redirect_uris);
    });

    it('signing out through the library ends the session for every cookie, and says so', async () => {
      let destroyed = 0;
      one.provider.on('session.destroyed', () => destroyed++);
      const session = Object.assign(new one.provider.Session(), { accountId: anna, loginTs: now() });
      session.ensureClientContainer('university');
      await session.save(600);
      session.resetIdentifier();
      await session.save(600);
      const otherTab = (await two.provider.Session.find(session.jti))!;
      await session.destroy();
      assert.equal(destroyed, 1);
      assert.equal(await two.provider.Session.find(session.jti), undefined);
      await assert.rejects(otherTab.save(600), { error: 'login_required' });
    });

    it('B4: an authorization under way while the person signs out gives the client no code', async () => {
      const redirect_uri = 'https://university.example/back';
      await one.clients.save('university', { client_secret: 'secret', redirect_uris: [redirect_uri] });
      await one.of('Session').upsert('id-1', signedIn('id-1', 'uid-1'), 600);
      const authorize = () => authorizeWith(one.provider, 'id-1', { client_id: 'university', redirect_uri });
      assert.ok((await authorize()).get('code'));
      one.duringAuthorization = () => two.sessions.end('uid-1');
      const refused = await authorize();
      assert.equal(refused.get('code'), null);
      assert.equal(refused.get('error'), 'login_required');
      assert.equal(await two.of('Session').findByUid('uid-1'), undefined);
    });

    it('two tabs of one client agree on its sid, and another client or session has another', () => {
      const tab = (uid: string, clientId: string) => {
        const session = Object.assign(new one.provider.Session(), { uid });
        session.ensureClientContainer(clientId);
        return session.sidFor(clientId);
      };
      assert.match(tab('uid-1', 'university')!, /^[\w-]{22}$/);
      assert.equal(tab('uid-1', 'university'), tab('uid-1', 'university'));
      assert.notEqual(tab('uid-1', 'university'), tab('uid-1', 'broker'));
      assert.notEqual(tab('uid-1', 'university'), tab('uid-2', 'university'));
    });
  });
}

/** One instance of the product, as far as its protocol storage goes. */
function open(storage: Storage, clock: MovableClock) {
  const { db, statements } = storage;
  const sessions = new Sessions({ db, statements, clock, absoluteHours: 12 });
  const deps = {
    sessions,
    grants: new Grants({ statements, clock }),
    artifacts: new Artifacts({ statements, encryption, clock }),
    clients: new Clients({ db, encryption, clock, cacheMs: 1000 }),
    issuer: 'https://id.example',
    interactionMinutes: 60,
  };
  const adapter = createAdapter(deps);
  const adapters = new Map<string, Adapter>();
  const instance = {
    storage,
    sessions,
    clients: deps.clients,
    of: (model: string) => adapters.get(model) ?? adapters.set(model, adapter(model)).get(model)!,
    duringAuthorization: async (): Promise<unknown> => undefined,
  };
  const provider = new Provider('http://id.example.org', {
    adapter,
    jwks,
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => false },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    async loadExistingGrant({ oidc }) {
      await instance.duringAuthorization();
      const grant = new oidc.provider.Grant({ accountId: oidc.session!.accountId!, clientId: oidc.client!.clientId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  });
  hardenSession(provider, sessions);
  hardenReplayDetection(provider);
  return Object.assign(instance, { provider });
}

/** A request of a browser that has this session cookie. Answers what the client is told. */
async function authorizeWith(provider: Provider, cookie: string, params: Record<string, string>) {
  const server = createServer(provider.callback());
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const query = new URLSearchParams({ response_type: 'code', scope: 'openid', ...params });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/auth?${query}`;
  const answer = await fetch(address, { headers: { cookie: `_session=${cookie}` }, redirect: 'manual' });
  await answer.arrayBuffer();
  await new Promise((closed) => {
    server.close(closed);
    server.closeAllConnections();
  });
  return new URL(answer.headers.get('location')!).searchParams;
}

async function dumpOf({ db }: Storage): Promise<string> {
  const tables = ['sessions', 'session_ids', 'grants', 'artifacts', 'clients'];
  const dumps = tables.map((table) =>
    sql<{ row: string }>`select t::text as row from ${sql.table(table)} t`.execute(db),
  );
  return JSON.stringify((await Promise.all(dumps)).map(({ rows }) => rows));
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
