import assert from 'node:assert/strict';
import { request } from 'node:http';
import { sql } from 'kysely';
import { House } from '#test/support/house.ts';
import { Browser } from '#test/support/browser.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { basic, post, send } from '#test/support/protocol.ts';

/** The server answered and closed while the test was still sending. */
const CUT = -1;
const SCRIPT = '"><script>alert(1)</script>';
const authorizationParameters = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'prompt',
  'display',
  'code_challenge_method',
  'max_age',
  'ui_locales',
  'id_token_hint',
  'login_hint',
  'acr_values',
  'claims',
  'request',
  'response_mode',
  'request_uri',
  'registration',
  'resource',
  'claims_locales',
  'dpop_jkt',
  'sandbox_person',
];

describe('A5: malformed requests', () => {
  let house: House;
  let university: RelyingParty;
  let good: URLSearchParams;

  before(async () => {
    house = await House.open();
    university = await RelyingParty.register(house);
    good = (await university.request()).url.searchParams;
  });
  after(() => house.close());

  const authorize = (query: string) => new Browser(house.origin).request('GET', `/oauth2/auth?${query}`);
  const rows = async () => {
    const { rows } = await sql<{ n: string }>`select count(*)::text as n from artifacts`.execute(house.services.db);
    return Number(rows[0]!.n);
  };

  it('doubled parameters are refused, and leave no row behind', async () => {
    const before = await rows();
    for (const name of ['client_id', 'scope', 'state', 'response_type', 'redirect_uri', 'nonce', 'code_challenge']) {
      const query = new URLSearchParams(good);
      query.append(name, good.get(name)!);
      const view = await authorize(String(query));
      const location = view.headers.get('location');
      if (location) assert.equal(new URL(location).searchParams.get('error'), 'invalid_request', name);
      else assert.equal(view.status, 400, name);
    }
    assert.equal(await rows(), before);
  });

  it('a script in any parameter never comes back raw, and no parameter makes a fault of ours', async () => {
    for (const name of authorizationParameters) {
      for (const value of [
        SCRIPT,
        '{',
        '[]',
        'null',
        '-1',
        '1e999',
        '%',
        '\u0000',
        '\ud800'.toWellFormed(),
        '\r\nX: y',
      ]) {
        const query = new URLSearchParams(good);
        query.set(name, value);
        const view = await authorize(String(query));
        assert.ok(view.status < 500, `${name}=${value} ${view.status}`);
        assert.doesNotMatch(view.html, /<script>alert/, name);
        assert.equal(view.headers.get('x'), null);
      }
    }
  });

  it('names of the language, NUL, broken UTF-8 and lists are no faults of ours', async () => {
    const base = String(good);
    for (const extra of [
      '__proto__=x',
      '__proto__[admin]=1',
      'constructor=x',
      'toString=x',
      'hasOwnProperty=x',
      'state=%00',
      'state=%ff%fe',
      'state=%',
      'scope[]=openid',
      'client_id[a]=b',
      `${'a'.repeat(500)}=1`,
    ]) {
      const { status } = await authorize(`${base}&${extra}`);
      assert.ok(status < 500, `${extra} ${status}`);
    }
    for (const id of ['__proto__', 'constructor', 'a\u0000b', '\u0000', 'x'.repeat(3000), '%FF']) {
      const { status } = await authorize(
        String(new URLSearchParams([...good].map(([k, v]) => [k, k === 'client_id' ? id : v]))),
      );
      assert.equal(status, 400, JSON.stringify(id).slice(0, 20));
    }
  });

  it('a state of 5,000 characters comes back whole or is refused', async () => {
    const state = 'ы'.repeat(300) + 'x'.repeat(4700);
    const query = new URLSearchParams({ ...Object.fromEntries(good), state, scope: 'openid', prompt: 'none' });
    const view = await authorize(String(query));
    if (view.status === 303) assert.equal(new URL(view.headers.get('location')!).searchParams.get('state'), state);
    else assert.ok(view.status === 400 || view.status === 414);
  });

  it('every endpoint answers every method and content type without a fault of ours', async () => {
    const paths = [
      '/oauth2/auth',
      '/oauth2/token',
      '/oauth2/userinfo',
      '/oauth2/introspect',
      '/oauth2/revoke',
      '/oauth2/par',
      '/oauth2/register',
      '/oauth2/logout',
      '/oauth2/logout/confirm',
      '/oauth2/logout/success',
      '/oauth2/auth/nobody',
      '/.well-known/jwks.json',
      '/.well-known/openid-configuration',
      '/oauth2/unknown',
      '/.well-known/unknown',
      '/',
      '/account',
      '/interaction/x',
      '/interaction/x/sign-in',
      '/language',
      '/registration',
      '/%',
      '/%00',
      '/..%2f',
    ];
    const bodies: [string, string][] = [
      ['application/x-www-form-urlencoded', 'a=1&a=2&__proto__=x&grant_type=constructor'],
      ['application/x-www-form-urlencoded', '%%%&=&&&=\u0000'],
      ['application/json', '{"grant_type":{"a":1},"__proto__":{"a":1},"redirect_uris":{"0":1}}'],
      ['application/json', '{"redirect_uris":['],
      ['application/json', 'null'],
      ['application/json', '[]'],
      ['multipart/form-data; boundary=x', '--x\r\n\r\n--x--'],
      ['text/plain', 'x'],
      ['application/x-www-form-urlencoded; charset=utf-7', 'a=b'],
      ['', 'grant_type=x'],
    ];
    for (const path of paths) {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND']) {
        const status = await plain(method, path);
        assert.ok(status < 500, `${method} ${path} ${status}`);
      }
      for (const [type, body] of bodies) {
        const status = await plain('POST', path, { 'content-type': type }, body);
        assert.ok(status < 500, `POST ${path} ${type} ${body.slice(0, 30)} ${status}`);
      }
    }
  });

  it('the token endpoint refuses JSON, multipart and doubled parameters', async () => {
    const body = JSON.stringify({ grant_type: 'client_credentials' });
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      const headers = { ...basic(university), 'content-type': type };
      const { status, json } = await send(house, '/oauth2/token', { method: 'POST', body, headers });
      assert.equal(status, 400);
      assert.equal(json.error, 'invalid_request');
    }
    const doubled = new URLSearchParams('grant_type=authorization_code&code=a&code=b');
    const answer = await post(house, '/oauth2/token', doubled, basic(university));
    assert.deepEqual([answer.status, answer.json.error], [400, 'invalid_request']);
  });

  it('wrong Authorization headers are refused', async () => {
    for (const authorization of [
      'Basic',
      'Basic !!!',
      'Basic Og==',
      `Basic ${btoa('a:%')}`,
      'Bearer x',
      'Basic a b c',
      '',
    ]) {
      const { status } = await post(house, '/oauth2/token', { grant_type: 'client_credentials' }, { authorization });
      assert.ok(status === 400 || status === 401, `${authorization} ${status}`);
    }
    for (const token of ['x', 'a.b.c', '\u00ff', '..', 'x'.repeat(5000), `${btoa('{"alg":"none"}')}.${btoa('{}')}.`]) {
      const { status } = await send(house, '/oauth2/userinfo', { headers: { authorization: `Bearer ${token}` } });
      assert.ok(status === 400 || status === 401, `${token.slice(0, 10)} ${status}`);
    }
  });

  it('registration refuses metadata of wrong shape', async () => {
    const redirect_uris = ['https://a.example/'];
    for (const metadata of [
      { redirect_uris: 'https://a.example/' },
      { redirect_uris: [1, {}] },
      { redirect_uris, client_name: 'a\u0000b' },
      { redirect_uris, minimum_tier: '__proto__' },
      { redirect_uris, refused_methods: 'mail' },
      { redirect_uris, purpose: { a: 1 } },
      { redirect_uris, jwks: { keys: 'x' } },
      { redirect_uris, jwks_uri: 'file:///etc/passwd' },
      { redirect_uris, backchannel_logout_uri: 'x' },
      { redirect_uris, token_endpoint_auth_method: 'client_secret_jwt' },
      { redirect_uris, response_types: ['token'] },
      { redirect_uris, grant_types: ['password'] },
      { redirect_uris, id_token_signed_response_alg: 'none' },
      { redirect_uris, subject_type: 'other' },
    ]) {
      const headers = { 'content-type': 'application/json' };
      const answer = await send(house, '/oauth2/register', { method: 'POST', body: JSON.stringify(metadata), headers });
      assert.equal(answer.status, 400, `${JSON.stringify(metadata)} ${answer.text}`);
    }
  });

  it('M2: sizes are bounded', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const mega = `a=${'x'.repeat(1_000_000)}`;
    assert.ok([400, 413, CUT].includes(await plain('POST', '/oauth2/token', form, mega)));
    assert.ok([413, CUT].includes(await plain('POST', '/language', form, mega)));
    const fields = Array.from({ length: 10_000 }, (_, i) => `f${i}=1`).join('&');
    for (const path of ['/oauth2/token', '/language']) {
      const status = await plain('POST', path, form, fields);
      assert.ok([400, 403, 413].includes(status), `${path} ${status}`);
    }
    const deep = '['.repeat(20_000) + ']'.repeat(20_000);
    assert.equal(await plain('POST', '/oauth2/register', { 'content-type': 'application/json' }, deep), 400);
    for (const header of ['x-large', 'cookie'])
      assert.ok([431, CUT].includes(await plain('GET', '/', { [header]: `a=${'x'.repeat(100_000)}` })));
    assert.ok([414, 431, CUT].includes(await plain('GET', `/?${'x'.repeat(100_000)}`)));
    for (const path of ['/oauth2/token', '/language']) {
      const status = await plain('POST', path, { ...form, 'content-encoding': 'gzip' }, 'not gzip');
      assert.ok([400, 403, 415].includes(status), `${path} ${status}`);
    }
  });

  /** Straight to an instance: the test's proxy and fetch have manners of their own. */
  function plain(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<number> {
    const { port } = new URL(house.direct);
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port, method, path, headers: { host: new URL(house.origin).host, ...headers } },
        (answer) => {
          answer.resume();
          answer.on('end', () => resolve(answer.statusCode!));
          answer.on('error', () => resolve(answer.statusCode!));
        },
      );
      sent.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EPIPE' || error.code === 'ECONNRESET' ? resolve(CUT) : reject(error),
      );
      sent.end(body);
    });
  }
});
