import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { Browser, formIn, has, textOf } from '#test/support/browser.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { callback, post, redeem, refresh, send, silently, userinfo, basic } from '#test/support/protocol.ts';

for (const kind of databaseKinds) {
  describe(`A13: consent, on ${kind}`, () => {
    let house: House;
    let person: Person;
    const offline = { scope: 'openid email offline_access', prompt: 'consent' };

    before(async () => {
      house = await House.open({ database: kind, instances: 2 });
      person = await settle(house, anna);
    });
    after(() => house.close());

    async function allowed(parameters: Record<string, string> = {}, metadata: Record<string, unknown> = {}) {
      const rp = await RelyingParty.register(house, metadata);
      const browser = new Browser(house.origin);
      const { tokens } = await rp.signIn(browser, person, parameters);
      return { rp, browser, tokens };
    }

    const change = async (rp: RelyingParty, changes: Record<string, unknown>) => {
      const { clients } = house.services;
      const { metadata, secret } = (await clients.find(rp.clientId))!;
      await clients.save(rp.clientId, { ...metadata, client_secret: secret, ...changes });
      // The other instance may remember the old entry for a second.
      await new Promise((later) => setTimeout(later, 1050));
    };

    it('is asked once; the next request goes straight back', async () => {
      const { rp, browser } = await allowed();
      const { params } = await silently(rp, browser);
      assert.ok(params.get('code'));
    });

    it('prompt=none before it was given: consent_required', async () => {
      const { browser } = await allowed();
      const other = await RelyingParty.register(house);
      assert.equal((await silently(other, browser)).params.get('error'), 'consent_required');
      const anonymous = await silently(other, new Browser(house.origin));
      assert.equal(anonymous.params.get('error'), 'login_required');
    });

    it('more than was given is asked for, and only that', async () => {
      const { rp, browser } = await allowed({ scope: 'openid email' });
      const more = await silently(rp, browser, { scope: 'openid email snils' });
      assert.equal(more.params.get('error'), 'consent_required');
      const page = await browser.open((await rp.request({ scope: 'openid email snils' })).url.href);
      assert.ok(has(page, 'consent-submit'));
      assert.match(page.html, /11223344595/);
      assert.doesNotMatch(page.html.replace(/value="[^"]*"/g, ''), /anna@example\.test<\/dd>/);
    });

    it('a scope that the client did not register, or that nobody knows, is not given', async () => {
      const { rp, browser } = await allowed({ scope: 'openid' }, { scope: 'openid email' });
      const view = await browser.open((await rp.request({ scope: 'openid snils' })).url.href);
      assert.equal(new URL(view.url).searchParams.get('error'), 'invalid_scope');
      const unknown = await browser.open((await rp.request({ scope: 'openid root' })).url.href);
      assert.ok(!textOf(unknown).includes('root'));
    });

    it('a refresh gets no more than was consented to', async () => {
      const { rp, tokens } = await allowed(offline);
      const more = await refresh(rp, tokens.refresh_token!, { scope: 'openid email snils' });
      assert.equal(more.json.error, 'invalid_scope');
    });

    it('a new name or purpose of the client asks everybody again, and kills nothing without asking', async () => {
      for (const changes of [{ client_name: 'Another Name' }, { purpose: 'To sell your data' }]) {
        const { rp, browser } = await allowed();
        await change(rp, changes);
        assert.equal((await silently(rp, browser)).params.get('error'), 'consent_required');
        const page = await browser.open((await rp.request()).url.href);
        assert.match(textOf(page), /Another Name|sell your data/);
        await browser.submit(page, {}, { form: 'consent-submit' });
        assert.ok((await silently(rp, browser)).params.get('code'));
      }
    });

    it('taken back on the account page, everything is dead within a second on both instances', async () => {
      const { rp, browser, tokens } = await allowed(offline);
      const other = await allowed(offline);
      const pending = await callback(rp, browser, person);
      const page = await browser.open('/account/consents');
      assert.match(textOf(page), /University/);
      const forms = [...page.html.matchAll(/name="client" value="([^"]+)"/g)].map(([, id]) => id);
      assert.ok(forms.includes(rp.clientId));
      const startedAt = performance.now();
      // The navigation's sign-out form comes first.
      const { fields } = formIn(page, 1);
      const body = new URLSearchParams({ csrf: fields.csrf!, client: rp.clientId });
      assert.equal((await browser.request('POST', '/account/consents/revoke', body)).status, 303);
      for (let i = 0; i < 2; i++) {
        assert.equal((await userinfo(house, tokens)).status, 401);
        assert.deepEqual((await post(house, '/oauth2/introspect', { token: tokens.access_token }, basic(rp))).json, {
          active: false,
        });
        assert.equal((await silently(rp, browser)).params.get('error'), 'consent_required');
      }
      for (let i = 0; i < 2; i++) assert.equal((await refresh(rp, tokens.refresh_token!)).json.error, 'invalid_grant');
      assert.equal((await redeem(rp, pending.code, pending.verifier)).json.error, 'invalid_grant');
      assert.ok(performance.now() - startedAt < 1000);
      assert.equal((await userinfo(house, other.tokens)).status, 200);
      assert.ok(!textOf(await browser.open('/account/consents')).includes(rp.clientId));
    });

    it('lives ninety days', async () => {
      const { rp } = await allowed();
      house.clock.advance(91 * 86_400_000);
      const browser = new Browser(house.origin);
      const page = await browser.open((await rp.request()).url.href);
      const asked = await browser.submit(page, { login: person.login, password: person.password });
      house.clock.reset();
      assert.ok(has(asked, 'consent-submit'));
    });

    it('a client that is gone leaves no page broken and no token alive', async () => {
      const { rp, browser, tokens } = await allowed();
      const { registration_access_token: token } = rp.metadata;
      const headers = { authorization: `Bearer ${String(token)}` };
      await send(house, `/oauth2/register/${rp.clientId}`, { method: 'DELETE', headers });
      await new Promise((later) => setTimeout(later, 1050));
      for (const path of ['/account/consents', '/account/sessions'])
        assert.equal((await browser.open(path)).status, 200);
      assert.equal((await userinfo(house, tokens)).status, 401);
    });

    it('a client of the same name begins with nothing: what the gone one had stays dead', async () => {
      const { rp, tokens } = await allowed();
      const { clients } = house.services;
      const { metadata, secret } = (await clients.find(rp.clientId))!;
      await clients.remove(rp.clientId);
      await clients.save(rp.clientId, { ...metadata, ...(secret && { client_secret: secret }) });
      await new Promise((later) => setTimeout(later, 1050));
      assert.equal((await userinfo(house, tokens)).status, 401);
    });
  });
}
