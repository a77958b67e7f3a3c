import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { adminApi } from '#test/support/admin.ts';
import { Browser } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { anna, settle } from '#test/support/people.ts';
import { basic, par, post, send } from '#test/support/protocol.ts';
import { REDIRECT_URI, RelyingParty } from '#test/support/relying-party.ts';

const gostCertificate = readFileSync(new URL('../support/gost-certificate.pem', import.meta.url), 'utf8');
const university = { client_id: 'UNIVERSITY', client_name: 'Университет', redirect_uris: [REDIRECT_URI] };
const TOKEN = 'Kq3vT8nB5xW2mZ7rY4uP9sD6fG1hJ0lC';

describe('admin API: who may', () => {
  it('K1: nothing without the token, whatever the address and method, and the document alone is open', async () => {
    const house = await House.open({ secrets: { adminToken: TOKEN } });
    try {
      const headers = [
        {},
        { authorization: 'Bearer' },
        { authorization: `Basic ${TOKEN}` },
        { authorization: `Bearer ${TOKEN}x` },
        { authorization: `Bearer ${TOKEN.toLowerCase()}` },
      ];
      for (const [i, header] of headers.entries()) {
        const path = ['clients', 'clients/UNIVERSITY', 'keys', 'health', 'nothing-here'][i]!;
        const answer = await send(house, `/admin/api/v1/${path}`, { headers: header as Record<string, string> });
        assert.equal(answer.status, 401, path);
        assert.equal(answer.json.error, 'unauthorized');
        assert.match(answer.headers.get('www-authenticate')!, /Bearer/);
        assert.equal(answer.headers.get('cache-control'), 'no-store');
      }
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
        assert.ok([401, 429].includes((await send(house, '/admin/api/v1/clients', { method })).status), method);
      assert.equal((await send(house, '/admin/api/v1/openapi.json')).status, 200);
    } finally {
      await house.close();
    }
  });

  it('an address that guesses is not listened to for a minute, right or wrong', async () => {
    const house = await House.open();
    try {
      const statuses = await par(12, async () => (await adminApi(house, 'wrong').get('/clients')).status);
      assert.deepEqual(
        statuses.sort((a, b) => a - b),
        [...Array(10).fill(401), 429, 429],
      );
      const right = await adminApi(house).get('/clients');
      assert.deepEqual([right.status, right.headers.get('retry-after')], [429, '60']);
      house.clock.advance(61_000);
      assert.equal((await adminApi(house).get('/clients')).status, 200);
    } finally {
      await house.close();
    }
  });

  it('without the sandbox the word does not open it, and without ADMIN_TOKEN it is not there', async () => {
    const closed = await House.open({ settings: { sandbox: false } });
    for (const path of ['/clients', '/openapi.json']) assert.equal((await adminApi(closed).get(path)).status, 404);
    assert.equal((await adminApi(closed).post('/clients', university)).status, 404);
    await closed.close();
    const open = await House.open({ settings: { sandbox: false }, secrets: { adminToken: TOKEN } });
    assert.equal((await adminApi(open).get('/clients')).status, 401);
    assert.equal((await adminApi(open, TOKEN).get('/clients')).status, 200);
    await open.close();
  });
});

