import assert from 'node:assert/strict';
import { Browser, has, textOf } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { anna, PASSWORD, settle, type Person } from '#test/support/people.ts';
import { basic, callback, post, redeem, refresh, userinfo } from '#test/support/protocol.ts';
import { RelyingParty } from '#test/support/relying-party.ts';

const offline = { scope: 'openid profile snils offline_access', prompt: 'consent' };

for (const instances of [1, 2])
  describe(`a client's minimum tier holds at every step, ${instances} instances`, () => {
    let house: House;
    let person: Person;

    before(async () => {
      house = await House.open({ instances });
      person = await settle(house, anna);
    });
    after(() => house.close());
    afterEach(() => setName('Петрова'));

    /** Another surname makes the evidence fit no longer; the old one makes it fit again. */
    async function setName(familyName: string): Promise<void> {
      const { db, identities } = house.services;
      await db.transaction().execute(async (transaction) => {
        const held = (await identities.hold(transaction, person.id))!;
        const { documents } = held;
        await identities.replace(transaction, held, { profile: { ...held.profile, familyName }, documents });
      });
    }

    function client(metadata: Record<string, unknown> = {}): Promise<RelyingParty> {
      return RelyingParty.register(house, { minimum_tier: 'confirmed', ...metadata });
    }

    it('G6: at the code', async () => {
      const rp = await client();
      const { code, verifier } = await callback(rp, new Browser(house.origin), person);
      await setName('Иванова');
      const answer = await redeem(rp, code, verifier);
      assert.deepEqual([answer.status, answer.json.error], [400, 'invalid_grant']);
    });

    it('G6: at refresh, userinfo and introspection, and back when the evidence fits again', async () => {
      const rp = await client();
      const { code, verifier } = await callback(rp, new Browser(house.origin), person, offline);
      const tokens = (await redeem(rp, code, verifier)).json as { access_token: string; refresh_token: string };
      const introspect = () => post(house, '/oauth2/introspect', { token: tokens.access_token }, basic(rp));
      const introspectRefresh = () => post(house, '/oauth2/introspect', { token: tokens.refresh_token }, basic(rp));
      assert.equal((await userinfo(house, tokens)).status, 200);
      await setName('Иванова');
      for (let i = 0; i < 2; i++) {
        assert.equal((await userinfo(house, tokens)).status, 401);
        assert.deepEqual((await introspect()).json, { active: false });
        assert.deepEqual((await introspectRefresh()).json, { active: false });
        assert.equal((await refresh(rp, tokens.refresh_token)).json.error, 'invalid_grant');
      }
      await setName('Петрова');
      assert.equal((await userinfo(house, tokens)).status, 200);
      assert.equal((await introspect()).json.active, true);
    });

    it('G6: a method that the client refuses from now on', async () => {
      const rp = await client();
      const { code, verifier } = await callback(rp, new Browser(house.origin), person, offline);
      const tokens = (await redeem(rp, code, verifier)).json as { access_token: string; refresh_token: string };
      const { clients } = house.services;
      const known = (await clients.find(rp.clientId))!;
      await clients.save(rp.clientId, {
        ...known.metadata,
        client_secret: known.secret,
        refused_methods: ['in_person'],
      });
      await new Promise((later) => setTimeout(later, 1050));
      assert.equal((await userinfo(house, tokens)).status, 401);
      assert.equal((await refresh(rp, tokens.refresh_token)).json.error, 'invalid_grant');
    });

    it('G6: a blocked person is nobody', async () => {
      const rp = await client({ minimum_tier: 'simplified' });
      const { code, verifier } = await callback(rp, new Browser(house.origin), person, offline);
      const tokens = (await redeem(rp, code, verifier)).json as { access_token: string };
      await house.services.accounts.setStatus(person.id, 'blocked');
      assert.equal((await userinfo(house, tokens)).status, 401);
      assert.deepEqual((await post(house, '/oauth2/introspect', { token: tokens.access_token }, basic(rp))).json, {
        active: false,
      });
      await house.services.accounts.setStatus(person.id, 'active');
    });

    it('G6: an essential acr that was promised', async () => {
      const rp = await client({ minimum_tier: 'simplified' });
      const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:esia:acr:confirmed' } } });
      const { code, verifier } = await callback(rp, new Browser(house.origin), person, { claims });
      await setName('Иванова');
      assert.equal((await redeem(rp, code, verifier)).json.error, 'invalid_grant');
    });

    it('G3: the next tokens of a client that needs no tier say the lower one', async () => {
      const rp = await client({ minimum_tier: 'simplified' });
      const { code, verifier } = await callback(rp, new Browser(house.origin), person, offline);
      const first = (await redeem(rp, code, verifier)).json as { id_token: string; refresh_token: string };
      assert.equal(acrIn(first.id_token), 'urn:esia:acr:confirmed');
      await setName('Иванова');
      const second = (await refresh(rp, first.refresh_token)).json as { id_token: string };
      assert.equal(acrIn(second.id_token), 'urn:esia:acr:simplified');
    });
  });

