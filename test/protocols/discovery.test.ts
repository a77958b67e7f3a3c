import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { House } from '#test/support/house.ts';
import { Browser } from '#test/support/browser.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { callback, redeem, send, silently } from '#test/support/protocol.ts';

describe('discovery and keys', () => {
  let house: House;
  let person: Person;
  let university: RelyingParty;

  before(async () => {
    house = await House.open({ instances: 2 });
    person = await settle(house, anna);
    university = await RelyingParty.register(house);
  });
  after(() => house.close());

  const keys = async () => (await send(house, '/.well-known/jwks.json')).json.keys as Record<string, string>[];

  it('discovery is complete, the same on both instances, and names the issuer alone', async () => {
    const one = await send(house, '/.well-known/openid-configuration');
    const two = await send(house, '/.well-known/openid-configuration');
    assert.equal(one.text, two.text);
    assert.equal(one.json.issuer, house.origin);
    for (const [name, value] of Object.entries(one.json))
      if (/_(endpoint|uri)$/.test(name)) assert.equal(new URL(String(value)).origin, house.origin, name);
    for (const name of [
      'authorization_endpoint',
      'token_endpoint',
      'userinfo_endpoint',
      'jwks_uri',
      'registration_endpoint',
      'end_session_endpoint',
      'introspection_endpoint',
      'revocation_endpoint',
      'scopes_supported',
      'pushed_authorization_request_endpoint',
      'claims_supported',
      'acr_values_supported',
      'response_types_supported',
      'code_challenge_methods_supported',
      'backchannel_logout_supported',
      'dpop_signing_alg_values_supported',
    ])
      assert.ok(one.json[name], name);
    assert.deepEqual(one.json.code_challenge_methods_supported, ['S256']);
    assert.deepEqual([...one.json.id_token_signing_alg_values_supported].sort(), ['ES256', 'RS256']);
    assert.ok(!JSON.stringify(one.json).includes('"none"') || one.json.response_types_supported.includes('none'));
    assert.ok(!one.json.id_token_signing_alg_values_supported.includes('none'));
    const oauth = await send(house, '/.well-known/oauth-authorization-server');
    assert.equal(oauth.json.issuer, house.origin);
  });

  it('the key set holds public parts only, current and next of each algorithm', async () => {
    const list = await keys();
    for (const key of list) {
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.equal(key[secret], undefined);
      assert.ok(key.kid && key.alg && key.use === 'sig');
    }
    assert.deepEqual(list.map(({ alg }) => alg).sort(), ['ES256', 'ES256', 'RS256', 'RS256']);
  });

  it('keys rotate while clients work: next was published before, old tokens verify, requests under way finish', async () => {
    const browser = new Browser(house.origin);
    const published = (await keys()).map(({ kid }) => kid);
    const before = await callback(university, browser, person);
    const old = (await redeem(university, before.code, before.verifier)).json.id_token as string;
    const underWay = await silently(university, browser);

    assert.deepEqual(await house.services.signingKeys.rotate(undefined, { force: true }), ['ES256', 'RS256']);
    await Promise.all(house.all.map(({ live }) => live.refresh()));

    const code = underWay.params.get('code')!;
    const fresh = await redeem(university, code, underWay.verifier);
    assert.equal(fresh.status, 200, fresh.text);
    const { kid } = decodeProtectedHeader(fresh.json.id_token);
    assert.notEqual(kid, decodeProtectedHeader(old).kid);
    assert.ok(published.includes(kid));
    const set = createRemoteJWKSet(new URL('/.well-known/jwks.json', house.origin));
    for (const token of [old, fresh.json.id_token as string])
      await jwtVerify(token, set, { issuer: house.origin, audience: university.clientId });
    const hinted = await silently(university, browser, { id_token_hint: old });
    assert.ok(hinted.params.get('code'), hinted.view.url);
    assert.equal((await keys()).length, 6);
  });

  it('documents can be kept for a while and asked for again by their tag', async () => {
    const { headers } = await send(house, '/.well-known/jwks.json');
    assert.match(headers.get('cache-control')!, /max-age=3600/);
    assert.equal(headers.get('access-control-allow-origin'), '*');
    const again = await send(house, '/.well-known/jwks.json', { headers: { 'if-none-match': headers.get('etag')! } });
    assert.equal(again.status, 304);
  });

  describe('E2: whatever host a stranger claims', () => {
    const host = () => new URL(house.origin).host;

    it('a foreign Host, two Hosts, an absolute request line or none are refused', async () => {
      const good = host();
      for (const [line, ...headers] of [
        ['GET /.well-known/openid-configuration HTTP/1.1', 'Host: evil.example'],
        ['GET /.well-known/openid-configuration HTTP/1.1', `Host: ${good}`, 'Host: evil.example'],
        ['GET /.well-known/openid-configuration HTTP/1.1', 'Host: evil.example', `Host: ${good}`],
        ['GET http://evil.example/.well-known/openid-configuration HTTP/1.1', `Host: ${good}`],
        ['GET http://evil.example/.well-known/openid-configuration HTTP/1.1', 'Host: evil.example'],
        ['GET //evil.example/.well-known/openid-configuration HTTP/1.1', `Host: ${good}`],
        ['GET /account HTTP/1.1', `Host: ${good}:evil`],
        ['GET /account HTTP/1.1', `Host: evil.example@${good}`],
        ['GET /account HTTP/1.1', `Host: ${good}.evil.example`],
        ['GET /account HTTP/1.1', 'Host:'],
        ['GET /account HTTP/1.1'],
        ['GET /account HTTP/1.0'],
      ] as string[][]) {
        const answer = await raw([line!, ...headers]);
        assert.doesNotMatch(answer, /evil/, `${line} ${headers.join()}`);
        assert.match(answer, /^HTTP\/1\.1 (400|404|421)/, `${line} ${headers.join()}\n${answer.slice(0, 200)}`);
      }
    });

    it('forwarded headers change no link, no redirect and no document', async () => {
      for (const path of [
        '/.well-known/openid-configuration',
        '/account',
        '/oauth2/auth?client_id=account',
        '/',
        '/x',
      ]) {
        for (const header of [
          'X-Forwarded-Host: evil.example',
          'X-Forwarded-Proto: evil',
          'X-Forwarded-Port: 666',
          'Forwarded: host=evil.example;proto=evil',
          'X-Original-URL: /evil',
          'X-Rewrite-URL: /evil',
          'X-Forwarded-Prefix: /evil',
          'X-HTTP-Method-Override: evil',
        ]) {
          const answer = await raw([`GET ${path} HTTP/1.1`, `Host: ${host()}`, 'Accept: text/html', header]);
          assert.doesNotMatch(answer, /evil|:666/, `${path} ${header}`);
          assert.match(answer, /^HTTP\/1\.1 [234]/, `${path} ${header}`);
        }
      }
    });

    it('probes may come by address', async () => {
      assert.match(await raw(['GET /health/live HTTP/1.1', 'Host: 10.0.0.1']), /^HTTP\/1\.1 200/);
    });

    /** As bytes: no client library would send these. */
    function raw(lines: string[]): Promise<string> {
      return new Promise((resolve, reject) => {
        const socket = connect(Number(new URL(house.direct).port), '127.0.0.1');
        let text = '';
        socket.setEncoding('utf8').on('data', (part: string) => (text += part));
        socket.on('close', () => resolve(text)).on('error', reject);
        socket.end([...lines, 'Connection: close', '', ''].join('\r\n'));
      });
    }
  });
});
