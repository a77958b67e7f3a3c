import assert from 'node:assert/strict';
import type Router from '@koa/router';
import { sql } from 'kysely';
import { createApp } from '#src/app.ts';
import { House } from '#test/support/house.ts';
import { Browser, formIn } from '#test/support/browser.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { anna, settle, type Person } from '#test/support/people.ts';

/** For programs: they carry no cookie, so there is nothing to forge. */
const forPrograms = [/^\/sandbox\/(api|ca)\//, /^\/demo\/[^/]+\/backchannel/, /^\/aas\/oauth2\//, /^\/admin\/api\//];

describe('B9: a state change needs our own form', () => {
  let house: House;
  let person: Person;
  let browser: Browser;
  let csrf: string;
  let foreignCsrf: string;

  before(async () => {
    house = await House.open();
    person = await settle(house, anna);
    const university = await RelyingParty.register(house);
    browser = new Browser(house.origin);
    await university.signIn(browser, person);
    csrf = formIn(await browser.open('/account'), 0).fields.csrf!;
    const other = new Browser(house.origin);
    foreignCsrf = formIn(await other.open((await university.request()).url.href), 'login-submit').fields.csrf!;
  });
  after(() => house.close());

  /** Every route of the product, read off the routers themselves, so that none is forgotten. */
  function routes(method: string): string[] {
    const { middleware } = createApp(house.services, { isReady: async () => true });
    const routers = middleware.flatMap((one) => (one as { router?: Router }).router ?? []);
    const paths = routers.flatMap(({ stack }) =>
      stack.filter(({ methods }) => methods.includes(method)).map(({ path }) => String(path)),
    );
    return [...new Set(paths)]
      .filter((path) => !forPrograms.some((pattern) => pattern.test(path)))
      .map((path) => path.replaceAll(/:\w+/g, 'anything'));
  }

  const state = async () => {
    const { rows } = await sql<{ text: string }>`
      select (select coalesce(string_agg(s.uid || coalesce(s.ended_at::text, ''), ',' order by s.uid), '') from sessions s) ||
        (select count(*)::text from accounts) || (select count(*)::text from consents) ||
        (select count(*)::text from outbox) || (select count(*)::text from audit_events) as text`.execute(
      house.services.db,
    );
    return rows[0]!.text;
  };

  it('there are routes to try', () => {
    const posts = routes('POST');
    for (const known of ['/account/sign-out', '/account/consents/revoke', '/interaction/anything/sign-in', '/language'])
      assert.ok(posts.includes(known), `${known} in ${posts.join(' ')}`);
    assert.ok(posts.length >= 10);
  });

  it('every post without the token, with a foreign one, from elsewhere or as JSON is refused, and nothing changes', async () => {
    const before = await state();
    const attempts: [string, Record<string, string>, Record<string, string>][] = [
      ['no token', {}, {}],
      ['empty token', { csrf: '' }, {}],
      ['foreign token', { csrf: foreignCsrf }, {}],
      ['broken token', { csrf: `${csrf}x` }, {}],
      ['Origin: null', { csrf }, { origin: 'null' }],
      ['foreign Origin', { csrf }, { origin: 'https://evil.example' }],
      ['cross-site', { csrf }, { 'sec-fetch-site': 'cross-site' }],
      ['same-site', { csrf }, { 'sec-fetch-site': 'same-site' }],
      ['none', { csrf }, { 'sec-fetch-site': 'none' }],
    ];
    for (const path of routes('POST')) {
      for (const [what, fields, headers] of attempts) {
        const { status } = await browser.request('POST', path, new URLSearchParams(fields), headers);
        assert.equal(status, 403, `${path}: ${what}`);
      }
      for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
        const answer = await fetch(new URL(path, house.origin), {
          method: 'POST',
          headers: { 'content-type': type, cookie: browser.cookieHeader(new URL(path, house.origin)) },
          body: JSON.stringify({ csrf }),
        });
        assert.equal(answer.status, 415, `${path}: ${type}`);
      }
    }
    assert.equal(await state(), before);
  });

  it('no post works by GET, HEAD or another method, as mail scanners and old proxies try', async () => {
    const before = await state();
    const gets = new Set(routes('GET'));
    for (const path of routes('POST')) {
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH']) {
        const query = `${path}?${new URLSearchParams({ csrf, session: 'x', client: 'x', language: 'en' })}`;
        const { status } = await browser.request(method, query);
        const reads = method === 'GET' || method === 'HEAD';
        if (reads && gets.has(path)) assert.ok(status < 500);
        else assert.ok([303, 400, 403, 404, 405].includes(status), `${method} ${path} ${status}`);
      }
    }
    assert.equal(await state(), before);
  });

  it('a browser without cookies is told to allow them', async () => {
    const { status, html } = await new Browser(house.origin).request(
      'POST',
      '/language',
      new URLSearchParams({ csrf }),
    );
    assert.equal(status, 403);
    assert.match(html, /cookies/i);
  });

  it('the token of this browser is accepted', async () => {
    const body = new URLSearchParams({ csrf, language: 'en', return_to: '/account' });
    assert.equal((await browser.request('POST', '/language', body)).status, 303);
  });
});
