import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { House } from '#test/support/house.ts';
import { Browser } from '#test/support/browser.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { basic, callback, par, post, redeem, refresh, userinfo } from '#test/support/protocol.ts';

for (const kind of databaseKinds) {
  describe(`what works once, over two instances on ${kind}`, () => {
    let house: House;
    let person: Person;
    let university: RelyingParty;
    const offline = { scope: 'openid offline_access', prompt: 'consent' };

    before(async () => {
      house = await House.open({ database: kind, instances: 2 });
      person = await settle(house, anna);
      university = await RelyingParty.register(house);
    });
    after(() => house.close());

    it('A1: of twenty redeemings of one code one gets tokens, and they are dead afterwards', async () => {
      const { code, verifier } = await callback(university, new Browser(house.origin), person, offline);
      const answers = await par(20, () => redeem(university, code, verifier));
      const winners = answers.filter(({ status }) => status === 200);
      const losers = answers.filter(({ status }) => status !== 200);
      assert.equal(winners.length, 1);
      for (const { status, json } of losers) assert.deepEqual([status, json.error], [400, 'invalid_grant']);
      const tokens = winners[0]!.json as never as { access_token: string; refresh_token: string };
      for (let i = 0; i < 2; i++) {
        assert.equal((await userinfo(house, tokens)).status, 401);
        assert.equal((await refresh(university, tokens.refresh_token)).json.error, 'invalid_grant');
      }
    });

    it('A2: of twenty uses of one refresh token one wins, and the family is dead afterwards', async () => {
      const { tokens } = await university.signIn(new Browser(house.origin), person, offline);
      const answers = await par(20, () => refresh(university, tokens.refresh_token!));
      const winners = answers.filter(({ status }) => status === 200);
      assert.equal(winners.length, 1);
      for (const { status, json } of answers.filter(({ status }) => status !== 200))
        assert.deepEqual([status, json.error], [400, 'invalid_grant']);
      const { access_token, refresh_token } = winners[0]!.json as { access_token: string; refresh_token: string };
      assert.equal((await userinfo(house, { access_token })).status, 401);
      assert.equal((await refresh(university, refresh_token)).json.error, 'invalid_grant');
    });

    it('A2: a rotated refresh token goes on; the old one, replayed a second later, ends the family', async () => {
      const { tokens } = await university.signIn(new Browser(house.origin), person, offline);
      const next = await refresh(university, tokens.refresh_token!);
      assert.equal(next.status, 200);
      assert.notEqual(next.json.refresh_token, tokens.refresh_token);
      house.clock.advance(1000);
      assert.equal((await refresh(university, tokens.refresh_token!)).json.error, 'invalid_grant');
      assert.equal((await refresh(university, next.json.refresh_token)).json.error, 'invalid_grant');
      assert.equal((await userinfo(house, next.json as never)).status, 401);
    });

    it('A3: one client assertion serves one of ten requests, and none later', async () => {
      const { publicKey, privateKey } = await generateKeyPair('ES256');
      const machine = await RelyingParty.register(house, {
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [await exportJWK(publicKey)] },
      });
      const assertion = await new SignJWT({})
        .setProtectedHeader({ alg: 'ES256' })
        .setIssuer(machine.clientId)
        .setSubject(machine.clientId)
        .setAudience(house.origin)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(privateKey);
      const ask = () =>
        post(house, '/oauth2/token', {
          grant_type: 'client_credentials',
          client_id: machine.clientId,
          client_assertion: assertion,
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        });
      const answers = await par(10, ask);
      assert.equal(answers.filter(({ status }) => status === 200).length, 1, answers.map(({ text }) => text).join());
      for (const { status, json } of answers.filter(({ status }) => status !== 200))
        assert.deepEqual([status, json.error], [401, 'invalid_client']);
      assert.equal((await ask()).status, 401);
    });

    it('A3: one DPoP proof serves one of ten requests, and none later', async () => {
      const { publicKey, privateKey } = await generateKeyPair('ES256');
      const jwk = await exportJWK(publicKey);
      const machine = await RelyingParty.register(house, {
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
      });
      const proof = await new SignJWT({ htm: 'POST', htu: `${house.origin}/oauth2/token` })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
        .setJti(randomUUID())
        .setIssuedAt()
        .sign(privateKey);
      const ask = () =>
        post(house, '/oauth2/token', { grant_type: 'client_credentials' }, { ...basic(machine), dpop: proof });
      const answers = await par(10, ask);
      assert.equal(answers.filter(({ status }) => status === 200).length, 1, answers.map(({ text }) => text).join());
      for (const { status, json } of answers.filter(({ status }) => status !== 200))
        assert.deepEqual([status, json.error], [400, 'invalid_grant']);
      assert.equal((await ask()).status, 400);
    });
  });
}
