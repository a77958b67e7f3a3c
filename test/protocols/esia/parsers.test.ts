import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadScopes } from '#src/platform/config/scopes.ts';
import { certificatesNamed, explainHash } from '#src/protocols/esia/certificate-hash.ts';
import { checkSignature } from '#src/protocols/esia/client-signature.ts';
import { EsiaError } from '#src/protocols/esia/esia-error.ts';
import { esiaClientOf } from '#src/protocols/esia/esia-client.ts';
import { markerScope, parseScopes, permittedScopes, providerScope } from '#src/protocols/esia/esia-scopes.ts';
import { messagesFor } from '#src/protocols/esia/message-orders.ts';
import { allowedRedirect, withParameters } from '#src/protocols/esia/redirect-address.ts';
import { registeredCertificates } from '#src/protocols/esia/registered-certificate.ts';
import { parseEmbed } from '#src/protocols/esia/resources/embedding.ts';
import { formatTimestamp, parseTimestamp } from '#src/protocols/esia/timestamp.ts';
import { cms, gostSigner, registerEsia, rsaSigner } from '#test/support/esia-client.ts';
import { House } from '#test/support/house.ts';
import { post, send } from '#test/support/protocol.ts';

const rsa = rsaSigner();
const gost = gostSigner();
const certificates = registeredCertificates([rsa.certificate, gost.certificate, 'not a certificate']);
const catalogue = loadScopes();
const anyText = fc.string({ unit: 'binary', maxLength: 400 });
const SLOWEST_MS = 200;

function quick<T>(work: () => T): T {
  const startedAt = performance.now();
  const result = work();
  assert.ok(performance.now() - startedAt < SLOWEST_MS, 'too slow');
  return result;
}

