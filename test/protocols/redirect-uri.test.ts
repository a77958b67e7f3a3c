import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { Browser, has, textOf } from '#test/support/browser.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { basic, post } from '#test/support/protocol.ts';

const REGISTERED = 'https://university.example/callback';

/** What attackers make of a registered address. Each is another string, and so another address. */
const variants = [
  'https://university.example/callback/',
  'https://university.example/callback/..',
  'https://university.example/callback/../callback',
  'https://university.example/./callback',
  'https://university.example//callback',
  'https://university.example/%63allback',
  'https://university.example/callback%2e%2e',
  'https://university.example/callback%2f',
  'https://university.example/callback%00',
  'https://university.example/callback%0d%0aLocation:%20https://evil.example',
  'https://university.example/callback\r\nX: y',
  'https://university.example/callback%20',
  ' https://university.example/callback',
  'https://university.example/callback ',
  'https://university.example/Callback',
  'https://UNIVERSITY.example/callback',
  'HTTPS://university.example/callback',
  'https://university.example./callback',
  'https://university.example:443/callback',
  'https://university.example:8443/callback',
  'http://university.example/callback',
  '//university.example/callback',
  'https:/university.example/callback',
  'https:\\\\university.example\\callback',
  'https://university.example\\callback',
  'https://university.example\\@evil.example/callback',
  'https://university.example@evil.example/callback',
  'https://university.example:x@evil.example/callback',
  'https://evil.example#@university.example/callback',
  'https://evil.example\\@university.example/callback',
  'https://university.example.evil.example/callback',
  'https://evil-university.example/callback',
  'https://evil.example/callback',
  'https://universіty.example/callback',
  'https://xn--universty-54f.example/callback',
  'https://*.example/callback',
  'https://university.example/*',
  'https://university.example/callback?next=https://evil.example',
  'https://university.example/callback?',
  'https://university.example/callback#',
  'https://university.example/callback#fragment',
  'https://university.example/callback;a=b',
  'https://university.example/callback&client_id=other',
  'https://university.example/',
  'https://university.example',
  '/callback',
  'callback',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'com.university:/callback',
  'http://localhost/callback',
  'null',
];

describe('A4: a redirect address is an exact string', () => {
  let house: House;
  let university: RelyingParty;

  before(async () => {
    house = await House.open();
    university = await RelyingParty.register(house, { redirect_uris: [REGISTERED] });
  });
  after(() => house.close());

  const refusedAsAPage = async (query: URLSearchParams) => {
    const view = await new Browser(house.origin).request('GET', `/oauth2/auth?${query}`);
    assert.equal(view.status, 400);
    assert.equal(view.headers.get('location'), null);
    assert.ok(has(view, 'op-error') && !has(view, 'login'));
    assert.doesNotMatch(view.html, /evil\.example|alert\(1\)/);
    assert.match(textOf(view), /invalid_(redirect_uri|request|client)/);
  };

  it('the registered one is accepted', async () => {
    const { url } = await university.request();
    const view = await new Browser(house.origin).open(url.href);
    assert.ok(has(view, 'login'));
  });

  it(`${variants.length} others get a page of ours, and JSON where requests are pushed`, async () => {
    assert.ok(variants.length >= 40);
    for (const variant of variants) {
      const { url } = await university.request({ redirect_uri: variant });
      await refusedAsAPage(url.searchParams).catch((cause: unknown) => {
        throw new Error(`accepted or reflected: ${variant}`, { cause });
      });
      const pushed = await post(house, '/oauth2/par', url.searchParams, basic(university));
      assert.equal(pushed.status, 400, variant);
      assert.match(pushed.json.error, /^invalid_(redirect_uri|request)$/, variant);
    }
  });

  it('twice, or as a list, is refused as well', async () => {
    for (const [name, value] of [
      ['redirect_uri', REGISTERED],
      ['redirect_uri', 'https://evil.example/'],
      ['redirect_uri[]', 'https://evil.example/'],
      ['redirect_uri[0]', 'https://evil.example/'],
    ] as const) {
      const { url } = await university.request();
      if (name !== 'redirect_uri') url.searchParams.delete('redirect_uri');
      url.searchParams.append(name, value);
      await refusedAsAPage(url.searchParams);
    }
  });

  it('an unknown client gets a page of ours, with or without an address', async () => {
    for (const client of ['nobody', '', '../account', "' or 1=1 --", 'constructor', '__proto__']) {
      for (const uri of [REGISTERED, 'https://evil.example/']) {
        await refusedAsAPage(
          new URLSearchParams({ client_id: client, redirect_uri: uri, response_type: 'code', scope: 'openid' }),
        );
      }
    }
  });

  it('a client with several addresses must say which', async () => {
    const several = await RelyingParty.register(house, { redirect_uris: [REGISTERED, `${REGISTERED}/2`] });
    const { url } = await several.request();
    url.searchParams.delete('redirect_uri');
    await refusedAsAPage(url.searchParams);
  });

  it('registration refuses addresses with fragments, and what is no web address', async () => {
    for (const uri of ['https://a.example/#x', 'javascript:alert(1)', 'not a uri', 'data:,x', '/callback', '']) {
      const answer = await fetch(`${house.origin}/oauth2/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: [uri], client_name: 'Somebody' }),
      });
      assert.equal(answer.status, 400, uri);
      assert.match(((await answer.json()) as { error: string }).error, /invalid_redirect_uri|invalid_client_metadata/);
    }
  });
});