describe('admin API: clients', () => {
  let house: House;
  let api: ReturnType<typeof adminApi>;

  beforeEach(async () => {
    house = await House.open({ instances: 2 });
    api = adminApi(house);
  });
  afterEach(() => house.close());

  it('a client registered with a chosen name signs people in; its secret is shown once', async () => {
    const created = await api.post('/clients', university);
    assert.equal(created.status, 201);
    assert.equal(created.headers.get('location'), '/admin/api/v1/clients/UNIVERSITY');
    const { client_id, client_name, redirect_uris, minimum_tier, pkce, client_secret } = created.json;
    assert.deepEqual(
      { client_id, client_name, redirect_uris, minimum_tier, pkce },
      { ...university, minimum_tier: 'simplified', pkce: 'required' },
    );
    assert.equal(client_secret.length, 43);
    const shown = await api.get('/clients/UNIVERSITY');
    assert.ok(!shown.text.includes('client_secret"') && !(await api.get('/clients')).text.includes(client_secret));

    const rp = await RelyingParty.known(house, created.json);
    const { tokens } = await rp.signIn(new Browser(house.origin), await settle(house, anna));
    assert.ok(tokens.claims()!.sub);
  });

  it('a name, a secret, both or none may be chosen', async () => {
    const none = await api.post('/clients', { redirect_uris: [REDIRECT_URI] });
    assert.match(none.json.client_id, /^[A-Za-z0-9][A-Za-z0-9_-]{21}$/);
    const chosen = await api.post('/clients', { ...university, client_secret: 'brought-along-0123456789' });
    assert.equal(chosen.json.client_secret, 'brought-along-0123456789');
    const open = await api.post('/clients', { ...university, client_id: 'app', token_endpoint_auth_method: 'none' });
    assert.deepEqual([open.status, open.json.client_secret], [201, undefined]);
    const machine = await api.post('/clients', { client_id: 'machine', grant_types: ['client_credentials'] });
    assert.equal(machine.status, 201, machine.text);
    const token = await post(house, '/oauth2/token', { grant_type: 'client_credentials' }, basicOf(machine.json));
    assert.equal(token.status, 200);
  });

  it('a client of the ESIA dialect needs a certificate and a host alone, GOST or RSA', async () => {
    const esia = { certificates: [gostCertificate], redirect_hosts: ['Localhost:8080', 'https://университет.рф/'] };
    const created = await api.post('/clients', { client_id: 'UNI01', esia });
    assert.equal(created.status, 201, created.text);
    assert.deepEqual(created.json.esia.redirect_hosts, ['localhost:8080', 'xn--b1agajc0ayikbb.xn--p1ai']);
    assert.deepEqual([created.json.esia.profile, created.json.esia.signing], ['lenient', 'any']);
    assert.match(created.json.esia.certificates[0], /^-----BEGIN CERTIFICATE-----\n/);
    const written = { ...created.json, client_secret: undefined };
    assert.equal((await api.put('/clients/UNI01', written)).status, 200, 'what was read can be written');
  });

  it('every shape that is wrong is named at once', async () => {
    const refused = await api.post('/clients', {
      client_id: '!',
      minimum_tier: 1,
      esia: { profile: 'soft' },
      colour: 1,
    });
    assert.deepEqual(Object.keys(refused.json.fields).sort(), ['client_id', 'colour', 'esia.profile', 'minimum_tier']);
  });

  it('of twenty registrations of one name one wins', async () => {
    const answers = await par(20, () => api.post('/clients', university));
    assert.deepEqual(
      answers.map(({ status }) => status).sort((a, b) => a - b),
      [201, ...Array(19).fill(409)],
    );
    const winner = answers.find(({ status }) => status === 201)!;
    const rp = await RelyingParty.known(house, winner.json);
    assert.equal((await post(house, '/oauth2/introspect', { token: 'x' }, basic(rp))).status, 200);
  });

  it('what was changed or removed counts on every instance within the second', async () => {
    const created = await api.post('/clients', university);
    const asks = () =>
      par(4, () =>
        send(
          house,
          `/oauth2/auth?client_id=UNIVERSITY&response_type=code&scope=openid&redirect_uri=${encodeURIComponent('https://new.example/callback')}&code_challenge=${'x'.repeat(43)}&code_challenge_method=S256`,
        ),
      );
    for (const { status } of await asks()) assert.equal(status, 400);
    const changed = await api.put('/clients/UNIVERSITY', {
      ...created.json,
      redirect_uris: ['https://new.example/callback'],
    });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(changed.json.client_secret, undefined, 'the secret stays');
    await sleep(1000);
    for (const { status } of await asks()) assert.equal(status, 303);
    assert.equal((await api.delete('/clients/UNIVERSITY')).status, 204);
    await sleep(1000);
    for (const { status } of await asks()) assert.equal(status, 400);
    assert.equal((await api.get('/clients/UNIVERSITY')).status, 404);
  });

  it('a new secret ends the old one', async () => {
    const created = await api.post('/clients', university);
    const renewed = await api.post('/clients/UNIVERSITY/secret', {});
    assert.notEqual(renewed.json.client_secret, created.json.client_secret);
    await sleep(1000);
    const ask = async ({ json }: typeof created) =>
      (await post(house, '/oauth2/introspect', { token: 'x' }, basicOf(json))).status;
    assert.deepEqual([await ask(created), await ask(renewed)], [401, 200]);
    await api.post('/clients', { ...university, client_id: 'app', token_endpoint_auth_method: 'none' });
    assert.equal((await api.post('/clients/app/secret', {})).json.error, 'secret_not_used');
  });

  it('a change to what somebody else changed meanwhile is refused', async () => {
    const tag = (await api.post('/clients', university)).headers.get('etag')!;
    const first = await api.put('/clients/UNIVERSITY', { ...university, purpose: 'Admission' }, { 'if-match': tag });
    assert.equal(first.status, 200);
    const second = await api.put('/clients/UNIVERSITY', university, { 'if-match': tag });
    assert.deepEqual([second.status, second.json.error], [412, 'changed_meanwhile']);
    assert.equal((await api.delete('/clients/UNIVERSITY', { 'if-match': tag })).status, 412);
  });

  it('lists by pages', async () => {
    for (const id of ['c1', 'c2', 'c3']) await api.post('/clients', { ...university, client_id: id });
    const first = await api.get('/clients?limit=2');
    assert.deepEqual(
      first.json.clients.map((client: { client_id: string }) => client.client_id),
      ['c1', 'c2'],
    );
    const second = await send(house, first.json.next, { headers: api.headers });
    assert.deepEqual(
      second.json.clients.map((client: { client_id: string }) => client.client_id),
      ['c3'],
    );
    assert.equal(second.json.next, undefined);
    for (const limit of ['0', '501', 'all']) assert.equal((await api.get(`/clients?limit=${limit}`)).status, 400);
  });

  it('A5: takes JSON objects alone, and nothing malformed becomes a fault', async () => {
    const raw = (body: string, type = 'application/json') =>
      send(house, '/admin/api/v1/clients', { method: 'POST', body, headers: { ...api.headers, 'content-type': type } });
    for (const body of ['', '[]', '"x"', '{', 'null', '{"client_id":"\\u0000"}', '{"__proto__":{"x":1}}'])
      assert.equal((await raw(body)).status, 400, body);
    assert.equal((await raw('client_id=x', 'application/x-www-form-urlencoded')).status, 415);
    for (const id of ['%00', '%20', '..%2f', 'x'.repeat(300), '%F0%9F%98%80']) {
      assert.equal((await api.get(`/clients/${id}`)).status, 404, id);
      assert.equal((await api.delete(`/clients/${id}`)).status, 404, id);
    }
    assert.equal((await api.get('/clients/%E0%A4%A')).status, 404);
    assert.equal((await send(house, '/admin/api/v1/clients', { method: 'PATCH', headers: api.headers })).status, 405);
  });

  it('K4: every change is in the audit log, in its own transaction', async () => {
    await api.post('/clients', university);
    await api.put('/clients/UNIVERSITY', { ...university, purpose: 'Admission' });
    await api.put('/clients/UNIVERSITY', { ...university, purpose: 'Admission' });
    await api.post('/clients/UNIVERSITY/secret', {});
    await api.delete('/clients/UNIVERSITY');
    const { rows } = await sql<{ event: string; details: object }>`
      select event, details from audit_events where client_id = 'UNIVERSITY' order by id`.execute(house.services.db);
    assert.deepEqual(
      rows.map(({ event }) => event),
      ['client_registered', 'client_changed', 'client_secret_renewed', 'client_removed'],
    );
    assert.deepEqual(rows[1]!.details, { fields: 'purpose' });
  });
});