describe('what strangers send to the ESIA dialect', () => {
  it('timestamps are read back as written', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2099-01-01'), noInvalidDate: true }), (date) => {
        const whole = Math.floor(date.getTime() / 1000) * 1000;
        assert.equal(parseTimestamp(formatTimestamp(date))?.getTime(), whole);
      }),
    );
    fc.assert(fc.property(anyText, (text) => void quick(() => parseTimestamp(text))));
  });

  it('any text is a signature that is right or not, and nothing else', () => {
    const fields = new Map([
      ['scope', 'openid'],
      ['state', 's'],
      ['client_id', 'C'],
      ['timestamp', 't'],
      ['redirect_uri', 'u'],
    ]);
    const messages = messagesFor('authorization', 'v2', fields);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      fc.uint8Array({ minLength: 256, maxLength: 256 }),
      fc.tuple(fc.nat(2000), fc.nat(255)).map(([at, value]) => {
        const broken = cms(rsa, 'openidtCs');
        broken[at % broken.length] = value;
        return broken;
      }),
    );
    fc.assert(
      fc.property(bytes, (value) => {
        const signature = Buffer.from(value).toString('base64url');
        quick(() => checkSignature({ signature, messages: messages.slice(1), certificates }));
      }),
      { numRuns: 60 },
    );
    fc.assert(
      fc.property(anyText, (signature) => void quick(() => checkSignature({ signature, messages, certificates }))),
    );
  });

  it('a string is tried once for each way to put the fields together', () => {
    const names = ['scope', 'scope_org', 'timestamp', 'client_id', 'state', 'redirect_uri', 'code', 'refresh_token'];
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...names), anyText),
        fc.constantFrom('v1', 'v2', 'v3'),
        (fields, generation) => {
          for (const kind of ['authorization', 'authorization_code', 'refresh_token', 'client_credentials'] as const) {
            const texts = messagesFor(kind, generation as 'v1', new Map(Object.entries(fields))).map(
              ({ text }) => text,
            );
            assert.equal(new Set(texts).size, texts.length);
            assert.ok(texts.length <= 12);
          }
        },
      ),
    );
  });

  it('scopes are taken apart and put together without loss', () => {
    const client = esiaClientOf({ id: 'C', metadata: { esia: {} }, secret: undefined } as never)!;
    const item = fc.constantFrom(
      'openid',
      'fullname',
      'http://esia.gosuslugi.ru/usr_inf',
      'org_inn?org_oid=5',
      'fullname?oid=3',
      'nonsense',
      '?',
      '??a',
      '__proto__',
      'constructor',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(item, anyText), { maxLength: 20 }), (items) => {
        try {
          const scope = quick(() => permittedScopes(parseScopes(items.join(' ')), client, catalogue));
          assert.match(markerScope(scope, 7), /^\S+( \S+)*$/);
          assert.match(providerScope(scope, catalogue), /^openid( [a-z_]+)*$/);
        } catch (error) {
          assert.ok(error instanceof EsiaError, String(error));
        }
      }),
    );
  });

  it('a redirect address is one of the client’s hosts or nothing', () => {
    const rules = { hosts: ['client.example', 'other.example:8443', 'localhost'], isHttpAllowed: false };
    const piece = fc.constantFrom(
      'https://',
      'http://',
      '//',
      'client.example',
      'localhost:99',
      '@',
      '\\',
      '/',
      '?',
      '#',
      'evil.example',
      '%2f',
      ':8443',
      '.',
      '\t',
      'javascript:',
      'other.example',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
          anyText,
          fc.webUrl(),
        ),
        (address) => {
          const url = quick(() => allowedRedirect(address, rules));
          if (url)
            assert.ok(
              ['client.example', 'other.example:8443'].includes(url.host) || url.hostname === 'localhost',
              url.href,
            );
        },
      ),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(anyText, anyText, (code, state) => {
        const url = new URL(withParameters('https://client.example/back?a=1', { code, state }));
        assert.equal(url.origin, 'https://client.example');
      }),
    );
  });

  it('hashes and embeds of any form are read', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        quick(() => certificatesNamed(text, certificates));
        assert.ok(quick(() => explainHash(text, certificates)));
        quick(() => parseEmbed(text));
      }),
    );
  });

  describe('over HTTP', () => {
    let house: House;
    before(async () => {
      house = await House.open();
      await registerEsia(house, 'PORTAL', { certificates: [rsa.certificate, gost.certificate] });
    });
    after(() => house.close());

    it('nothing is answered with a fault of ours', async function () {
      this.timeout(240_000);
      const names = fc.constantFrom(
        'client_id',
        'client_secret',
        'scope',
        'scope_org',
        'state',
        'timestamp',
        'redirect_uri',
        'response_type',
        'grant_type',
        'code',
        'refresh_token',
        'permissions',
        'person_filter',
        'client_certificate_hash',
        'code_challenge',
      );
      const values = fc.oneof(
        anyText,
        fc.constantFrom(
          'PORTAL',
          'https://client.example/',
          'openid',
          'authorization_code',
          formatTimestamp(new Date()),
          cms(rsa, 'x').toString('base64'),
          '\u0000',
          '__proto__',
        ),
      );
      const paths = fc.constantFrom(
        '/aas/oauth2/ac',
        '/aas/oauth2/v2/ac',
        '/aas/oauth2/v3/te',
        '/aas/oauth2/te',
        '/idp/ext/Logout',
        '/aas/oauth2/return',
        '/aas/developer/requests',
      );
      await fc.assert(
        fc.asyncProperty(paths, fc.dictionary(names, values), async (path, fields) => {
          const query = new URLSearchParams({ client_id: 'PORTAL', ...fields });
          const answers = path.endsWith('te')
            ? [await post(house, path, query)]
            : [await send(house, `${path}?${query}`)];
          for (const { status, text } of answers) assert.ok(status < 500, text);
        }),
        { numRuns: 150 },
      );
    });

    it('a parameter sent twice with two values is refused everywhere, and twice the same is one', async () => {
      for (const path of ['ac', 'te', 'return', 'v2/ac', 'v3/te'].map((name) => `/aas/oauth2/${name}`)) {
        const method = path.endsWith('te') ? 'POST' : 'GET';
        const answer = await send(house, `${path}?client_id=PORTAL&state=1&state=2`, { method });
        assert.equal(answer.status, 400, answer.text);
      }
      const answer = await send(house, '/aas/oauth2/te?client_id=PORTAL&client_id=PORTAL&grant_type=', {
        method: 'POST',
      });
      assert.match(answer.json.error_description as string, /\[grant_type\]/);
    });

    it('addresses of resources of any form neither', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.constantFrom('/', 'rs', 'prns', '%', '%2f', '%00', '1', 'ctts', '?embed=', '(', '%ff', '..', 'orgs'),
            { maxLength: 12 },
          ),
          async (pieces) => {
            const answer = await fetch(`${house.origin}/rs/${pieces.join('')}`, {
              headers: { authorization: `Bearer ${'a'.repeat(40)}` },
            });
            assert.ok(answer.status < 500, answer.url);
            await answer.text();
          },
        ),
        { numRuns: 100 },
      );
    });
  });
});