describe('verified claims', () => {
  let house: House;
  let person: Person;

  before(async () => {
    house = await House.open();
    person = await settle(house, anna);
  });
  after(() => house.close());

  async function told(parameters: Record<string, string>, metadata: Record<string, unknown> = {}) {
    const rp = await RelyingParty.register(house, metadata);
    const { code, verifier } = await callback(rp, new Browser(house.origin), person, parameters);
    const tokens = (await redeem(rp, code, verifier)).json as { access_token: string; id_token: string };
    return { info: (await userinfo(house, tokens)).json, tokens };
  }

  it('by scope: what of the given values was checked, how and when', async () => {
    const { info } = await told({ scope: 'openid fullname verified' });
    assert.equal(info.verified_claims.verification.trust_framework, 'ru_esia');
    assert.equal(info.verified_claims.verification.assurance_level, 'confirmed');
    assert.deepEqual(info.verified_claims.verification.evidence.map((one: { method: string }) => one.method).sort(), [
      'in_person',
      'registry',
    ]);
    assert.deepEqual(info.verified_claims.claims, {
      family_name: 'Петрова',
      given_name: 'Анна',
      middle_name: 'Сергеевна',
    });
  });

  it('by the claims parameter, in the ID token and userinfo, with consent to each value', async () => {
    const wanted = { verified_claims: { verification: { trust_framework: null }, claims: { birthdate: null } } };
    const rp = await RelyingParty.register(house);
    const request = await rp.request({
      scope: 'openid',
      claims: JSON.stringify({ id_token: wanted, userinfo: wanted }),
    });
    const browser = new Browser(house.origin);
    const consent = await browser.submit(await browser.open(request.url.href), {
      login: person.login,
      password: PASSWORD,
    });
    assert.ok(has(consent, 'consent-submit'));
    assert.match(textOf(consent), /1990/);
    const back = await browser.submit(consent, {}, { form: 'consent-submit' });
    const tokens = await rp.exchange(back.url, request);
    const { verified_claims: verified } = tokens.claims() as unknown as { verified_claims: { claims: unknown } };
    assert.deepEqual(verified.claims, { birthdate: '1990-04-12' });
    assert.deepEqual((await userinfo(house, tokens)).json.verified_claims.claims, { birthdate: '1990-04-12' });
  });

  it('nothing that was not asked for', async () => {
    const { info } = await told({ scope: 'openid fullname' });
    assert.equal(info.verified_claims, undefined);
    assert.equal((await told({ scope: 'openid verified' })).info.verified_claims, undefined);
  });

  it('G3: the old evidence stays, with its time, until another replaces it', async () => {
    const { db, identities } = house.services;
    await db.transaction().execute(async (transaction) => {
      const held = (await identities.hold(transaction, person.id))!;
      const profile = { ...held.profile, familyName: 'Иванова' };
      await identities.replace(transaction, held, { profile, documents: held.documents });
    });
    const { info, tokens } = await told({ scope: 'openid fullname verified' });
    assert.equal(acrIn(tokens.id_token), 'urn:esia:acr:simplified');
    assert.equal(info.family_name, 'Иванова');
    assert.equal(info.verified_claims.claims.family_name, 'Петрова');
    await db.transaction().execute((transaction) => identities.prove(transaction, person.id, 'in_person', 'test'));
    assert.equal(
      (await told({ scope: 'openid fullname verified' })).info.verified_claims.claims.family_name,
      'Иванова',
    );
  });

  it('L5: the person sees what was given, to whom and when', async () => {
    const releases = await house.services.releases.list(person.id);
    assert.ok(releases.some(({ claims }) => claims.includes('verified_claims')));
    assert.ok(releases.every(({ claims }) => !claims.includes('sub')));
    assert.doesNotMatch(JSON.stringify(releases), /Петрова|1990/);
  });
});

function acrIn(token: string): string {
  return (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { acr: string }).acr;
}