describe('admin API: what is refused', () => {
  let house: House;
  let api: ReturnType<typeof adminApi>;

  before(async () => {
    house = await House.open();
    api = adminApi(house);
  });
  after(() => house.close());

  for (const [what, wrong, field, words] of [
    ['a name with a space', { client_id: 'my client' }, 'client_id', /A-Z a-z 0-9/],
    ['a name of one letter', { client_id: 'a' }, 'client_id', /2 to 64/],
    ['the name of the account itself', { client_id: 'account' }, 'client_id', /personal account/],
    ['no address', { redirect_uris: [] }, 'redirect_uris', /must contain/],
    ['an address that is none', { redirect_uris: ['/callback'] }, 'redirect_uris', /web uris/],
    ['a fragment', { redirect_uris: ['https://a.example/#x'] }, 'redirect_uris', /fragments/],
    ['a mistyped field', { redirect_uri: 'https://a.example/' }, 'redirect_uri', /did you mean redirect_uris/],
    ['a field we do not know', { favourite_colour: 'red' }, 'favourite_colour', /no such field/],
    ['a tier that is none', { minimum_tier: 'royal' }, 'minimum_tier', /simplified/],
    ['a scope that is none', { scope: 'openid everything' }, 'scope', /supported scope/],
    [
      'two hosts without a sector',
      { redirect_uris: ['https://a.example/', 'https://b.example/'] },
      'sector_identifier_uri',
      /subject_type/,
    ],
    [
      'a key that is private',
      { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }] } },
      'jwks',
      /must not be provided/,
    ],
    ['no key for a client that signs', { token_endpoint_auth_method: 'private_key_jwt' }, 'jwks', /mandatory/],
    ['a short secret', { client_secret: 'short' }, 'client_secret', /16 characters/],
    [
      'a private key for a certificate',
      { esia: { certificates: ['-----BEGIN PRIVATE KEY-----'] } },
      'esia.certificates.0',
      /private key/,
    ],
    ['a certificate that is none', { esia: { certificates: ['hello'] } }, 'esia.certificates.0', /X\.509/],
    ['a host with a path', { esia: { redirect_hosts: ['a.example/x'] } }, 'esia.redirect_hosts.0', /host:port/],
    ['a NUL', { client_name: 'a\u0000b' }, 'client', /control characters/],
  ] as [string, Record<string, unknown>, string, RegExp][]) {
    it(`refuses ${what}, and says where and why`, async () => {
      const refused = await api.post('/clients', { ...university, ...wrong });
      assert.equal(refused.status, 400, refused.text);
      assert.equal(refused.json.error, 'invalid_client_metadata');
      assert.ok(refused.json.message);
      assert.match(refused.json.fields[field] ?? refused.text, words);
      assert.deepEqual((await api.get('/clients')).json.clients, []);
    });
  }
});

