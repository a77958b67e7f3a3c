import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { gostCurve, gostCurveOids } from '#src/platform/signatures/gost-curves.ts';
import { streebog256 } from '#src/platform/signatures/streebog.ts';
import { Browser, has } from '#test/support/browser.ts';
import {
  authorizationFields,
  cms,
  gostSigner,
  messages,
  registerEsia,
  RETURN_URL,
  rsaSigner,
  sealed,
  sealings,
  type Fields,
  type Seal,
} from '#test/support/esia-client.ts';
import { House } from '#test/support/house.ts';
import { anna, boris, settle, type Person } from '#test/support/people.ts';
import { post, send, type Answer } from '#test/support/protocol.ts';

const rsa = rsaSigner();
const sha1 = rsaSigner('Old RSA client', 'sha1');
const gost = gostSigner();
const byRsa = sealings.cms(rsa, messages.v1);

/** The acceptance list of the dialect, by its paragraphs. */
describe('the ESIA dialect', () => {
  let house: House;
  let person: Person;
  let oid: number;
  let simplified: Person;

  before(async () => {
    house = await House.open({ settings: { passwords: { guessesPerAddressPerMinute: 10_000 } } });
    person = await settle(house, {
      ...anna,
      profile: { ...anna.profile, address: { locality: 'Москва', street_address: 'Тверская, 1' } },
    });
    simplified = await settle(house, boris);
    oid = (await house.services.accounts.find(person.id))!.oid;
    const certificates = [rsa.certificate, sha1.certificate, gost.certificate];
    await registerEsia(house, 'PORTAL', { certificates });
    await registerEsia(house, 'STRICT', { certificates, profile: 'strict' });
    await registerEsia(house, 'GOSTONLY', { certificates, signing: 'gost' });
    await registerEsia(house, 'GOSTMARKERS', { certificates, marker_signing: 'GOST3410_2012_256' });
    await registerEsia(house, 'NARROW', { certificates }, { scope: 'openid fullname' });
    await registerEsia(house, 'HIGH', { certificates }, { minimum_tier: 'confirmed' });
  });
  after(() => house.close());
  afterEach(() => house.clock.reset());

  function ask(path: string, fields: Fields, method = 'GET'): Promise<Answer> {
    if (method === 'GET') return send(house, `${path}?${new URLSearchParams(fields)}`);
    return post(house, path, fields);
  }

  /** Accepted requests go on to the provider, refused ones back to the client. */
  async function accepted(path: string, seal: Seal, { client = 'PORTAL', ...more }: Fields = {}): Promise<string> {
    const answer = await ask(path, sealed(authorizationFields(house, client, more), seal));
    const location = answer.headers.get('location') ?? answer.text.slice(0, 200);
    return location.startsWith('/oauth2/auth?')
      ? 'accepted'
      : new URL(location, house.origin).searchParams.get('error_description')!;
  }

  async function signIn(
    client: string,
    seal: Seal,
    { path = '/aas/oauth2/ac', who = person, ...more }: Record<string, any> = {},
  ): Promise<URL> {
    const browser: Browser = more.browser ?? new Browser(house.origin);
    delete more.browser;
    let view = await browser.open(
      `${path}?${new URLSearchParams(sealed(authorizationFields(house, client, more), seal))}`,
    );
    if (has(view, 'login-submit')) view = await browser.submit(view, who, { form: 'login-submit' });
    if (has(view, 'consent-submit')) view = await browser.submit(view, {}, { form: 'consent-submit' });
    return new URL(view.url);
  }

  function tokenFields(client: string, more: Fields): Fields {
    const { response_type: _, access_type: __, ...rest } = authorizationFields(house, client);
    return { ...rest, grant_type: 'authorization_code', token_type: 'Bearer', ...more };
  }

  async function tokens(client = 'PORTAL', more: Fields = {}): Promise<Answer> {
    const back = await signIn(client, byRsa, more);
    return post(house, '/aas/oauth2/te', sealed(tokenFields(client, { code: back.searchParams.get('code')! }), byRsa));
  }

  const errorOf = ({ json }: Answer) => String(json.error_description).slice(0, 11);
  const rs = (path: string, marker: string) => send(house, path, { headers: { authorization: `Bearer ${marker}` } });

  describe('§9.1 addresses', () => {
    for (const path of ['/aas/oauth2/ac', '/aas/oauth2/v2/ac', '/aas/oauth2/v3/ac'])
      for (const method of ['GET', 'POST'])
        it(`${method} ${path}`, async () => {
          const answer = await ask(path, sealed(authorizationFields(house, 'PORTAL'), byRsa), method);
          assert.match(answer.headers.get('location')!, /^\/oauth2\/auth\?/);
        });
    for (const path of ['/aas/oauth2/te', '/aas/oauth2/v2/te', '/aas/oauth2/v3/te'])
      it(`POST ${path}, everything in the query`, async () => {
        const fields = sealed(
          tokenFields('PORTAL', { grant_type: 'client_credentials', scope: 'org_shortname?org_oid=1' }),
          byRsa,
        );
        const answer = await send(house, `${path}?${new URLSearchParams(fields)}`, { method: 'POST' });
        assert.equal(answer.status, 200, answer.text);
      });
    it('part in the query and part in the form', async () => {
      const { client_id, ...rest } = sealed(authorizationFields(house, 'PORTAL'), byRsa);
      const answer = await post(house, `/aas/oauth2/ac?client_id=${client_id}`, rest);
      assert.match(answer.headers.get('location')!, /^\/oauth2\/auth\?/);
    });
  });

  describe('§9.2 signature forms and message orders', () => {
    const cases: [string, string, Seal, Fields?][] = [
      ['CMS over the v1 order at v1', '/aas/oauth2/ac', byRsa],
      ['CMS over the v1 order at v2', '/aas/oauth2/v2/ac', byRsa],
      ['CMS over the v2 order at v2', '/aas/oauth2/v2/ac', sealings.cms(rsa, messages.v2)],
      ['raw GOST over the v2 order', '/aas/oauth2/v2/ac', sealings.raw(gost, messages.v2)],
      [
        'raw GOST with scope_org',
        '/aas/oauth2/v2/ac',
        sealings.raw(gost, messages.v2),
        { scope_org: 'org_inn?org_oid=7' },
      ],
      [
        'raw GOST without the scope_org that is sent',
        '/aas/oauth2/v2/ac',
        sealings.raw(gost, messages.v3system),
        { scope_org: 'org_inn?org_oid=8' },
      ],
      [
        'raw GOST, bytes reversed as CryptoPro gives them',
        '/aas/oauth2/v2/ac',
        (p) =>
          gost
            .sign(Buffer.from(messages.v2(p)))
            .reverse()
            .toString('base64url'),
      ],
      ['raw RSA over the v2 order', '/aas/oauth2/v2/ac', sealings.raw(rsa, messages.v2)],
      ['raw GOST over the v1 order at v1', '/aas/oauth2/ac', sealings.raw(gost, messages.v1)],
    ];
    for (const [name, path, seal, more] of cases)
      it(name, async () => assert.equal(await accepted(path, seal, more), 'accepted'));

    for (const [name, order] of [
      ['ILI', messages.v2],
      ['AIS', messages.v3refresh],
      ['v1', messages.v1],
    ] as const)
      it(`refresh by the order of ${name}`, async () => {
        const refresh_token = (await tokens()).json.refresh_token as string;
        const fields = tokenFields('PORTAL', { grant_type: 'refresh_token', refresh_token });
        const answer = await post(house, '/aas/oauth2/v3/te', sealed(fields, sealings.raw(gost, order)));
        assert.equal(answer.status, 200, answer.text);
        assert.notEqual(answer.json.refresh_token, refresh_token);
        const again = sealed({ ...fields, state: 'another', timestamp: fields.timestamp! }, sealings.raw(gost, order));
        assert.equal(errorOf(await post(house, '/aas/oauth2/v3/te', again)), 'ESIA-007011');
      });
  });

  describe('§9.2, §9.4 every GOST parameter set', () => {
    for (const [at, oid] of gostCurveOids().entries())
      it(`${gostCurve(oid)!.name} (${oid}): container at v1, raw at v2, and neither with a bit changed`, async () => {
        const signer = gostSigner(`GOST ${oid}`, oid);
        const client = `GOST${at}`;
        await registerEsia(house, client, { certificates: [signer.certificate] });
        const forms = [
          ['/aas/oauth2/ac', sealings.cms(signer, messages.v1)],
          ['/aas/oauth2/v2/ac', sealings.raw(signer, messages.v2)],
        ] as const;
        for (const [path, seal] of forms) {
          assert.equal(await accepted(path, seal, { client }), 'accepted');
          assert.match(await accepted(path, (fields) => withBitChanged(seal(fields)), { client }), /^ESIA-007/);
        }
      });
  });

  describe('§9.3 base64', () => {
    const standard: Seal = (p) => cms(rsa, messages.v1(p)).toString('base64');
    const forms: [string, (text: string) => string][] = [
      ['standard, padded', (text) => text],
      ['url-safe, padded', (text) => text.replaceAll('+', '-').replaceAll('/', '_')],
      ['url-safe, bare', (text) => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')],
      ['spaces for unescaped plus', (text) => text.replaceAll('+', ' ')],
      [
        'the number of pads as a last digit',
        (text) =>
          text
            .replaceAll('+', '-')
            .replaceAll('/', '_')
            .replace(/=*$/, (pads) => String(pads.length)),
      ],
      ['lines', (text) => text.replaceAll(/.{64}/g, '$&\n')],
    ];
    for (const [name, form] of forms)
      it(name, async () => assert.equal(await accepted('/aas/oauth2/ac', (p) => form(standard(p))), 'accepted'));
    it('bytes after the container', async () => {
      const seal: Seal = (p) =>
        Buffer.concat([cms(rsa, messages.v1(p)), Buffer.from('trailing')]).toString('base64url');
      assert.equal(await accepted('/aas/oauth2/ac', seal), 'accepted');
    });
  });

  describe('§9.4 CMS', () => {
    for (const [name, signer] of [
      ['RSA SHA-256', rsa],
      ['RSA SHA-1', sha1],
      ['GOST Streebog-256', gost],
    ] as const)
      for (const isAttached of [false, true])
        for (const hasAttributes of [false, true])
          it(`${name}, ${isAttached ? 'attached' : 'detached'}, ${hasAttributes ? 'with' : 'without'} signed attributes`, async () =>
            assert.equal(
              await accepted('/aas/oauth2/ac', sealings.cms(signer, messages.v1, { isAttached, hasAttributes })),
              'accepted',
            ));
    it('of a certificate that is not registered is refused', async () =>
      assert.match(await accepted('/aas/oauth2/ac', sealings.cms(rsaSigner('Stranger'), messages.v1)), /^ESIA-007002/));
    it('over another message is refused', async () =>
      assert.match(
        await accepted('/aas/oauth2/ac', () => cms(rsa, 'something else').toString('base64url')),
        /^ESIA-007005/,
      ));
    it('tampered anywhere is refused', async () => {
      for (const at of [0.3, 0.7, 0.98]) {
        const seal: Seal = (p) => {
          const bytes = cms(rsa, messages.v1(p));
          bytes[Math.floor(bytes.length * at)]! ^= 1;
          return bytes.toString('base64url');
        };
        assert.match(await accepted('/aas/oauth2/ac', seal), /^ESIA-00700[25]/);
      }
    });
  });

  describe('§9.5 client_certificate_hash', () => {
    const hashes: [string, string, RegExp][] = [
      ['Streebog-256', streebog256(gost.der).toString('hex').toUpperCase(), /^accepted$/],
      [
        'SHA-256 in lower case with colons',
        createHash('sha256')
          .update(gost.der)
          .digest('hex')
          .replaceAll(/..(?!$)/g, '$&:'),
        /^accepted$/,
      ],
      ['SHA-1', createHash('sha1').update(gost.der).digest('hex'), /^ESIA-007053/],
      ['of the PEM file', createHash('sha256').update(gost.certificate).digest('hex'), /^ESIA-007053/],
      ['of another certificate', 'A'.repeat(64), /^ESIA-007053/],
    ];
    for (const [name, client_certificate_hash, expected] of hashes)
      it(name, async () =>
        assert.match(
          await accepted('/aas/oauth2/v2/ac', sealings.raw(gost, messages.v2), { client_certificate_hash }),
          expected,
        ),
      );
    it('is looked at on v2 and v3 alone', async () =>
      assert.equal(await accepted('/aas/oauth2/ac', byRsa, { client_certificate_hash: 'nonsense' }), 'accepted'));
    it('must be there in the strict profile', async () =>
      assert.match(
        await accepted('/aas/oauth2/v2/ac', sealings.raw(gost, messages.v2), { client: 'STRICT' }),
        /^ESIA-007014.*\[client_certificate_hash\]\.$/,
      ));
  });

  describe('§9.6 redirect_uri', () => {
    it('is compared by host, and keeps its own query', async () => {
      const back = await signIn('PORTAL', byRsa, {
        redirect_uri: 'https://client.example/other/path?keep=1',
        state: 'kept',
      });
      assert.match(back.href, /^https:\/\/client\.example\/other\/path\?keep=1&code=[^&]+&state=kept$/);
    });
    it('may differ in path and query at the token endpoint', async () => {
      const back = await signIn('PORTAL', byRsa);
      const fields = tokenFields('PORTAL', {
        code: back.searchParams.get('code')!,
        redirect_uri: `${back.href}#x`.replace('#x', ''),
      });
      assert.equal((await post(house, '/aas/oauth2/te', sealed(fields, byRsa))).status, 200);
    });
    it('may not be of another host there', async () => {
      const back = await signIn('PORTAL', byRsa);
      const fields = tokenFields('PORTAL', {
        code: back.searchParams.get('code')!,
        redirect_uri: 'https://other.example/',
      });
      assert.equal(errorOf(await post(house, '/aas/oauth2/te', sealed(fields, byRsa))), 'ESIA-007011');
    });
    for (const redirect_uri of [
      'https://evil.example/',
      'https://client.example.evil.example/',
      'https://client.example@evil.example/',
      'javascript:alert(1)',
      'https://evil.example\\@client.example/',
      '//client.example/',
      '',
    ])
      it(`${redirect_uri || 'nothing'} shows a page and goes nowhere`, async () => {
        const answer = await ask(
          '/aas/oauth2/ac',
          sealed(authorizationFields(house, 'PORTAL', { redirect_uri }), byRsa),
        );
        assert.equal(answer.status, 400);
        assert.equal(answer.headers.get('location'), null);
      });
  });

  describe('§9.7 what is ignored', () => {
    it('permissions that are empty or null, an empty scope_org, stray parameters of other frameworks', async () => {
      for (const permissions of ['', 'bnVsbA', 'W10'])
        assert.equal(
          await accepted('/aas/oauth2/v2/ac', sealings.raw(gost, messages.v2), {
            permissions,
            scope_org: '',
            nonce: 'n',
            response_mode: 'form_post',
            'x-client-SKU': 'ID_NET8_0',
            approval_prompt: 'auto',
            display: 'popup',
          }),
          'accepted',
        );
    });
    it('refresh_token, response_type at the token endpoint', async () => {
      const back = await signIn('PORTAL', byRsa);
      const fields = tokenFields('PORTAL', {
        code: back.searchParams.get('code')!,
        refresh_token: 'the-state',
        response_type: 'token',
      });
      assert.equal((await post(house, '/aas/oauth2/te', sealed(fields, byRsa))).status, 200);
    });
  });

  describe('§9.8 the answer of the token endpoint', () => {
    it('has all six members, numbers as numbers, and the state of this request', async () => {
      const { json, headers } = await tokens();
      assert.equal(headers.get('content-type'), 'application/json;charset=UTF-8');
      assert.deepEqual(Object.keys(json).sort(), [
        'access_token',
        'expires_in',
        'id_token',
        'refresh_token',
        'state',
        'token_type',
      ]);
      assert.equal(json.expires_in, 3600);
      assert.equal(json.token_type, 'Bearer');
      assert.match(
        json.refresh_token as string,
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      assert.match(json.state as string, /^[0-9a-f-]{36}$/);
    });
    it('comes once for a code; the second use ends what the first one gave', async () => {
      const back = await signIn('PORTAL', byRsa);
      const code = back.searchParams.get('code')!;
      const first = await post(house, '/aas/oauth2/te', sealed(tokenFields('PORTAL', { code }), byRsa));
      assert.equal((await rs(`/rs/prns/${oid}`, first.json.access_token)).status, 200);
      assert.equal(
        errorOf(await post(house, '/aas/oauth2/te', sealed(tokenFields('PORTAL', { code }), byRsa))),
        'ESIA-007011',
      );
      assert.equal((await rs(`/rs/prns/${oid}`, first.json.access_token)).json.code, 'ESIA-005011');
    });
    it('is not for another client, nor for an altered code', async () => {
      const code = (await signIn('PORTAL', byRsa)).searchParams.get('code')!;
      assert.equal(
        errorOf(await post(house, '/aas/oauth2/te', sealed(tokenFields('NARROW', { code }), byRsa))),
        'ESIA-007011',
      );
      const altered = `${code.slice(0, -3)}AAA`;
      assert.equal(
        errorOf(await post(house, '/aas/oauth2/te', sealed(tokenFields('PORTAL', { code: altered }), byRsa))),
        'ESIA-007011',
      );
    });
    it('holds the client to its code_challenge', async () => {
      const verifier = 'v'.repeat(43);
      const code_challenge = createHash('sha256').update(verifier).digest('base64url');
      const code = (await signIn('PORTAL', byRsa, { code_challenge, code_challenge_method: 'S256' })).searchParams.get(
        'code',
      )!;
      const wrong = tokenFields('PORTAL', { code, code_verifier: 'w'.repeat(43) });
      assert.equal(errorOf(await post(house, '/aas/oauth2/te', sealed(wrong, byRsa))), 'ESIA-007040');
      const right = tokenFields('PORTAL', { code, code_verifier: verifier });
      assert.equal((await post(house, '/aas/oauth2/te', sealed(right, byRsa))).status, 200);
    });
  });

  describe('§9.9 markers', () => {
    it('carry the issuer, the header and the numbers that libraries compare', async () => {
      const { json } = await tokens();
      const [accessHeader, access] = decode(json.access_token);
      assert.deepEqual(accessHeader, { ver: 1, typ: 'JWT', sbt: 'access', alg: 'RS256' });
      assert.equal(access.iss, 'http://esia.gosuslugi.ru/');
      assert.equal(access['urn:esia:sbj_id'], oid);
      assert.equal(access.client_id, 'PORTAL');
      assert.equal(access.exp - access.iat, 3600);
      const [idHeader, id] = decode(json.id_token);
      assert.deepEqual(idHeader, { ver: 0, typ: 'JWT', sbt: 'id', alg: 'RS256' });
      assert.equal(id.sub, oid);
      assert.equal(id.aud, 'PORTAL');
      assert.equal(id.amr, 'PWD');
      assert.equal(id['urn:esia:sbj']['urn:esia:sbj:oid'], oid);
      assert.equal(id['urn:esia:sbj']['urn:esia:sbj:is_tru'], true);
      assert.equal(id['urn:esia:sid'], access['urn:esia:sid']);
      assert.equal('nonce' in id, false);
    });
    it('leave is_tru out for a person who is not confirmed', async () => {
      const back = await signIn('PORTAL', byRsa, { who: simplified });
      const fields = tokenFields('PORTAL', { code: back.searchParams.get('code')! });
      const { json } = await post(house, '/aas/oauth2/te', sealed(fields, byRsa));
      assert.equal('urn:esia:sbj:is_tru' in decode(json.id_token)[1]['urn:esia:sbj'], false);
    });
    it('are signed with GOST for a client that asks for it, checked with the published certificate', async () => {
      const { json, text } = await tokens('GOSTMARKERS');
      assert.ok(json.access_token, text);
      assert.equal(decode(json.access_token)[0].alg, 'GOST3410_2012_256');
      const { readCertificate } = await import('#src/platform/signatures/certificate.ts');
      const { verifyGost } = await import('#src/platform/signatures/gost-signature.ts');
      const read = readCertificate(Buffer.from((await send(house, '/public/esia-gost.pem')).text));
      assert.ok(read.ok);
      const [header, payload, signature] = (json.access_token as string).split('.');
      const digest = streebog256(Buffer.from(`${header}.${payload}`));
      assert.equal(verifyGost(read.certificate.publicKey, digest, Buffer.from(signature!, 'base64url')), true);
      assert.equal((await rs(`/rs/prns/${oid}`, json.access_token)).status, 200);
    });
    it('are checked with the published RSA certificate', async () => {
      const { X509Certificate, verify } = await import('node:crypto');
      const { json } = await tokens();
      const certificate = new X509Certificate((await send(house, '/public/esia.crt')).text);
      const [header, payload, signature] = (json.id_token as string).split('.');
      assert.ok(certificate.verify(certificate.publicKey));
      assert.ok(
        verify(
          'sha256',
          Buffer.from(`${header}.${payload}`),
          certificate.publicKey,
          Buffer.from(signature!, 'base64url'),
        ),
      );
    });
  });

  describe('§9.10 scopes', () => {
    it('carry ?oid=, openid is bare, organisations keep theirs', async () => {
      const { json } = await tokens('PORTAL', {
        scope: 'openid fullname http://esia.gosuslugi.ru/usr_inf org_inn?org_oid=12',
      });
      assert.equal(
        decode(json.access_token)[1].scope,
        `openid fullname?oid=${oid} usr_inf?oid=${oid} org_inn?org_oid=12`,
      );
    });
    it('outside of the registration are refused', async () =>
      assert.equal(
        await accepted('/aas/oauth2/ac', byRsa, { client: 'NARROW', scope: 'openid snils' }),
        'ESIA-007019: OAuthErrorEnum.noGrants',
      ));
    it('that nobody knows are passed over, and refused in the strict profile', async () => {
      assert.equal(await accepted('/aas/oauth2/ac', byRsa, { scope: 'openid invented' }), 'accepted');
      assert.match(
        await accepted('/aas/oauth2/ac', byRsa, { client: 'STRICT', scope: 'openid invented' }),
        /^ESIA-007006/,
      );
      assert.match(await accepted('/aas/oauth2/ac', byRsa, { scope: 'invented' }), /^ESIA-007006/);
    });
  });

  describe('§9.11 resources', () => {
    let marker: string;
    before(
      async () =>
        void (marker = (
          await tokens('PORTAL', { scope: 'openid fullname snils id_doc contacts addresses usr_org vehicles' })
        ).json.access_token),
    );

    const same = (paths: () => string[]) => async () => {
      const answers = await Promise.all(paths().map((path) => rs(path, marker)));
      for (const { status, json } of answers) {
        assert.equal(status, 200);
        assert.deepEqual(json, answers[0]!.json);
      }
    };
    it(
      'collapses slashes, allows a trailing one and encoded brackets',
      same(() => [
        `/rs/prns/${oid}/docs?embed=(elements)`,
        `/rs/prns//${oid}/docs/?embed=(elements)`,
        `/rs/prns/${oid}//docs?embed=%28elements%29`,
        `${house.origin}//rs/prns/${oid}/docs?embed=(elements-1)`,
      ]),
    );
    it(
      'answers the person with and without a slash, and with an embed of no effect',
      same(() => [`/rs/prns/${oid}`, `/rs/prns/${oid}/`, `/rs/prns/${oid}?embed=(elements)`]),
    );
    it('lists elements by absolute addresses that answer', async () => {
      const { json, headers } = await rs(`/rs/prns/${oid}/ctts`, marker);
      assert.equal(json.size, 2);
      assert.deepEqual(json.stateFacts, ['hasSize']);
      assert.equal(headers.get('location'), null);
      for (const address of json.elements as string[]) {
        assert.ok(address.startsWith(`${house.origin}/rs/prns/${oid}/ctts/`));
        assert.match((await rs(new URL(address).pathname, marker)).json.type, /^(EML|MBT)$/);
      }
    });
    it('embeds collections in the person', async () => {
      const { json } = await rs(
        `/rs/prns/${oid}?embed=(contacts.elements,addresses.elements-1,documents.elements,vehicles.elements,organizations.elements)`,
        marker,
      );
      assert.equal(json.contacts.elements.length, 2);
      assert.equal(json.addresses.elements[0].city, 'Москва');
      assert.equal(json.documents.elements[0].number, '123456');
      assert.equal(json.vehicles.size + json.organizations.size, 0);
      assert.match(json.eTag, /^[0-9A-F]{40}$/);
    });
    for (const part of ['vhls', 'orgs', 'roles'])
      it(`/${part} is empty as long as nothing is kept`, async () =>
        assert.equal((await rs(`/rs/prns/${oid}/${part}`, marker)).json.size, 0));
    it('lists no address to a client that has `contacts` alone, and does not refuse it', async () => {
      const { json } = await tokens('PORTAL', { scope: 'openid contacts' });
      const answer = await rs(`/rs/prns/${oid}/addrs?embed=(elements)`, json.access_token as string);
      assert.equal(answer.status, 200);
      assert.equal(answer.json.size, 0);
      assert.equal((await rs(`/rs/prns/${oid}/addrs`, marker)).json.size, 1);
    });
    it('shows only members that the scopes open', async () => {
      const { json } = await rs(`/rs/prns/${oid}`, marker);
      assert.equal(json.snils, '112-233-445 95');
      assert.equal('birthDate' in json, false);
      assert.equal(json.trusted, true);
      assert.equal(typeof json.rIdDoc, 'number');
    });
    it('005029 without the scope, for another person, and for an organisation that was not asked for', async () => {
      for (const path of [`/rs/prns/${oid}/kids`, `/rs/prns/${oid + 1}`, '/rs/orgs/5']) {
        const { status, json } = await rs(path, marker);
        assert.equal(status, 403);
        assert.equal(json.code, 'ESIA-005029');
        assert.equal(json.message, 'SecurityErrorEnum.scopeNotAllowed');
      }
    });
    it('005011 for a marker that is forged, altered or missing', async () => {
      for (const wrong of [`${marker.slice(0, -4)}AAAA`, 'x'.repeat(60), `${marker}x`]) {
        const { status, json } = await rs(`/rs/prns/${oid}`, wrong);
        assert.equal(status, 401);
        assert.equal(json.code, 'ESIA-005011');
      }
      assert.equal((await send(house, `/rs/prns/${oid}`)).status, 401);
    });
    it('005013 for a marker that is expired', async () => {
      const own = (await tokens()).json.access_token as string;
      house.clock.advance(3601_000);
      const { status, json } = await rs(`/rs/prns/${oid}`, own);
      assert.equal(status, 401);
      assert.equal(json.code, 'ESIA-005013');
    });
    it('005011 once the person took the consent back', async () => {
      const own = (await tokens()).json.access_token as string;
      assert.equal((await rs(`/rs/prns/${oid}`, own)).status, 200);
      await house.services.consents.revoke(person.id, 'PORTAL');
      assert.equal((await rs(`/rs/prns/${oid}`, own)).json.code, 'ESIA-005011');
    });
  });

  describe('§9.12 logout and the clock', () => {
    it('ends the session and goes to redirect_url', async () => {
      const browser = new Browser(house.origin);
      await signIn('PORTAL', byRsa, { browser });
      const again = await signIn('PORTAL', byRsa, { browser });
      assert.ok(again.searchParams.get('code'));
      const view = await browser.open(
        '/idp/ext/Logout?client_id=PORTAL&redirect_url=https%3A%2F%2Fclient.example%2Fbye&state=x',
      );
      assert.equal(view.url, 'https://client.example/bye');
      const fields = sealed(authorizationFields(house, 'PORTAL'), byRsa);
      assert.ok(has(await browser.open(`/aas/oauth2/ac?${new URLSearchParams(fields)}`), 'login-submit'));
    });
    it('goes nowhere else', async () => {
      const answer = await send(house, '/idp/ext/Logout?client_id=PORTAL&redirect_url=https://evil.example/');
      assert.equal(answer.status, 400);
      assert.equal((await send(house, '/idp/ext/Logout?client_id=PORTAL')).headers.get('location'), '/');
    });
    it('HEAD / tells the time', async () => {
      const answer = await fetch(`${house.origin}/`, { method: 'HEAD' });
      assert.equal(answer.status, 200);
      assert.ok(Math.abs(Date.parse(answer.headers.get('date')!) - Date.now()) < 10_000);
    });
  });

  describe('§9.13 errors', () => {
    const wrong: [string, Fields, RegExp][] = [
      ['response_type', { response_type: 'token' }, /^ESIA-007009/],
      ['a missing state', { state: '' }, /^ESIA-007014.*\[state\]\.$/],
      ['a missing scope', { scope: '' }, /^ESIA-007013/],
      ['a malformed timestamp', { timestamp: '2026-11-21T18:30:56' }, /^ESIA-007014.*\[timestamp\]\.$/],
      ['an old timestamp', { timestamp: '2020.01.01 00:00:00 +0300' }, /^ESIA-007015/],
      ['a timestamp of the future', { timestamp: '2099.01.01 00:00:00 +0300' }, /^ESIA-007015/],
    ];
    for (const [name, more, expected] of wrong)
      it(`${name} is told by redirect, with state`, async () => {
        const fields = authorizationFields(house, 'PORTAL', more);
        const answer = await ask('/aas/oauth2/ac', sealed(fields, byRsa));
        const url = new URL(answer.headers.get('location')!);
        assert.equal(url.origin + url.pathname, RETURN_URL);
        assert.match(url.searchParams.get('error_description')!, expected);
        assert.ok(url.searchParams.get('error'));
        assert.equal(url.searchParams.get('state'), fields.state);
      });
    it('a refusal by the person comes back as 007004', async () => {
      const browser = new Browser(house.origin);
      const view = await browser.open(
        `/aas/oauth2/ac?${new URLSearchParams(sealed(authorizationFields(house, 'PORTAL', { state: 's' }), byRsa))}`,
      );
      const back = await browser.open(`${new URL(view.url).pathname}/abort`);
      const { searchParams } = new URL(back.url);
      assert.equal(searchParams.get('error'), 'access_denied');
      assert.match(searchParams.get('error_description')!, /^ESIA-007004: The resource owner/);
      assert.equal(searchParams.get('state'), 's');
    });
    it('a person below the tier that is asked for is led to raise it', async () => {
      for (const [client, more] of [
        ['HIGH', {}],
        ['PORTAL', { person_filter: Buffer.from('conf_acc').toString('base64') }],
      ] as const) {
        const browser = new Browser(house.origin);
        const fields = authorizationFields(house, client, more);
        let view = await browser.open(`/aas/oauth2/v2/ac?${new URLSearchParams(sealed(fields, byRsa))}`);
        view = await browser.submit(
          view,
          { login: simplified.login, password: simplified.password },
          { form: 'login-submit' },
        );
        assert.ok(has(view, 'tier-upgrade'), client);
        const back = await browser.open(`${new URL(view.url).pathname}/later`);
        assert.match(new URL(back.url).searchParams.get('error_description')!, /^ESIA-007055/);
      }
    });
    for (const [more, code] of [
      [{ person_filter: Buffer.from('acc_kid').toString('base64') }, '007062'],
      [{ obj_type: 'L' }, '007061'],
      [{ roles: 'CHIEF' }, '007060'],
    ] as const)
      it(`${JSON.stringify(more)} lets nobody through, and says so before anybody signs in: ${code}`, async () => {
        const answer = await accepted('/aas/oauth2/ac', byRsa, more);
        assert.match(answer, new RegExp(`^ESIA-${code}`));
      });
    for (const more of [
      { person_filter: Buffer.from('acc_not_kid').toString('base64') },
      { obj_type: 'P' },
    ] as Fields[])
      it(`${JSON.stringify(more)} is passed by everybody`, async () => {
        assert.equal(await accepted('/aas/oauth2/ac', byRsa, more), 'accepted');
      });
    it('a filter of no known name is refused in the strict profile, and passed over in the lenient', async () => {
      const more = { person_filter: 'bm9uZQ==' };
      assert.equal(await accepted('/aas/oauth2/ac', byRsa, more), 'accepted');
      const strict = { client: 'STRICT', ...more };
      assert.match(await accepted('/aas/oauth2/ac', sealings.cms(gost, messages.v1), strict), /^ESIA-007003/);
    });
    it('at the token endpoint they are JSON with status 400', async () => {
      for (const [more, code] of [
        [{ grant_type: 'password' }, '007012'],
        [{ grant_type: '' }, '007014'],
        [{ code: 'x' }, '007011'],
        [{ client_id: 'NOBODY' }, '007002'],
      ] as const) {
        const answer = await post(house, '/aas/oauth2/te', sealed(tokenFields('PORTAL', more), byRsa));
        assert.equal(answer.status, 400);
        assert.match(answer.headers.get('content-type')!, /^application\/json/);
        assert.equal(errorOf(answer), `ESIA-${code}`);
        assert.ok(answer.json.state);
      }
    });
  });

  describe('the strict profile', () => {
    const hash = { client_certificate_hash: streebog256(gost.der).toString('hex') };
    it('takes the documented forms', async () => {
      assert.equal(
        await accepted('/aas/oauth2/v2/ac', sealings.raw(gost, messages.v2), { client: 'STRICT', ...hash }),
        'accepted',
      );
      assert.equal(await accepted('/aas/oauth2/ac', sealings.cms(gost, messages.v1), { client: 'STRICT' }), 'accepted');
    });
    it('refuses another order, a container at v2, a raw value at v1', async () => {
      assert.match(
        await accepted('/aas/oauth2/v2/ac', sealings.raw(gost, messages.v1), { client: 'STRICT', ...hash }),
        /^ESIA-007053/,
      );
      assert.match(
        await accepted('/aas/oauth2/v2/ac', sealings.cms(gost, messages.v2), { client: 'STRICT', ...hash }),
        /^ESIA-007053/,
      );
      assert.match(
        await accepted('/aas/oauth2/ac', sealings.raw(gost, messages.v1), { client: 'STRICT' }),
        /^ESIA-007005/,
      );
    });
    it('wants the very redirect address and a new state at the token endpoint', async () => {
      const redeem = async (more: (back: URL) => Fields) => {
        const back = await signIn('STRICT', sealings.cms(gost, messages.v1), { state: 'first' });
        const fields = tokenFields('STRICT', { code: back.searchParams.get('code')!, ...more(back) });
        return post(house, '/aas/oauth2/te', sealed(fields, sealings.cms(gost, messages.v1)));
      };
      assert.equal((await redeem(() => ({}))).status, 200);
      assert.equal(errorOf(await redeem((back) => ({ redirect_uri: back.href }))), 'ESIA-007011');
      assert.equal(errorOf(await redeem(() => ({ state: 'first', timestamp: '' }))), 'ESIA-007014');
    });
  });

  it('a client registered for GOST alone refuses RSA', async () => {
    assert.match(await accepted('/aas/oauth2/ac', byRsa, { client: 'GOSTONLY' }), /^ESIA-007005/);
    assert.equal(await accepted('/aas/oauth2/ac', sealings.cms(gost, messages.v1), { client: 'GOSTONLY' }), 'accepted');
  });

  it('a signed request is good once, however its signature is spelt', async () => {
    const fields = sealed(authorizationFields(house, 'PORTAL'), byRsa);
    assert.match((await ask('/aas/oauth2/ac', fields)).headers.get('location')!, /^\/oauth2/);
    const respelt = { ...fields, client_secret: Buffer.from(fields.client_secret!, 'base64url').toString('base64') };
    for (const copy of [fields, respelt]) assert.match(errorIn(await ask('/aas/oauth2/ac', copy)), /^ESIA-007053/);
    assert.match(errorIn(await ask('/aas/oauth2/v2/ac', fields)), /^ESIA-007053/);
  });

  it('a copy sent twenty times at once goes through once', async () => {
    const fields = sealed(authorizationFields(house, 'PORTAL'), byRsa);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('/aas/oauth2/ac', fields)));
    assert.equal(answers.filter(({ headers }) => headers.get('location')!.startsWith('/oauth2/')).length, 1);
  });

  it('of copies of a system’s request one gets a marker, and no other is kept', async () => {
    const fields = sealed(
      { ...authorizationFields(house, 'PORTAL'), grant_type: 'client_credentials', scope: 'org_shortname?org_oid=1' },
      byRsa,
    );
    const kept = async () => {
      const rows = house.services.db.selectFrom('artifacts').select('id_hash').where('kind', '=', 'ClientCredentials');
      return (await rows.execute()).length;
    };
    const before = await kept();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(house, '/aas/oauth2/te', fields)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    const refused = answers.filter(({ status }) => status === 400);
    assert.equal(refused.length, 19);
    for (const { json } of refused) assert.match(String(json.error_description), /^ESIA-007053/);
    assert.equal(await kept(), before + 1);
  });

  it('one sign-in and one consent serve both dialects', async () => {
    const browser = new Browser(house.origin);
    await signIn('PORTAL', byRsa, { browser });
    const view = await browser.open(
      `/aas/oauth2/ac?${new URLSearchParams(sealed(authorizationFields(house, 'PORTAL'), byRsa))}`,
    );
    assert.ok(view.url.startsWith(RETURN_URL), view.url);
    assert.ok((await browser.open('/account')).status === 200);
  });

  it('offline access outlives the sign-out, online access does not', async () => {
    for (const [access_type, status] of [
      ['offline', 200],
      ['online', 400],
    ] as const) {
      const browser = new Browser(house.origin);
      const back = await signIn('PORTAL', byRsa, { browser, access_type });
      const fields = tokenFields('PORTAL', { code: back.searchParams.get('code')! });
      const { refresh_token } = (await post(house, '/aas/oauth2/te', sealed(fields, byRsa))).json;
      await browser.open('/idp/ext/Logout?client_id=PORTAL');
      const again = tokenFields('PORTAL', { grant_type: 'refresh_token', refresh_token });
      assert.equal((await post(house, '/aas/oauth2/te', sealed(again, byRsa))).status, status, access_type);
    }
  });

  it('no other client may have people sent to the address where requests of this dialect return', async () => {
    await house.services.clients.save('PLAIN', {
      redirect_uris: ['https://plain.example/cb'],
      token_endpoint_auth_method: 'none',
    });
    const query = new URLSearchParams({
      client_id: 'PLAIN',
      redirect_uri: `${house.origin}/aas/oauth2/return`,
      response_type: 'code',
      scope: 'openid',
    });
    assert.equal((await send(house, `/oauth2/auth?${query}`)).status, 400);
  });
});

/** In the last quarter, where every form has the signature itself. */
function withBitChanged(value: string): string {
  const bytes = Buffer.from(value, 'base64url');
  bytes[bytes.length - 9]! ^= 1;
  return bytes.toString('base64url');
}

function errorIn({ headers }: Answer): string {
  return new URL(headers.get('location')!, 'http://x').searchParams.get('error_description') ?? '';
}

function decode(marker: string): [Record<string, any>, Record<string, any>] {
  const [header, payload] = marker
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
  return [header, payload];
}
