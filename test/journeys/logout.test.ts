import assert from 'node:assert/strict';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { House } from '#test/support/house.ts';
import { Browser, has, textOf } from '#test/support/browser.ts';
import { Canary } from '#test/support/canary.ts';
import { RelyingParty, type Tokens } from '#test/support/relying-party.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { refresh, silently, userinfo } from '#test/support/protocol.ts';

const GOODBYE = 'https://university.example/goodbye';

describe('A15: signing out', () => {
  let house: House;
  let person: Person;
  let university: RelyingParty;
  let broker: RelyingParty;

  before(async () => {
    house = await House.open({ instances: 2 });
    person = await settle(house, anna);
    university = await RelyingParty.register(house, { post_logout_redirect_uris: [GOODBYE] });
    broker = await RelyingParty.register(house, { redirect_uris: ['https://broker.example/callback'] });
  });
  after(() => house.close());

  const logout = (parameters: Record<string, string>) => `/oauth2/logout?${new URLSearchParams(parameters)}`;
  const isSignedIn = async (browser: Browser) => (await silently(university, browser)).params.has('code');

  async function signedIn(parameters: Record<string, string> = {}) {
    const browser = new Browser(house.origin);
    const { tokens } = await university.signIn(browser, person, parameters);
    return { browser, tokens };
  }

  it('without a hint, from whatever site, it asks; "no" keeps the session', async () => {
    const { browser } = await signedIn();
    browser.headers['sec-fetch-site'] = 'cross-site';
    const view = await browser.open(logout({}));
    assert.ok(has(view, 'logout-yes') && has(view, 'logout-no'));
    delete browser.headers['sec-fetch-site'];
    assert.ok(await isSignedIn(browser));
    const stayed = await browser.submit(view, {}, { form: 'logout-no' });
    assert.ok(stayed.status === 200, `${stayed.status}`);
    assert.ok(await isSignedIn(browser));
  });

  it('with a hint it asks as well, then returns to the registered address with state', async () => {
    const { browser, tokens } = await signedIn({ scope: 'openid email offline_access', prompt: 'consent' });
    const view = await browser.open(
      logout({ id_token_hint: tokens.id_token!, post_logout_redirect_uri: GOODBYE, state: 'x"y' }),
    );
    assert.match(textOf(view), /University/);
    const back = await browser.submit(view, { logout: 'yes' }, { form: 'logout-yes' });
    assert.equal(back.url, `${GOODBYE}?state=x%22y`);
    assert.equal(await isSignedIn(browser), false);
    // Offline access was allowed to outlive the session; only what hung on the session is gone.
    assert.equal((await refresh(university, tokens.refresh_token!)).status, 200);
  });

  it('ends the tokens that live with the session, on both instances', async () => {
    const { browser, tokens } = await signedIn();
    const view = await browser.open(logout({}));
    const end = await browser.submit(view, { logout: 'yes' }, { form: 'logout-yes' });
    assert.ok(has(end, 'op-signed-out'));
    for (let i = 0; i < 2; i++) assert.equal((await userinfo(house, tokens)).status, 401);
  });

  it('a foreign, modified or unsigned hint, and an address that is not registered, get a page of ours', async () => {
    const { browser, tokens } = await signedIn();
    const [head, body, signature] = tokens.id_token!.split('.') as [string, string, string];
    const changed = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), sub: 'other' };
    const forged = Buffer.from(JSON.stringify(changed)).toString('base64url');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const wrong: Record<string, string>[] = [
      { id_token_hint: 'x' },
      { id_token_hint: `${head}.${forged}.${signature}` },
      { id_token_hint: `${none}.${body}.` },
      { id_token_hint: tokens.id_token!, client_id: broker.clientId },
      { id_token_hint: tokens.id_token!, post_logout_redirect_uri: 'https://evil.example/' },
      { id_token_hint: tokens.id_token!, post_logout_redirect_uri: `${GOODBYE}/` },
      { client_id: university.clientId, post_logout_redirect_uri: 'https://evil.example/' },
      { client_id: 'unknown', post_logout_redirect_uri: GOODBYE },
    ];
    for (const parameters of wrong) {
      const view = await browser.open(logout(parameters));
      assert.ok(
        view.status === 400 && has(view, 'op-error'),
        `${view.status} ${JSON.stringify(parameters).slice(0, 80)}`,
      );
      assert.doesNotMatch(view.html, /evil\.example/);
    }
    const unbound = await browser.open(logout({ post_logout_redirect_uri: 'https://evil.example/' }));
    assert.ok(has(unbound, 'logout-yes'));
    const end = await browser.submit(unbound, { logout: 'yes' }, { form: 'logout-yes' });
    assert.ok(has(end, 'op-signed-out'));
    assert.doesNotMatch(end.url, /evil/);
  });

  it("the form of another browser's page signs nobody out", async () => {
    const [one, two] = [await signedIn(), await signedIn()];
    const foreign = await one.browser.open(logout({}));
    const refused = await two.browser.submit(foreign, { logout: 'yes' }, { form: 'logout-yes' });
    assert.equal(refused.status, 400);
    assert.ok((await isSignedIn(one.browser)) && (await isSignedIn(two.browser)));
  });

  it('a browser that is not signed in is told so, with a page that works without script', async () => {
    const browser = new Browser(house.origin);
    const view = await browser.open(logout({}));
    assert.equal(view.status, 200);
    const end = has(view, 'op-signed-out') ? view : await browser.submit(view);
    assert.ok(has(end, 'op-signed-out'), `${end.status} ${textOf(end)}`);
  });

  it('five clients: one hangs, one fails twice; the page comes within a second, and all are told in the end', async () => {
    const names = ['first', 'second', 'third', 'hanging', 'failing'];
    const receivers = await Promise.all(
      names.map((name) =>
        Canary.listen((_, response, count) => {
          if (name === 'hanging') return;
          response.statusCode = name === 'failing' && count <= 2 ? 500 : 200;
          response.end();
        }),
      ),
    );
    const browser = new Browser(house.origin);
    const clients: { rp: RelyingParty; tokens: Tokens }[] = [];
    for (const [i, name] of names.entries()) {
      const rp = await RelyingParty.register(house, {
        redirect_uris: [`https://${name}.example/callback`],
        backchannel_logout_uri: `${receivers[i]!.origin}/logout`,
        backchannel_logout_session_required: i % 2 === 0,
      });
      clients.push({ rp, tokens: (await rp.signIn(browser, person)).tokens });
    }
    const view = await browser.open(logout({}));
    const startedAt = performance.now();
    await browser.submit(view, { logout: 'yes' }, { form: 'logout-yes' });
    assert.ok(performance.now() - startedAt < 1000);

    await until(() => receivers.every(({ requests }) => requests.length >= 1), 2000);
    await until(async () => {
      await Promise.all(house.all.map(({ outbox }) => outbox.deliverDue()));
      if (receivers[4]!.requests.length < 3) house.clock.advance(600_000);
      return receivers[4]!.requests.length >= 3;
    }, 20_000);
    house.clock.reset();

    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', house.origin));
    for (const [i, receiver] of receivers.entries()) {
      const { rp, tokens } = clients[i]!;
      const token = new URLSearchParams(receiver.requests[0]!.body).get('logout_token')!;
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        issuer: house.origin,
        audience: rp.clientId,
      });
      assert.equal(protectedHeader.typ, 'logout+jwt');
      assert.deepEqual(Object.keys(payload.events as object), ['http://schemas.openid.net/event/backchannel-logout']);
      assert.ok(payload.jti && payload.iat && payload.exp);
      assert.equal(payload.nonce, undefined);
      assert.equal(payload.sub, tokens.claims()!.sub);
      if (i % 2 === 0) assert.equal(payload.sid, tokens.claims()!.sid);
    }
    for (const i of [0, 1, 2]) assert.equal(receivers[i]!.requests.length, 1, names[i]);
    await Promise.all(receivers.map((receiver) => receiver.close()));
  });

  async function until(isTrue: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
    const startedAt = performance.now();
    while (!(await isTrue())) {
      assert.ok(performance.now() - startedAt < withinMs, 'it did not happen in time');
      await new Promise((later) => setTimeout(later, 20));
    }
  }
});