describe('admin API: the register as a file says', () => {
  let house: House;
  let api: ReturnType<typeof adminApi>;
  const broker = { client_id: 'BROKER', redirect_uris: ['https://broker.example/callback'] };

  beforeEach(async () => {
    house = await House.open({ instances: 2 });
    api = adminApi(house);
  });
  afterEach(() => house.close());

  const plan = async (clients: object[], prune = false) => api.put('/clients?dry_run=true', { clients, prune });
  const apply = async (clients: object[], tag: string, prune = false) =>
    api.put('/clients', { clients, prune }, { 'if-match': tag });
  const applied = async (clients: object[], prune = false) =>
    apply(clients, (await plan(clients, prune)).json.tag, prune);
  const ids = async () =>
    (await api.get('/clients')).json.clients.map((client: { client_id: string }) => client.client_id);

  it('A4: a plan says what would happen and does nothing; applying does just that', async () => {
    const first = await applied([university, broker]);
    assert.deepEqual(
      [first.status, first.json.version, Object.keys(first.json.secrets)],
      [200, 1, ['UNIVERSITY', 'BROKER']],
    );
    const planned = await plan([{ ...university, minimum_tier: 'confirmed' }]);
    assert.deepEqual(planned.json.changes, [
      { client_id: 'UNIVERSITY', action: 'change', fields: { minimum_tier: { from: 'simplified', to: 'confirmed' } } },
    ]);
    assert.equal((await api.get('/clients/UNIVERSITY')).json.minimum_tier, 'simplified');
    const pruned = await plan([university], true);
    assert.deepEqual(
      pruned.json.changes.map(({ client_id, action }: Record<string, string>) => [client_id, action]),
      [['BROKER', 'remove']],
    );
    const again = await applied([university, broker]);
    assert.deepEqual([again.json.changes, again.json.version], [[], null]);
  });

  it('A4: all or nothing: one wrong client, and none is written', async () => {
    const { tag } = (await plan([])).json;
    const refused = await apply(
      [broker, { ...university, redirect_uris: ['nowhere'], client_secret: 'x'.repeat(20) }, broker],
      tag,
    );
    assert.equal(refused.status, 400);
    assert.deepEqual(Object.keys(refused.json.fields).sort(), [
      'clients.1.client_secret',
      'clients.1.redirect_uris',
      'clients.2.client_id',
    ]);
    assert.deepEqual(await ids(), []);
    assert.deepEqual((await api.get('/client-versions')).json.versions, []);
  });

  it('A4: refused without a plan, and when something changed since the plan', async () => {
    assert.equal((await api.put('/clients', { clients: [university] })).json.error, 'if_match_required');
    const { tag } = (await plan([university])).json;
    await api.post('/clients', broker);
    const late = await apply([university], tag);
    assert.deepEqual([late.status, late.json.error], [412, 'changed_meanwhile']);
    assert.deepEqual(await ids(), ['BROKER']);
  });

  it('of ten that apply the same plan at once one wins', async () => {
    const { tag } = (await plan([university])).json;
    const answers = await par(10, (i) => apply([{ ...university, client_name: `Name ${i}` }], tag));
    assert.deepEqual(
      answers.map(({ status }) => status).sort((a, b) => a - b),
      [200, ...Array(9).fill(412)],
    );
    assert.equal((await api.get('/client-versions')).json.versions.length, 1);
  });

  it('a client that registers itself while a file is applied is neither lost nor waited for in vain', async () => {
    const { tag } = (await plan([university, broker])).json;
    const [done, own] = await Promise.all([apply([university, broker], tag), RelyingParty.register(house)]);
    assert.ok([200, 412].includes(done.status));
    assert.ok((await ids()).includes(own.clientId));
  });

  it('A4: rolls back to a version; a removed client comes back with its own secret', async () => {
    const secret = (await applied([university, broker])).json.secrets.BROKER;
    await applied([{ ...university, purpose: 'Admission' }], true);
    await api.post('/clients', { ...broker, client_id: 'OTHER' });
    assert.deepEqual(await ids(), ['OTHER', 'UNIVERSITY']);
    const planned = await api.post('/client-rollbacks?dry_run=true', { version: 1 });
    assert.deepEqual(
      planned.json.changes.map(({ client_id, action }: Record<string, string>) => [client_id, action]).sort(),
      [
        ['BROKER', 'add'],
        ['UNIVERSITY', 'change'],
      ],
    );
    const done = await api.post('/client-rollbacks', { version: 1 }, { 'if-match': planned.json.tag });
    assert.deepEqual([done.status, done.json.version, done.json.secrets], [200, 3, {}]);
    assert.deepEqual(await ids(), ['BROKER', 'OTHER', 'UNIVERSITY'], 'what others registered stays');
    assert.equal((await api.get('/clients/UNIVERSITY')).json.purpose, '');
    const known = basicOf({ client_id: 'BROKER', client_secret: secret });
    assert.equal((await post(house, '/oauth2/introspect', { token: 'x' }, known)).status, 200);

    const forward = await api.post('/client-rollbacks?dry_run=true', { version: 2 });
    await api.post('/client-rollbacks', { version: 2 }, { 'if-match': forward.json.tag });
    assert.deepEqual(await ids(), ['OTHER', 'UNIVERSITY'], 'a rollback can be rolled back');
    const versions = (await api.get('/client-versions')).json.versions;
    assert.deepEqual(
      versions.map(({ version, rolled_back_to }: Record<string, number>) => [version, rolled_back_to]),
      [
        [4, 2],
        [3, 1],
        [2, null],
        [1, null],
      ],
    );
    assert.equal(
      (await api.post('/client-rollbacks', { version: 99 }, { 'if-match': 'x' })).json.error,
      'version_not_found',
    );
  });

  it('L3: a removed secret lies encrypted in the version', async () => {
    const secret = (await applied([broker])).json.secrets.BROKER;
    await applied([], true);
    const { rows } = await sql<{ row: string }>`select v::text as row from client_versions v`.execute(
      house.services.db,
    );
    const all = rows.map(({ row }) => row).join();
    assert.ok(!all.includes(secret) && !all.includes(Buffer.from(secret).toString('base64')));
  });
});

