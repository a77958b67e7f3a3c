import assert from 'node:assert/strict';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { House } from '#test/support/house.ts';
import { Browser, has } from '#test/support/browser.ts';
import { RelyingParty, type Tokens } from '#test/support/relying-party.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { basic, callback, post, redeem, refresh, send, userinfo } from '#test/support/protocol.ts';

const API = 'urn:openesia:sandbox:api';

describe('tokens', () => {
  let house: House;
  let person: Person;
  let university: RelyingParty;
  let broker: RelyingParty;
  let tokens: Tokens;
  const offline = { scope: 'openid profile email phone offline_access', prompt: 'consent' };

  before(async () => {
    house = await House.open({ instances: 2 });
    person = await settle(house, anna);
    university = await RelyingParty.register(house);
    broker = await RelyingParty.register(house, { redirect_uris: ['https://broker.example/callback'] });
    ({ tokens } = await university.signIn(new Browser(house.origin), person, offline));
  });
  after(() => house.close());

  const introspect = (rp: RelyingParty, token: string) => post(house, '/oauth2/introspect', { token }, basic(rp));
  const forApi = { scope: 'openid offline_access read', resource: API, prompt: 'consent' };

  it('userinfo gives what was consented to, and the subject of the ID token', async () => {
    const { status, json } = await userinfo(house, tokens);
    assert.equal(status, 200);
    assert.equal(json.sub, tokens.claims()!.sub);
    assert.equal(json.email, 'anna@example.test');
    assert.equal(json.email_verified, true);
    assert.equal(json.phone_number, '+79000000001');
    assert.equal(json.family_name, 'Петрова');
    assert.equal(json.snils, undefined);
  });

  it('the ID token names who, when, how and how well, and is signed with ES256', async () => {
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', house.origin));
    const { payload, protectedHeader } = await jwtVerify(tokens.id_token!, keys, {
      issuer: house.origin,
      audience: university.clientId,
    });
    assert.equal(protectedHeader.alg, 'ES256');
    assert.equal(payload.acr, 'urn:esia:acr:confirmed');
    assert.deepEqual(payload.amr, ['pwd']);
    assert.ok(Math.abs(Number(payload.auth_time) - Date.now() / 1000) < 60);
    assert.equal(payload.exp! - payload.iat!, 300);
    assert.equal(payload.email, undefined);
  });

  it('a client that registered RS256 gets RS256', async () => {
    const old = await RelyingParty.register(house, { id_token_signed_response_alg: 'RS256' });
    const { tokens } = await old.signIn(new Browser(house.origin), person);
    assert.equal(decodeProtectedHeader(tokens.id_token!).alg, 'RS256');
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', house.origin));
    await jwtVerify(tokens.id_token!, keys, { issuer: house.origin, audience: old.clientId });
  });

  it('signed userinfo for a client that registered it', async () => {
    const signed = await RelyingParty.register(house, { userinfo_signed_response_alg: 'ES256' });
    const { tokens } = await signed.signIn(new Browser(house.origin), person);
    const { headers, text } = await userinfo(house, tokens);
    assert.match(headers.get('content-type')!, /application\/jwt/);
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', house.origin));
    const { payload } = await jwtVerify(text, keys, { issuer: house.origin, audience: signed.clientId });
    assert.equal(payload.sub, tokens.claims()!.sub);
  });

  it('a token that could not be kept is not given out', async () => {
    const { statements } = house.services.storage;
    statements.runLate = () => Promise.reject(new Error('no disk'));
    try {
      const { status, json } = await refresh(university, tokens.refresh_token!);
      assert.equal(status, 500);
      assert.deepEqual(Object.keys(json).sort(), ['error', 'error_description']);
      assert.equal(json.error, 'server_error');
    } finally {
      Reflect.deleteProperty(statements, 'runLate');
    }
    ({ tokens } = await university.signIn(new Browser(house.origin), person, offline));
  });

  it('R1: one person is another subject at every site, the same at sites of one sector, and public where asked', async () => {
    const browser = new Browser(house.origin);
    const of = async (metadata: Record<string, unknown>) => {
      const rp = await RelyingParty.register(house, metadata);
      return (await rp.signIn(browser, person)).tokens.claims()!.sub;
    };
    const one = await of({ redirect_uris: ['https://one.example/a'] });
    const sameHost = await of({ redirect_uris: ['https://one.example/b'] });
    const two = await of({ redirect_uris: ['https://two.example/a'] });
    const open = await of({ redirect_uris: ['https://three.example/a'], subject_type: 'public' });
    assert.equal(one, sameHost);
    assert.notEqual(one, two);
    assert.equal(open, person.id);
    for (const sub of [one, two]) assert.ok(!sub.includes(person.id) && sub.length >= 40);
  });

  it('the claims parameter: single claims in the ID token and userinfo, nothing more', async () => {
    const claims = JSON.stringify({ id_token: { snils: null }, userinfo: { email: { essential: true }, inn: null } });
    const { tokens } = await broker.signIn(new Browser(house.origin), person, { scope: 'openid', claims });
    assert.equal(decodeJwt(tokens.id_token!).snils, '11223344595');
    const { json } = await userinfo(house, tokens);
    assert.equal(json.email, 'anna@example.test');
    assert.deepEqual(Object.keys(json).sort(), ['email', 'sub']);
  });

  it('a resource indicator gives a JWT access token for that resource', async () => {
    const machine = await RelyingParty.register(house, {
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    });
    const { code, verifier } = await callback(machine, new Browser(house.origin), person, forApi);
    const { json } = await redeem(machine, code, verifier, { resource: API });
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', house.origin));
    const { payload, protectedHeader } = await jwtVerify(json.access_token, keys, {
      issuer: house.origin,
      audience: API,
    });
    assert.equal(protectedHeader.typ, 'at+jwt');
    assert.equal(payload.scope, 'read');
    assert.equal(payload.client_id, machine.clientId);
    assert.ok(payload.exp! - payload.iat! <= 600);
    assert.equal((await userinfo(house, json as never)).status, 401);
    const own = await post(
      house,
      '/oauth2/token',
      { grant_type: 'client_credentials', resource: API, scope: 'write' },
      basic(machine),
    );
    assert.equal(own.status, 200, own.text);
    assert.equal(decodeJwt(own.json.access_token).scope, 'write');
    const unknown = await post(
      house,
      '/oauth2/token',
      { grant_type: 'client_credentials', resource: 'https://evil.example' },
      basic(machine),
    );
    assert.equal(unknown.json.error, 'invalid_target');
  });

  it('introspection: to the owner; to others the token does not exist', async () => {
    const own = await introspect(university, tokens.access_token);
    assert.equal(own.json.active, true);
    assert.equal(own.json.client_id, university.clientId);
    assert.deepEqual((await introspect(broker, tokens.access_token)).json, { active: false });
    assert.deepEqual((await introspect(university, 'unknown')).json, { active: false });
    assert.equal((await introspect(university, tokens.refresh_token!)).json.active, true);
    assert.deepEqual((await introspect(broker, tokens.refresh_token!)).json, { active: false });
    const nobody = await post(house, '/oauth2/introspect', { token: tokens.access_token });
    assert.ok(nobody.status === 400 || nobody.status === 401);
  });

  it('revocation: only the owner may, and a revoked token is dead at once', async () => {
    const mine = (await university.signIn(new Browser(house.origin), person, offline)).tokens;
    const revoke = (rp: RelyingParty, token: string) => post(house, '/oauth2/revoke', { token }, basic(rp));
    await revoke(broker, mine.access_token);
    assert.equal((await userinfo(house, mine)).status, 200);
    assert.equal((await revoke(university, mine.access_token)).status, 200);
    assert.equal((await userinfo(house, mine)).status, 401);
    assert.equal((await revoke(university, mine.refresh_token!)).status, 200);
    assert.equal((await refresh(university, mine.refresh_token!)).json.error, 'invalid_grant');
    assert.equal((await revoke(university, 'unknown')).status, 200);
  });

  it('no refresh token without offline_access, and none for a client without that grant', async () => {
    const plain = await university.signIn(new Browser(house.origin), person, { scope: 'openid' });
    assert.equal(plain.tokens.refresh_token, undefined);
    const simple = await RelyingParty.register(house, { grant_types: ['authorization_code'] });
    const { tokens } = await simple.signIn(new Browser(house.origin), person, offline);
    assert.equal(tokens.refresh_token, undefined);
    assert.match((await refresh(simple, 'x')).json.error, /^(unauthorized_client|invalid_request)$/);
  });

  it('a refresh token is of no use to another client', async () => {
    const mine = (await university.signIn(new Browser(house.origin), person, offline)).tokens;
    assert.equal((await refresh(broker, mine.refresh_token!)).json.error, 'invalid_grant');
  });

  it('an access token lives ten minutes, a refresh token fourteen days', async () => {
    const mine = (await university.signIn(new Browser(house.origin), person, offline)).tokens;
    house.clock.advance(601_000);
    assert.equal((await userinfo(house, mine)).status, 401);
    house.clock.advance(13.9 * 86_400_000);
    const next = await refresh(university, mine.refresh_token!);
    assert.equal(next.status, 200, next.text);
    house.clock.advance(14.1 * 86_400_000);
    assert.equal((await refresh(university, next.json.refresh_token)).json.error, 'invalid_grant');
    house.clock.reset();
  });

  it('A9: a token of one kind is taken for no other', async () => {
    const { code, verifier } = await callback(university, new Browser(house.origin), person, forApi);
    const jwtAccess = (await redeem(university, code, verifier, { resource: API })).json.access_token as string;
    const opaque = await callback(university, new Browser(house.origin), person, offline);
    const kinds: Record<string, string> = {
      id_token: tokens.id_token!,
      access_token: tokens.access_token,
      jwt_access_token: jwtAccess,
      refresh_token: tokens.refresh_token!,
      registration_token: university.metadata.registration_access_token as string,
      code: opaque.code,
    };
    const places: Record<string, (token: string) => Promise<boolean>> = {
      access_token: async (token) => (await userinfo(house, { access_token: token })).status === 200,
      refresh_token: async (token) => (await refresh(university, token)).status === 200,
      registration_token: async (token) =>
        (
          await send(house, `/oauth2/register/${university.clientId}`, {
            headers: { authorization: `Bearer ${token}` },
          })
        ).status === 200,
      code: async (token) => (await redeem(university, token, opaque.verifier)).status === 200,
      id_token: async (token) => {
        const query = new URLSearchParams({ id_token_hint: token });
        return (await new Browser(house.origin).request('GET', `/oauth2/logout?${query}`)).status === 200;
      },
      assertion: async (token) =>
        (
          await post(house, '/oauth2/token', {
            grant_type: 'client_credentials',
            client_assertion: token,
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          })
        ).status === 200,
      prompt_hint: async (token) => {
        const request = await university.request({ prompt: 'none', id_token_hint: token });
        const view = await new Browser(house.origin).open(request.url.href);
        return new URL(view.url).searchParams.get('error') === 'login_required';
      },
    };
    const homes: Record<string, string[]> = { id_token: ['id_token', 'prompt_hint'], jwt_access_token: [] };
    for (const [place, accepts] of Object.entries(places)) {
      for (const [kind, token] of Object.entries(kinds)) {
        const expected = (homes[kind] ?? [kind]).includes(place);
        // The real ones are used up by their own place; they are proven above.
        if (expected && ['refresh_token', 'code'].includes(kind)) continue;
        assert.equal(await accepts(token), expected, `${kind} at ${place}`);
      }
    }
    for (const kind of ['jwt_access_token', 'id_token', 'registration_token'])
      for (const rp of [university, broker])
        assert.notEqual((await introspect(rp, kinds[kind]!)).json.active, true, kind);
  });

  it('dynamic registration can be read, changed and ended with its own token only', async () => {
    const rp = await RelyingParty.register(house, { client_name: 'Library' });
    const path = `/oauth2/register/${rp.clientId}`;
    const authorization = `Bearer ${String(rp.metadata.registration_access_token)}`;
    const foreign = `Bearer ${String(broker.metadata.registration_access_token)}`;
    assert.ok([400, 401].includes((await send(house, path)).status));
    assert.equal((await send(house, path, { headers: { authorization: foreign } })).status, 401);
    const read = await send(house, path, { headers: { authorization } });
    assert.equal(read.json.client_name, 'Library');
    const put = (headers: Record<string, string>, changes: Record<string, unknown>) => {
      const {
        registration_access_token: _,
        registration_client_uri: __,
        client_secret_expires_at: ___,
        client_id_issued_at: ____,
        ...metadata
      } = read.json;
      return send(house, path, {
        method: 'PUT',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ ...metadata, ...changes }),
      });
    };
    assert.equal((await put({ authorization: foreign }, { client_name: 'Evil' })).status, 401);
    const changed = await put({ authorization }, { client_name: 'New Library' });
    assert.equal(changed.status, 200, changed.text);
    // Every change gives a new token; the old one is dead.
    assert.equal((await put({ authorization }, {})).status, 401);
    const renewed = { authorization: `Bearer ${String(changed.json.registration_access_token)}` };
    assert.equal((await put(renewed, { client_id: 'other' })).status, 400);
    const removed = await send(house, path, { method: 'DELETE', headers: renewed });
    assert.equal(removed.status, 204);
    const view = await new Browser(house.origin).open((await rp.request()).url.href);
    // Another instance may remember it for a second.
    assert.ok(view.status === 400 || has(view, 'login'));
  });
});
