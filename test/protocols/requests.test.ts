import assert from 'node:assert/strict';
import * as client from 'openid-client';
import { House } from '#test/support/house.ts';
import { Browser, has } from '#test/support/browser.ts';
import { Canary } from '#test/support/canary.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { basic, callback, par, post, redeem, userinfo } from '#test/support/protocol.ts';

describe('authorization requests', () => {
  let house: House;
  let person: Person;
  let university: RelyingParty;
  let broker: RelyingParty;

  before(async () => {
    house = await House.open({ instances: 2 });
    person = await settle(house, anna);
    university = await RelyingParty.register(house);
    broker = await RelyingParty.register(house, { redirect_uris: ['https://broker.example/callback'] });
  });
  after(() => house.close());

  const sent = async (rp: RelyingParty, change: (query: URLSearchParams) => void) => {
    const { url } = await rp.request();
    change(url.searchParams);
    return new Browser(house.origin).open(url.href);
  };
  const errorOf = (address: string) => new URL(address).searchParams.get('error');

  describe('A6: proof of the code challenge', () => {
    it('a request without a challenge, with `plain`, or with a wrong one is refused', async () => {
      for (const change of [
        (query: URLSearchParams) => (query.delete('code_challenge'), query.delete('code_challenge_method')),
        (query: URLSearchParams) => query.delete('code_challenge'),
        (query: URLSearchParams) => query.delete('code_challenge_method'),
        (query: URLSearchParams) => query.set('code_challenge_method', 'plain'),
        (query: URLSearchParams) => query.set('code_challenge_method', 'S512'),
        (query: URLSearchParams) => query.set('code_challenge_method', ''),
        (query: URLSearchParams) => query.set('code_challenge', 'short'),
        (query: URLSearchParams) => query.set('code_challenge', ''),
        (query: URLSearchParams) => query.set('code_challenge', '!'.repeat(43)),
        (query: URLSearchParams) => query.append('code_challenge', 'x'.repeat(43)),
      ]) {
        const view = await sent(university, change);
        assert.equal(errorOf(view.url), 'invalid_request', String(change));
      }
    });

    it('a code is refused without the verifier, with a wrong one, and with two; afterwards the right one is late', async () => {
      for (const attempt of ['none', 'wrong', 'two', 'empty']) {
        const { code, verifier } = await callback(university, new Browser(house.origin), person);
        const fields = new URLSearchParams({
          grant_type: 'authorization_code',
          code,
          redirect_uri: university.redirectUri,
        });
        if (attempt === 'wrong') fields.append('code_verifier', 'w'.repeat(43));
        if (attempt === 'empty') fields.append('code_verifier', '');
        if (attempt === 'two') {
          fields.append('code_verifier', verifier);
          fields.append('code_verifier', verifier);
        }
        const { status, json } = await post(house, '/oauth2/token', fields, basic(university));
        assert.equal(status, 400, attempt);
        assert.match(json.error, /^invalid_(grant|request)$/, attempt);
      }
    });

    it('a client exempted by the operator must send a nonce, and a verifier nobody asked for is refused', async () => {
      const old = await RelyingParty.register(house, { pkce: 'exempt' });
      const noChallenge = (query: URLSearchParams) => {
        query.delete('code_challenge');
        query.delete('code_challenge_method');
      };
      assert.ok(has(await sent(old, noChallenge), 'login'));
      const without = await sent(old, (query) => (noChallenge(query), query.delete('nonce')));
      assert.equal(errorOf(without.url), 'invalid_request');
      const request = await old.request();
      noChallenge(request.url.searchParams);
      const browser = new Browser(house.origin);
      let view = await browser.open(request.url.href);
      view = await browser.submit(view, { login: person.login, password: person.password }, { form: 'login-submit' });
      view = await browser.submit(view, {}, { form: 'consent-submit' });
      const code = new URL(view.url).searchParams.get('code')!;
      assert.equal((await redeem(old, code, request.verifier)).json.error, 'invalid_grant');
    });

    it('a public client cannot be exempted', async () => {
      const open = await RelyingParty.register(house, { pkce: 'exempt', token_endpoint_auth_method: 'none' });
      const view = await sent(open, (query) => {
        query.delete('code_challenge');
        query.delete('code_challenge_method');
      });
      assert.equal(errorOf(view.url), 'invalid_request');
    });
  });

  describe('A7: a code stays where it belongs', () => {
    it('another client, another address or another proof gets nothing', async () => {
      const browser = new Browser(house.origin);
      const one = await callback(university, browser, person);
      assert.equal((await redeem(broker, one.code, one.verifier)).json.error, 'invalid_grant');
      assert.equal(
        (await redeem(broker, one.code, one.verifier, { redirect_uri: university.redirectUri })).json.error,
        'invalid_grant',
      );
      const two = await callback(university, browser, person);
      const elsewhere = { redirect_uri: 'https://university.example/other' };
      assert.equal((await redeem(university, two.code, two.verifier, elsewhere)).json.error, 'invalid_grant');
      const three = await callback(broker, browser, person);
      const four = await callback(university, browser, person);
      assert.equal((await redeem(university, four.code, three.verifier)).json.error, 'invalid_grant');
      assert.equal((await redeem(university, 'x'.repeat(43), four.verifier)).json.error, 'invalid_grant');
    });

    it('a code lives a minute', async () => {
      const { code, verifier } = await callback(university, new Browser(house.origin), person);
      house.clock.advance(61_000);
      assert.equal((await redeem(university, code, verifier)).json.error, 'invalid_grant');
    });

    it('the issuer is said in success and in every error', async () => {
      const browser = new Browser(house.origin);
      const good = await callback(university, browser, person);
      assert.equal(good.params.get('iss'), house.origin);
      assert.equal(good.params.get('state'), good.state);
      for (const change of [
        (query: URLSearchParams) => query.set('prompt', 'none'),
        (query: URLSearchParams) => query.set('response_type', 'token'),
        (query: URLSearchParams) => query.delete('code_challenge'),
        (query: URLSearchParams) => query.set('prompt', 'none login'),
        (query: URLSearchParams) => query.set('response_mode', 'unknown'),
      ]) {
        const view = await sent(university, change);
        const searchParams = new URLSearchParams(new URL(view.url.replace('#', '?')).search);
        assert.ok(searchParams.get('error'), `${String(change)} ${view.url}`);
        assert.equal(searchParams.get('iss'), house.origin);
      }
      const discovery = (await (await fetch(`${house.origin}/.well-known/openid-configuration`)).json()) as {
        authorization_response_iss_parameter_supported: boolean;
      };
      assert.equal(discovery.authorization_response_iss_parameter_supported, true);
    });

    it('refusing gives access_denied', async () => {
      const browser = new Browser(house.origin);
      const { url, state } = await university.request();
      const page = await browser.open(url.href);
      const back = await browser.open(`${new URL(page.url).pathname}/abort`);
      const { searchParams } = new URL(back.url);
      assert.deepEqual([searchParams.get('error'), searchParams.get('state')], ['access_denied', state]);
    });
  });

  describe('A8: pushed requests', () => {
    const push = async (rp: RelyingParty, more: Record<string, string> = {}) => {
      const request = await rp.request(more);
      const { status, json } = await post(house, '/oauth2/par', request.url.searchParams, basic(rp));
      return { ...request, status, json, uri: json.request_uri as string };
    };
    const open = (rp: RelyingParty, uri: string, more: Record<string, string> = {}) =>
      new Browser(house.origin).open(
        `/oauth2/auth?${new URLSearchParams({ client_id: rp.clientId, request_uri: uri, ...more })}`,
      );

    it('a pushed request opens the login page and lives 60 to 90 seconds', async () => {
      const { status, json, uri } = await push(university);
      assert.equal(status, 201);
      assert.ok(json.expires_in >= 60 && json.expires_in <= 90);
      assert.ok(has(await open(university, uri), 'login'));
    });

    it('is refused to another client, after its time, unknown, and at the address of a stranger', async () => {
      const canary = await Canary.listen();
      const foreign = await open(broker, (await push(university)).uri);
      assert.ok(has(foreign, 'op-error') && foreign.status === 400, foreign.url);
      const late = await push(university);
      house.clock.advance(91_000);
      const expired = await open(university, late.uri);
      assert.ok(expired.status === 400 && has(expired, 'op-error'));
      for (const uri of [
        'urn:ietf:params:oauth:request_uri:unknown',
        `${canary.origin}/request.jwt`,
        'file:///etc/passwd',
        'urn:x',
        '',
      ]) {
        const view = await open(university, uri);
        assert.ok(!has(view, 'login'), uri);
      }
      const { status } = await post(
        house,
        '/oauth2/par',
        { ...Object.fromEntries((await university.request()).url.searchParams), request_uri: `${canary.origin}/x` },
        basic(university),
      );
      assert.equal(status, 400);
      assert.equal(canary.requests.length, 0);
      await canary.close();
    });

    it('parameters beside it are not believed', async () => {
      const { uri, state } = await push(university);
      const view = await open(university, uri, {
        scope: 'openid snils',
        redirect_uri: 'https://evil.example/',
        state: 'evil',
        prompt: 'none',
      });
      assert.ok(has(view, 'login') || errorOf(view.url));
      assert.doesNotMatch(view.url, /evil/);
      if (!has(view, 'login')) assert.equal(new URL(view.url).searchParams.get('state'), state);
    });

    it('answers once: the second browser, and nine of ten at the end, are refused', async () => {
      const { uri, verifier, state, nonce } = await push(university);
      const browsers = await par(10, async () => {
        const browser = new Browser(house.origin);
        let view = await browser.open(
          `/oauth2/auth?${new URLSearchParams({ client_id: university.clientId, request_uri: uri })}`,
        );
        view = await browser.submit(view, { login: person.login, password: person.password }, { form: 'login-submit' });
        return { browser, view };
      });
      const ends = await Promise.all(
        browsers.map(async ({ browser, view }) =>
          has(view, 'consent-submit') ? browser.submit(view, {}, { form: 'consent-submit' }) : view,
        ),
      );
      const codes = ends.filter(({ url }) => new URL(url).searchParams.get('code'));
      assert.equal(codes.length, 1, ends.map(({ url, status }) => `${status} ${url}`).join('\n'));
      for (const end of ends) assert.ok(end.status < 500);
      const tokens = await university.exchange(codes[0]!.url, { verifier, state, nonce });
      assert.equal((await userinfo(house, tokens)).status, 200);
      assert.ok(!has(await open(university, uri), 'login'));
    });

    it('a client that registered it must push', async () => {
      const strict = await RelyingParty.register(house, { require_pushed_authorization_requests: true });
      assert.equal(errorOf((await sent(strict, () => {})).url), 'invalid_request');
      const url = await client.buildAuthorizationUrlWithPAR(strict.config, {
        redirect_uri: strict.redirectUri,
        scope: 'openid',
        code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
        code_challenge_method: 'S256',
      });
      assert.ok(has(await new Browser(house.origin).open(url.href), 'login'));
    });
  });
});
