import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { House } from '#test/support/house.ts';
import { Browser, formIn, has, textOf } from '#test/support/browser.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { Canary } from '#test/support/canary.ts';
import { RelyingParty, type Tokens } from '#test/support/relying-party.ts';
import { anna, boris, settle, type Person } from '#test/support/people.ts';
import { basic, callback, par, post, refresh, send, silently, userinfo } from '#test/support/protocol.ts';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const MINUTE = 60_000;

for (const kind of databaseKinds) {
  describe(`sessions and cookies, over two instances on ${kind}`, () => {
    let house: House;
    let person: Person;
    let stranger: Person;
    let university: RelyingParty;
    let broker: RelyingParty;
    const offline = { scope: 'openid email offline_access', prompt: 'consent' };

    before(async () => {
      house = await House.open({ database: kind, instances: 2 });
      person = await settle(house, anna);
      stranger = await settle(house, boris);
      university = await RelyingParty.register(house);
      broker = await RelyingParty.register(house, { redirect_uris: ['https://broker.example/callback'] });
    });
    after(() => house.close());
    afterEach(() => house.clock.reset());

    const isSignedIn = async (browser: Browser, rp = university) => (await silently(rp, browser)).params.has('code');

    async function signedIn(parameters: Record<string, string> = {}) {
      const browser = new Browser(house.origin);
      const { tokens } = await university.signIn(browser, person, parameters);
      return { browser, tokens };
    }

    it('B1: cookies are for us alone, unguessable, and say nothing about the person', async () => {
      const { browser } = await signedIn();
      await browser.open('/account');
      assert.ok(browser.setCookies.length >= 4);
      for (const line of browser.setCookies) {
        assert.match(line, /; ?httponly/i, line);
        assert.match(line, /; ?samesite=(lax|strict)/i, line);
        assert.doesNotMatch(line, /; ?domain=/i, line);
        assert.doesNotMatch(line, new RegExp(`${person.id}|anna|900000`, 'i'));
      }
      const session = browser.cookie('session')!;
      assert.ok(session.length >= 21);
      assert.doesNotMatch(
        browser.setCookies.findLast((line) => line.startsWith('session='))!,
        /expires|max-age/i,
      );
      const { rows } = await sql<{ text: string }>`
        select (select coalesce(string_agg(s::text, ''), '') from sessions s) ||
          (select coalesce(string_agg(i::text, ''), '') from session_ids i) as text`.execute(house.services.db);
      assert.ok(!rows[0]!.text.includes(session));
      assert.ok(!rows[0]!.text.includes(Buffer.from(session).toString('hex')));
    });

    it('B1: a cookie whose signature is wrong or missing is no cookie', async () => {
      const { browser } = await signedIn();
      for (const signature of ['x'.repeat(27), '']) {
        const copy = browser.clone();
        copy.setCookie('session.sig', signature);
        assert.equal(await isSignedIn(copy), false);
      }
      assert.ok(await isSignedIn(browser));
    });

    it('B2: an identifier planted before sign-in is worth nothing after it, and none is used twice', async () => {
      const victim = new Browser(house.origin);
      const page = await victim.open((await university.request()).url.href);
      const planted = victim.clone();
      const ids = new Set<string | undefined>([victim.cookie('session')]);
      const end = await victim.submit(page, { login: person.login, password: person.password });
      assert.ok(new URL(end.url).searchParams.get('code'));
      assert.ok(victim.cookie('session') && !ids.has(victim.cookie('session')));
      assert.equal(await isSignedIn(planted), false);
      assert.match((await planted.open('/account')).html, /id="login"/);
      const before = victim.cookie('session');
      const out = await victim.open('/oauth2/logout');
      await victim.submit(out, { logout: 'yes' }, { form: 'logout-yes' });
      await university.signIn(victim, person);
      assert.notEqual(victim.cookie('session'), before);
    });

    it('B3: an interaction belongs to one browser', async () => {
      const victim = new Browser(house.origin);
      const asking = { prompt: 'login consent' };
      const page = await victim.open((await university.request(asking)).url.href);
      const { pathname } = new URL(page.url);
      const attacker = new Browser(house.origin);
      const own = await attacker.open((await university.request()).url.href);
      const opened = await attacker.request('GET', pathname);
      assert.equal(opened.status, 400);
      assert.ok(!has(opened, 'login') && has(opened, 'way-on'));
      const { fields } = formIn(own, 'login-submit');
      const body = new URLSearchParams({ ...fields, login: stranger.login, password: stranger.password });
      const posted = await attacker.request('POST', `${pathname}/sign-in`, body);
      assert.equal(posted.status, 400);
      for (const way of ['abort', 'later']) {
        const { status, headers } = await attacker.request('GET', `${pathname}/${way}`);
        assert.equal(status, 400, way);
        assert.equal(headers.get('location'), null);
      }
      const resumed = await attacker.request('GET', pathname.replace('/interaction/', '/oauth2/auth/'));
      assert.equal(resumed.status, 400);
      const consent = await victim.submit(page, { login: person.login, password: person.password });
      assert.ok(has(consent, 'consent-submit'));
      assert.match(textOf(consent), /anna@example\.test/);
    });

    it('B3: somebody who copied the cookies of one step cannot carry the next', async () => {
      const victim = new Browser(house.origin);
      const page = await victim.open((await university.request()).url.href);
      const thief = victim.clone();
      await victim.submit(page, { login: person.login, password: person.password });
      const attempt = await thief.open(new URL(page.url).pathname);
      assert.doesNotMatch(textOf(attempt), /anna@example\.test/);
      assert.ok(!has(attempt, 'consent-submit'));
    });

    it('B4: nothing that was under way brings a session back that was ended', async function () {
      this.timeout(240_000);
      for (let round = 0; round < 4; round++) {
        const { browser, tokens } = await signedIn(offline);
        const traffic = par(20, async (i) => {
          await new Promise((later) => setTimeout(later, Math.random() * 60));
          if (i % 4 === 0) return userinfo(house, tokens);
          if (i % 4 === 1) return browser.clone().open('/account/sessions');
          return silently(i % 2 ? university : broker, browser.clone());
        });
        await new Promise((later) => setTimeout(later, 10 + round * 15));
        if (round % 2 === 0) {
          // Traffic that saves the session in between can make the question stale; the person then asks again.
          for (let tries = 0; tries < 5 && browser.cookie('session'); tries++) {
            const page = await browser.open('/oauth2/logout');
            if (has(page, 'logout-yes')) await browser.submit(page, { logout: 'yes' }, { form: 'logout-yes' });
          }
        } else {
          const [live] = await house.services.sessions.list(person.id);
          await house.services.accountSessions.end(person.id, live!.uid);
          for (const { uid } of await house.services.sessions.list(person.id))
            await house.services.accountSessions.end(person.id, uid);
        }
        await traffic;
        assert.equal(await isSignedIn(browser), false, `round ${round}`);
        for (const { uid } of await house.services.sessions.list(person.id))
          await house.services.accountSessions.end(person.id, uid);
      }
    });

    it('B5: five tabs sign in to five clients at once; all are listed, and all are told on sign-out', async () => {
      const receiver = await Canary.listen();
      const rps = await par(5, (i) =>
        RelyingParty.register(house, {
          client_name: `Client ${i}`,
          redirect_uris: [`https://c${i}.example/callback`],
          backchannel_logout_uri: `${receiver.origin}/c${i}`,
        }),
      );
      const { browser } = await signedIn();
      const ends = await Promise.all(rps.map((rp) => callback(rp, browser, person)));
      for (const end of ends) assert.ok(end.code, `${end.view.status} ${end.view.url}`);
      const text = textOf(await browser.open('/account/sessions'));
      for (let i = 0; i < 5; i++) assert.match(text, new RegExp(`Client ${i}`));
      const page = await browser.open('/oauth2/logout');
      await browser.submit(page, { logout: 'yes' }, { form: 'logout-yes' });
      await house.services.outbox.deliverDue();
      await new Promise((later) => setTimeout(later, 300));
      assert.deepEqual(receiver.requests.map(({ path }) => path).sort(), ['/c0', '/c1', '/c2', '/c3', '/c4']);
      await receiver.close();
    });

    it('B6: thirty idle minutes and twelve hours in all, whatever the traffic', async () => {
      const { browser } = await signedIn();
      house.clock.advance(29 * MINUTE);
      assert.equal((await browser.open('/account')).status, 200);
      const visited = await browser.open((await university.request()).url.href);
      assert.ok(new URL(visited.url).searchParams.get('code'));
      house.clock.advance(29 * MINUTE);
      assert.ok(await isSignedIn(browser));
      house.clock.advance(2 * MINUTE);
      assert.equal(await isSignedIn(browser), false);

      const busy = (await signedIn()).browser;
      for (let passed = 0; passed < 12 * 60 - 20; passed += 20) {
        house.clock.advance(20 * MINUTE);
        const view = await busy.open((await university.request()).url.href);
        assert.ok(new URL(view.url).searchParams.get('code'), `after ${passed} minutes`);
      }
      house.clock.advance(21 * MINUTE);
      assert.equal(await isSignedIn(busy), false);
    });

    it('B6: silent renewals every minute do not keep an idle session alive', async () => {
      const { browser } = await signedIn();
      for (let i = 0; i < 29; i++) {
        house.clock.advance(MINUTE);
        assert.ok(await isSignedIn(browser), `minute ${i}`);
      }
      house.clock.advance(2 * MINUTE);
      assert.equal(await isSignedIn(browser), false);
    });

    describe('B7: the account page', () => {
      let receiver: Canary;
      let notified: RelyingParty;

      before(async () => {
        receiver = await Canary.listen();
        notified = await RelyingParty.register(house, {
          client_name: 'Notified',
          redirect_uris: ['https://notified.example/callback'],
          backchannel_logout_uri: `${receiver.origin}/out`,
        });
      });
      after(() => receiver.close());

      const dead = async (browser: Browser, tokens: Tokens) => {
        for (let i = 0; i < 2; i++) {
          assert.equal(await isSignedIn(browser), false);
          assert.equal((await userinfo(house, tokens)).status, 401);
          const { json } = await post(house, '/oauth2/introspect', { token: tokens.access_token }, basic(university));
          assert.equal(json.active, false);
        }
      };

      it('lists each session with its device and clients', async () => {
        const home = new Browser(house.origin);
        home.headers['user-agent'] = CHROME;
        await university.signIn(home, person);
        const page = await home.open('/account/sessions');
        const text = textOf(page);
        assert.match(text, /Chrome · Windows/);
        assert.match(text, /University/);
        assert.doesNotMatch(text, /stack|undefined|\[object/);
      });

      it('ends one session: its owner is out within a second on both instances, its clients are told, others stay', async () => {
        const phone = await signedIn();
        const end = (await notified.signIn(phone.browser, person)).tokens;
        const home = await signedIn();
        await home.browser.open('/account');
        const page = await home.browser.open('/account/sessions');
        const uids = [...page.html.matchAll(/name="session" value="([^"]+)"/g)].map(([, uid]) => uid!);
        const phoneUid = (await house.services.sessions.list(person.id)).find(({ clientIds }) =>
          clientIds.includes(notified.clientId),
        )!.uid;
        assert.ok(uids.includes(phoneUid));
        const told = receiver.requests.length;
        const startedAt = performance.now();
        const body = new URLSearchParams({ csrf: formIn(page, 1).fields.csrf!, session: phoneUid });
        await home.browser.request('POST', '/account/sessions/end', body);
        await dead(phone.browser, phone.tokens);
        assert.equal((await userinfo(house, end)).status, 401);
        assert.ok(performance.now() - startedAt < 1000);
        assert.ok(await isSignedIn(home.browser));
        await house.services.outbox.deliverDue();
        await new Promise((later) => setTimeout(later, 200));
        assert.equal(receiver.requests.length, told + 1);
      });

      it("a stranger cannot end another's session", async () => {
        const { browser } = await signedIn();
        const uid = (await house.services.sessions.list(person.id))[0]!.uid;
        const evil = new Browser(house.origin);
        await university.signIn(evil, stranger, { scope: 'openid' });
        await evil.open('/account');
        const page = await evil.open('/account/sessions');
        const body = new URLSearchParams({ csrf: formIn(page, 0).fields.csrf!, session: uid });
        await evil.request('POST', '/account/sessions/end', body);
        assert.ok(await isSignedIn(browser));
      });

      it('ends all others: also what was to outlive them', async () => {
        const phone = await signedIn(offline);
        const tablet = await signedIn(offline);
        const home = await signedIn();
        await home.browser.open('/account');
        const page = await home.browser.open('/account/sessions');
        const startedAt = performance.now();
        const after = await home.browser.submit(page, {}, { form: 'end-all' });
        assert.equal(after.status, 200);
        await dead(phone.browser, phone.tokens);
        await dead(tablet.browser, tablet.tokens);
        assert.ok(performance.now() - startedAt < 1000);
        assert.equal((await refresh(university, phone.tokens.refresh_token!)).json.error, 'invalid_grant');
        assert.equal((await refresh(university, tablet.tokens.refresh_token!)).json.error, 'invalid_grant');
        assert.ok(await isSignedIn(home.browser));
        assert.equal((await userinfo(house, home.tokens)).status, 200);
      });

      it('signing out there ends the session and forgets the cookie', async () => {
        const { browser, tokens } = await signedIn();
        await browser.open('/account');
        const page = await browser.open('/account');
        const out = await browser.submit(page, {}, { form: 'sign-out' });
        assert.ok(has(out, 'op-signed-out'), `${out.status} ${out.url}`);
        await dead(browser, tokens);
      });
    });

    describe('a blocked person', () => {
      it('a person whose account was blocked is out, with every token', async () => {
        const { browser, tokens } = await signedIn(offline);
        await sql`update accounts set status = 'blocked' where id = ${person.id}`.execute(house.services.db);
        assert.equal((await silently(university, browser)).params.get('error'), 'login_required');
        assert.equal((await userinfo(house, tokens)).status, 401);
        assert.equal((await refresh(university, tokens.refresh_token!)).json.error, 'invalid_grant');
        assert.match((await browser.open('/account')).url, /interaction/);
        assert.equal((await send(house, '/account')).status, 303);
      });
    });
  });
}
