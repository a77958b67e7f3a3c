import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { formatTimestamp } from '#src/protocols/esia/timestamp.ts';
import { Browser, has, textOf } from '#test/support/browser.ts';
import {
  authorizationFields,
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
import { anna, settle, type Person } from '#test/support/people.ts';
import { post, send } from '#test/support/protocol.ts';

const rsa = rsaSigner();
const gost = gostSigner();

describe('a sign-in over the ESIA dialect', () => {
  let house: House;
  let person: Person;

  before(async () => {
    house = await House.open();
    person = await settle(house, anna);
    await registerEsia(house, 'PORTAL', { certificates: [rsa.certificate, gost.certificate] });
  });
  after(() => house.close());

  async function signIn(path: string, seal: Seal, more: Fields = {}): Promise<URL> {
    const browser = new Browser(house.origin);
    const query = new URLSearchParams(sealed(authorizationFields(house, 'PORTAL', more), seal));
    let view = await browser.open(`${path}?${query}`);
    if (has(view, 'login-submit'))
      view = await browser.submit(view, { login: person.login, password: person.password }, { form: 'login-submit' });
    if (has(view, 'consent-submit')) view = await browser.submit(view, {}, { form: 'consent-submit' });
    return new URL(view.url);
  }

  function tokenFields(more: Fields): Fields {
    const { response_type: _, access_type: __, ...rest } = authorizationFields(house, 'PORTAL');
    return { ...rest, grant_type: 'authorization_code', token_type: 'Bearer', ...more };
  }

  it('goes through the ordinary pages and gives a person, by the first generation with RSA', async () => {
    const back = await signIn('/aas/oauth2/ac', sealings.cms(rsa, messages.v1), { state: 'a-state' });
    assert.equal(back.origin + back.pathname, RETURN_URL);
    assert.equal(back.searchParams.get('state'), 'a-state', back.href);
    const fields = tokenFields({ code: back.searchParams.get('code')! });
    const answer = await post(house, '/aas/oauth2/te', sealed(fields, sealings.cms(rsa, messages.v1)));
    assert.equal(answer.status, 200, answer.text);
    const { access_token: marker, refresh_token: refreshToken } = answer.json as Record<string, string>;
    const oid = payload(marker!)['urn:esia:sbj_id'] as number;
    const headers = { authorization: `Bearer ${marker}` };
    const who = await send(house, `/rs/prns/${oid}`, { headers });
    assert.equal(who.status, 200, who.text);
    assert.equal(who.json.lastName, 'Петрова');
    assert.equal(who.json.snils, '112-233-445 95');
    const docs = await send(house, `/rs/prns/${oid}/docs?embed=(elements)`, { headers });
    assert.equal(docs.json.elements[0].type, 'RF_PASSPORT', docs.text);
    const given = (await house.services.releases.list(person.id)).flatMap(({ clientId, claims }) =>
      clientId === 'PORTAL' ? claims : [],
    );
    assert.deepEqual([...new Set(given)].sort(), ['family_name', 'given_name', 'id_doc', 'middle_name', 'snils'], 'L5');
    const again = tokenFields({ grant_type: 'refresh_token', refresh_token: refreshToken! });
    const refreshed = await post(house, '/aas/oauth2/te', sealed(again, sealings.cms(rsa, messages.v1)));
    assert.equal(refreshed.status, 200, refreshed.text);
    assert.equal(
      (await send(house, `/rs/prns/${oid}`, { headers: { authorization: `Bearer ${refreshed.json.access_token}` } }))
        .status,
      200,
    );
  });

  it('L5: what is given also unchecked is shown before it is given', async () => {
    const documents = { ...anna.documents, snils: '08765430300' };
    const contacts = [{ kind: 'phone' as const, value: '+79000000077' }];
    const { id, ...typist } = await settle(house, { ...anna, contacts, documents: {}, evidence: [] });
    await house.services.db.transaction().execute(async (transaction) => {
      const { identities } = house.services;
      const held = (await identities.hold(transaction, id))!;
      const typed = Object.entries(documents).map(([kind, value]) => ({ kind, value }));
      await identities.replace(transaction, held, { profile: held.profile, documents: typed });
    });
    const browser = new Browser(house.origin);
    const fields = sealed(authorizationFields(house, 'PORTAL'), sealings.cms(rsa, messages.v1));
    const login = await browser.open(`/aas/oauth2/ac?${new URLSearchParams(fields)}`);
    const consent = await browser.submit(login, typist, { form: 'login-submit' });
    assert.match(textOf(consent), /08765430300/);
    assert.match(textOf(consent), /4510 123456/);
  });

  it('does the same by the third generation with a raw GOST signature', async () => {
    const back = await signIn('/aas/oauth2/v2/ac', sealings.raw(gost, messages.v2));
    const fields = tokenFields({ code: back.searchParams.get('code')! });
    assert.ok(fields.code, back.href);
    const answer = await post(house, '/aas/oauth2/v3/te', sealed(fields, sealings.raw(gost, messages.v3code)));
    assert.equal(answer.status, 200, answer.text);
  });

  it('ends at logout, for every site at once', async () => {
    const state = randomUUID();
    assert.ok(formatTimestamp(house.clock.now()) && state);
    const answer = await send(house, '/idp/ext/Logout?client_id=PORTAL&redirect_url=https://client.example/bye');
    assert.equal(answer.headers.get('location'), 'https://client.example/bye');
  });
});

function payload(marker: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(marker.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
}