describe('admin API: keys and health', () => {
  let house: House;
  let api: ReturnType<typeof adminApi>;

  beforeEach(async () => {
    house = await House.open();
    api = adminApi(house);
  });
  afterEach(() => house.close());

  it('O4: lists keys without anything private, and A5: rotates without a restart', async () => {
    const before = await api.get('/keys');
    assert.equal(before.json.keys.length, 4);
    assert.ok(!/"d"|private|"k"|PEM/.test(before.text));
    const rotated = await api.post('/keys/rotations', {});
    assert.deepEqual([rotated.status, rotated.json.rotated], [201, ['ES256', 'RS256']]);
    const next = before.json.keys.find(
      (key: { alg: string; status: string }) => key.alg === 'ES256' && key.status === 'next',
    );
    const current = rotated.json.keys.find(
      (key: { alg: string; status: string }) => key.alg === 'ES256' && key.status === 'current',
    );
    assert.equal(current.kid, next.kid);
    const published = await send(house, '/.well-known/jwks.json');
    assert.equal(published.json.keys.length, 6);
  });

  it('O1: a key that caches cannot know yet is not put to use, unless one may have leaked', async () => {
    await api.post('/keys/rotations', {});
    const early = await api.post('/keys/rotations', {});
    assert.deepEqual([early.status, early.json.error], [409, 'key_too_new']);
    house.clock.advance(2 * 3600_000);
    assert.equal((await api.post('/keys/rotations', { alg: 'ES256' })).status, 201);
    assert.equal((await api.post('/keys/rotations', { alg: 'ES256' })).status, 409);
    assert.equal((await api.post('/keys/rotations', { alg: 'ES256', force: true })).status, 201);
    assert.equal((await api.post('/keys/rotations', { alg: 'HS256' })).status, 400);
  });

  it('says how it is', async () => {
    const { status, json } = await api.get('/health');
    assert.equal(status, 200);
    assert.deepEqual([json.status, json.database, json.sandbox, json.issuer], ['ok', 'ok', true, house.origin]);
    assert.ok(Math.abs(new Date(json.now).getTime() - Date.now()) < 5000);
  });

  it('the OpenAPI document names every route, from the schemas that requests are read with', async () => {
    const { json } = await send(house, '/admin/api/v1/openapi.json');
    assert.equal(json.openapi, '3.1.0');
    const routes = Object.entries(json.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method} ${path}`),
    );
    assert.deepEqual(routes.sort(), [
      'delete /clients/{client_id}', 'delete /operators/{id}', 'get /audit/chain', 'get /audit/events', 'get /client-versions', 'get /clients',
      'get /clients/{client_id}', 'get /health', 'get /keys', 'get /operators', 'post /client-rollbacks', 'post /clients', 'post /clients/{client_id}/secret', 'post /keys/rotations',
      'post /operators', 'put /clients', 'put /clients/{client_id}',
    ]); // prettier-ignore
    const { properties } = json.components.schemas.NewClient;
    assert.ok(properties.redirect_uris && properties.minimum_tier && properties.esia);
    for (const [, reference] of JSON.stringify(json).matchAll(/"#\/components\/schemas\/(\w+)"/g))
      assert.ok(json.components.schemas[reference!], reference);
  });
});

function basicOf({ client_id, client_secret }: Record<string, any>): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` };
}
