import assert from 'node:assert/strict';
import { createHash, createSecretKey, randomUUID } from 'node:crypto';
import {
  calculateJwkThumbprint,
  CompactSign,
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTHeaderParameters,
} from 'jose';
import { House } from '#test/support/house.ts';
import { Browser } from '#test/support/browser.ts';
import { Canary } from '#test/support/canary.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { basic, callback, post, redeem, send } from '#test/support/protocol.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
type Key = Parameters<SignJWT['sign']>[0];

describe('client authentication', () => {
  let house: House;
  let person: Person;
  let machine: RelyingParty;
  let plain: RelyingParty;
  let key: CryptoKey;
  let jwk: JWK;

  before(async () => {
    house = await House.open();
    person = await settle(house, anna);
    const pair = await generateKeyPair('ES256', { extractable: true });
    key = pair.privateKey;
    jwk = { ...(await exportJWK(pair.publicKey)), kid: 'client-key' };
    const machines = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] };
    machine = await RelyingParty.register(house, {
      ...machines,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [jwk] },
    });
    plain = await RelyingParty.register(house, machines);
  });
  after(() => house.close());

  const ask = (assertion: string, more: Record<string, string> = {}, headers: Record<string, string> = {}) =>
    post(
      house,
      '/oauth2/token',
      {
        grant_type: 'client_credentials',
        client_assertion: assertion,
        client_assertion_type: ASSERTION_TYPE,
        ...more,
      },
      headers,
    );

  interface Forgery {
    header?: Partial<JWTHeaderParameters> & Record<string, unknown>;
    claims?: Record<string, unknown>;
    with?: Key;
  }

  const assertionOf = ({ header = {}, claims = {}, with: signer = key }: Forgery = {}) => {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({
      iss: machine.clientId,
      sub: machine.clientId,
      aud: house.origin,
      jti: randomUUID(),
      iat: now,
      exp: now + 60,
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'client-key', ...header })
      .sign(signer, { crit: { 'urn:x': true } });
  };

  const refused = async (assertion: string, what: string, headers = {}) => {
    const { status, json } = await ask(assertion, {}, headers);
    assert.deepEqual([status, json.error], [401, 'invalid_client'], what);
  };

  it('a proper assertion is accepted', async () => {
    const { status, text } = await ask(await assertionOf());
    assert.equal(status, 200, text);
  });

  it('A10: algorithm and key come from the registration and never from the message', async () => {
    const canary = await Canary.listen();
    const stranger = await generateKeyPair('ES256', { extractable: true });
    const strangerJwk = await exportJWK(stranger.publicKey);
    const rsa = await generateKeyPair('RS256');
    const publicText = JSON.stringify(jwk);
    const forgeries: [string, Forgery][] = [
      ['another key', { with: stranger.privateKey }],
      ['embedded jwk', { with: stranger.privateKey, header: { jwk: strangerJwk } }],
      ['jku', { with: stranger.privateKey, header: { jku: `${canary.origin}/keys` } }],
      ['x5u', { with: stranger.privateKey, header: { x5u: `${canary.origin}/cert` } }],
      ['x5c', { with: stranger.privateKey, header: { x5c: ['MIIB'] } }],
      ['RS256', { with: rsa.privateKey, header: { alg: 'RS256' } }],
      ['HS256 with our public key', { with: createSecretKey(Buffer.from(publicText)), header: { alg: 'HS256' } }],
      [
        'HS256 with the thumbprint',
        { with: createSecretKey(Buffer.from(await calculateJwkThumbprint(jwk))), header: { alg: 'HS256' } },
      ],
      ['unknown crit', { header: { crit: ['urn:x'], 'urn:x': true } }],
      ['kid that is a path', { with: stranger.privateKey, header: { kid: '../../../../dev/null' } }],
      ['kid that is SQL', { with: stranger.privateKey, header: { kid: "' union select 'x" } }],
      ['kid unknown', { with: stranger.privateKey, header: { kid: 'other' } }],
    ];
    for (const [what, forgery] of forgeries) await refused(await assertionOf(forgery), what);
    const body = Buffer.from(
      JSON.stringify({ iss: machine.clientId, sub: machine.clientId, aud: house.origin, exp: 9e9, jti: 'x' }),
    );
    for (const alg of ['none', 'None', 'NONE', '']) {
      const head = Buffer.from(JSON.stringify({ alg })).toString('base64url');
      await refused(`${head}.${body.toString('base64url')}.`, `alg ${alg}`);
    }
    const detached = await new CompactSign(body).setProtectedHeader({ alg: 'ES256', kid: 'client-key' }).sign(key);
    await refused(`${detached.slice(0, -4)}AAAA`, 'broken signature');
    assert.equal(canary.requests.length, 0);
    await canary.close();
  });

  it('A11: the assertion must be about this client, for us, fresh, and named', async () => {
    const now = Math.floor(Date.now() / 1000);
    for (const claims of [
      { iss: 'other' },
      { sub: 'other' },
      { iss: plain.clientId, sub: plain.clientId },
      { aud: 'https://other.example' },
      { aud: undefined },
      { exp: now - 60 },
      { exp: undefined },
      { exp: now + 86_400 },
      { iat: now + 3600 },
      { nbf: now + 3600 },
      { jti: undefined },
    ])
      await refused(await assertionOf({ claims }), JSON.stringify(claims));
  });

  it('A11: a client authenticates by the method it registered, by one, and only as itself', async () => {
    const secret = String(plain.metadata.client_secret);
    const grant = { grant_type: 'client_credentials' };
    const inBody = { ...grant, client_id: machine.clientId, client_secret: secret };
    assert.equal((await post(house, '/oauth2/token', inBody)).json.error, 'invalid_client');
    const twice = await post(house, '/oauth2/token', { ...grant, client_secret: secret }, basic(plain));
    assert.deepEqual([twice.status, twice.json.error], [400, 'invalid_request']);
    const mixed = await ask(await assertionOf(), {}, basic(plain));
    assert.ok(mixed.status === 400 || mixed.status === 401);
    const other = await post(house, '/oauth2/token', { ...grant, client_id: machine.clientId }, basic(plain));
    assert.ok(other.status === 400 || other.status === 401);
    const none = await post(house, '/oauth2/token', { ...grant, client_id: plain.clientId });
    assert.equal(none.json.error, 'invalid_client');
    const asSecret = await ask(await assertionOf({ claims: { iss: plain.clientId, sub: plain.clientId } }));
    assert.equal(asSecret.json.error, 'invalid_client');
    assert.equal((await post(house, '/oauth2/token', grant, basic(plain))).status, 200);
  });

  it('A11: two hundred wrong secrets lock nobody out', async () => {
    const authorization = `Basic ${Buffer.from(`${plain.clientId}:wrong`).toString('base64')}`;
    for (let i = 0; i < 10; i++) {
      const tries = Array.from({ length: 20 }, () =>
        post(house, '/oauth2/token', { grant_type: 'client_credentials' }, { authorization }),
      );
      for (const { status } of await Promise.all(tries)) assert.ok(status === 401 || status === 429);
    }
    const right = await post(house, '/oauth2/token', { grant_type: 'client_credentials' }, basic(plain));
    assert.equal(right.status, 200);
  });

  it('private_key_jwt serves the whole sign-in', async () => {
    const rp = await RelyingParty.register(house, {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [jwk] },
    });
    const { code, verifier } = await callback(rp, new Browser(house.origin), person);
    const claims = { iss: rp.clientId, sub: rp.clientId };
    const fields = { client_assertion: await assertionOf({ claims }), client_assertion_type: ASSERTION_TYPE };
    const { status, json } = await redeem(rp, code, verifier, fields, {});
    assert.equal(status, 200, JSON.stringify(json));
    assert.ok(json.id_token);
  });

  describe('A12: a bound token needs its key', () => {
    let rp: RelyingParty;
    let bound: { access_token: string; refresh_token: string; token_type: string };

    const proofOf = async ({ header, claims, with: signer }: Forgery = {}, token?: string) => {
      const { kid: _, ...publicKey } = jwk;
      return new SignJWT({
        htm: 'GET',
        htu: `${house.origin}/oauth2/userinfo`,
        jti: randomUUID(),
        iat: Math.floor(Date.now() / 1000),
        ...(token ? { ath: createHash('sha256').update(token).digest('base64url') } : {}),
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: publicKey, ...header })
        .sign(signer ?? key);
    };
    const atToken = { htm: 'POST', htu: '' };
    const ask = (authorization: string, dpop?: string) =>
      send(house, '/oauth2/userinfo', { headers: { authorization, ...(dpop ? { dpop } : {}) } });

    before(async () => {
      atToken.htu = `${house.origin}/oauth2/token`;
      rp = await RelyingParty.register(house);
      const { code, verifier } = await callback(rp, new Browser(house.origin), person, {
        scope: 'openid email offline_access',
        prompt: 'consent',
      });
      const dpop = await proofOf({ claims: atToken });
      bound = (await redeem(rp, code, verifier, {}, { ...basic(rp), dpop })).json as typeof bound;
    });

    it('is accepted with it', async () => {
      assert.equal(bound.token_type, 'DPoP');
      const { status, text } = await ask(`DPoP ${bound.access_token}`, await proofOf({}, bound.access_token));
      assert.equal(status, 200, text);
    });

    it('is refused as a bearer, without proof, and with a wrong one', async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
      const other = await exportJWK(publicKey);
      const now = Math.floor(Date.now() / 1000);
      const token = bound.access_token;
      const attempts: [string, string, string | undefined][] = [
        ['bearer', `Bearer ${token}`, undefined],
        ['bearer with proof', `Bearer ${token}`, await proofOf({}, token)],
        ['no proof', `DPoP ${token}`, undefined],
        ['another key', `DPoP ${token}`, await proofOf({ with: privateKey, header: { jwk: other } }, token)],
        ['not the key it names', `DPoP ${token}`, await proofOf({ with: privateKey }, token)],
        ['htm', `DPoP ${token}`, await proofOf({ claims: { htm: 'POST' } }, token)],
        ['htu', `DPoP ${token}`, await proofOf({ claims: { htu: 'https://evil.example/userinfo' } }, token)],
        ['no ath', `DPoP ${token}`, await proofOf()],
        ['ath of another', `DPoP ${token}`, await proofOf({}, 'another')],
        ['old', `DPoP ${token}`, await proofOf({ claims: { iat: now - 3600 } }, token)],
        ['future', `DPoP ${token}`, await proofOf({ claims: { iat: now + 3600 } }, token)],
        ['no jti', `DPoP ${token}`, await proofOf({ claims: { jti: undefined } }, token)],
        ['wrong typ', `DPoP ${token}`, await proofOf({ header: { typ: 'jwt' } }, token)],
      ];
      for (const [what, authorization, dpop] of attempts) {
        const { status } = await ask(authorization, dpop);
        assert.ok(status === 401 || status === 400, `${what} ${status}`);
      }
    });

    it('and its refresh token, of a public client, needs the same key', async () => {
      const mobile = await RelyingParty.register(house, { token_endpoint_auth_method: 'none' });
      const { code, verifier } = await callback(mobile, new Browser(house.origin), person, {
        scope: 'openid offline_access',
        prompt: 'consent',
      });
      const id = { client_id: mobile.clientId };
      const first = await redeem(mobile, code, verifier, id, { dpop: await proofOf({ claims: atToken }) });
      assert.equal(first.status, 200, first.text);
      const fields = { ...id, grant_type: 'refresh_token', refresh_token: first.json.refresh_token as string };
      const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
      const stolen = await proofOf({ with: privateKey, claims: atToken, header: { jwk: await exportJWK(publicKey) } });
      for (const headers of [{}, { dpop: stolen }])
        assert.equal((await post(house, '/oauth2/token', fields, headers as Record<string, string>)).status, 400);
      const own = await post(house, '/oauth2/token', fields, { dpop: await proofOf({ claims: atToken }) });
      assert.equal(own.status, 200, own.text);
    });
  });
});
