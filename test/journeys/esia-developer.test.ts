import assert from 'node:assert/strict';
import { Browser, has, hrefOf, textOf } from '#test/support/browser.ts';
import { authorizationFields, messages, registerEsia, rsaSigner, sealed, sealings } from '#test/support/esia-client.ts';
import { House } from '#test/support/house.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { send } from '#test/support/protocol.ts';

const rsa = rsaSigner();
const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

describe('the developer of an ESIA client', () => {
  let house: House;
  let person: Person;
  const secret = 'the-secret-of-the-client-system';

  before(async () => {
    house = await House.open();
    person = await settle(house, anna);
    const rules = { certificates: [rsa.certificate] };
    await registerEsia(house, 'PORTAL', rules, { client_secret: secret });
    await registerEsia(house, 'OTHER', rules, { client_secret: 'another-secret-altogether-47' });
  });
  after(() => house.close());

  it('follows the reference of an error page to the true reason, and a stranger does not', async () => {
    const browser = new Browser(house.origin);
    const fields = authorizationFields(house, 'PORTAL', { redirect_uri: 'https://elsewhere.example/back' });
    const view = await browser.open(
      `/aas/oauth2/ac?${new URLSearchParams(sealed(fields, sealings.cms(rsa, messages.v1)))}`,
    );
    assert.equal(view.status, 400);
    assert.match(textOf(view), /ESIA-007023/);
    assert.doesNotMatch(view.html, /elsewhere|client\.example/);
    const link = hrefOf(view, 'op-reference-link');
    assert.equal((await browser.open(link)).status, 401);
    assert.equal((await browser.request('GET', link, undefined, basic('PORTAL', 'wrong'))).status, 401);
    const log = await browser.request('GET', link, undefined, basic('PORTAL', secret));
    assert.equal(log.status, 200);
    assert.match(textOf(log), /redirect_uri is not at a registered domain \(client\.example, localhost\)/);
    const foreign = await browser.request('GET', link, undefined, basic('OTHER', 'another-secret-altogether-47'));
    assert.doesNotMatch(textOf(foreign), /elsewhere/);
  });

  it('reads the log as JSON, masked, with the strings tried, the certificates and the clocks', async () => {
    const stranger = rsaSigner('Somebody else');
    const fields = authorizationFields(house, 'PORTAL', { timestamp: authorizationFields(house, 'PORTAL').timestamp! });
    const request = sealed(fields, sealings.cms(stranger, messages.v1));
    const refused = await send(house, `/aas/oauth2/ac?${new URLSearchParams(request)}`);
    const reference = new URL(refused.headers.get('location')!).searchParams.get('error_reference');
    const path = `/aas/developer/requests?reference=${reference}`;
    assert.equal((await send(house, path)).status, 401);
    const { json, text } = await send(house, path, { headers: basic('PORTAL', secret) });
    const [entry] = json as unknown as Record<string, any>[];
    assert.equal(entry!.code, 'ESIA-007002');
    assert.match(entry!.reason, /the signature is right, but its certificate [0-9A-F]{64} is not registered/);
    assert.equal(entry!.findings.clock.differenceSeconds <= 0, true);
    assert.match(entry!.findings.certificate.received.sha256, /^[0-9A-F]{64}$/);
    assert.equal(entry!.findings.certificate.registered.length, 1);
    assert.deepEqual(entry!.findings.tried[0].order, 'scope+timestamp+client_id+state');
    assert.ok(!text.includes(request.client_secret!));
  });

  it('sees the certificate received beside those registered even where the string was wrong', async () => {
    const signed = { ...authorizationFields(house, 'PORTAL'), state: 'another state' };
    const { findings, reason } = await refusal({
      ...authorizationFields(house, 'PORTAL'),
      client_secret: sealings.cms(rsaSigner('Somebody else'), messages.v1)(signed),
    });
    assert.equal(findings.certificate.received.isRegistered, false);
    assert.equal(findings.certificate.received.subject, 'Somebody else');
    assert.match(reason, /fits none of the strings tried, and its certificate [0-9A-F]{64} is not registered/);
  });

  it('is shown the character that differs where the container holds the string that was signed (C4)', async () => {
    const fields = authorizationFields(house, 'PORTAL', { scope: 'openid fullname' });
    const signed = { ...fields, scope: 'openid full_name' };
    const { reason } = await refusal({
      ...fields,
      client_secret: sealings.cms(rsa, messages.v1, { isAttached: true })(signed),
    });
    assert.match(reason, /scope\+timestamp\+client_id\+state: at character 12 it has "_name\d{4}\.\d\d" and not "name/);
  });

  it('copies a request as a command, secrets masked (C5)', async () => {
    const fields = sealed(authorizationFields(house, 'PORTAL'), sealings.cms(rsa, messages.v1));
    await send(house, `/aas/oauth2/ac?${new URLSearchParams(fields)}`);
    const log = await new Browser(house.origin).request(
      'GET',
      '/developer/requests',
      undefined,
      basic('PORTAL', secret),
    );
    assert.ok(textOf(log).includes(`--data-urlencode 'state=${fields.state}'`), textOf(log));
    assert.ok(!log.html.includes(fields.client_secret!));
  });

  it('may show a signed request instead of a secret', async () => {
    const { timestamp, state, client_id } = authorizationFields(house, 'PORTAL');
    const fields = sealed(
      { timestamp: timestamp!, state: state!, client_id: client_id! },
      sealings.cms(rsa, messages.v1),
    );
    const answer = await send(house, `/aas/developer/requests?${new URLSearchParams(fields)}`);
    assert.equal(answer.status, 200, answer.text);
  });

  it('no longer finds a request after a day', async () => {
    await send(house, `/aas/oauth2/ac?${new URLSearchParams(authorizationFields(house, 'PORTAL'))}`);
    const read = async () => (await send(house, '/aas/developer/requests', { headers: basic('PORTAL', secret) })).json;
    assert.ok(((await read()) as unknown as unknown[]).length > 0);
    house.clock.advance(25 * 3600_000);
    assert.deepEqual(await read(), []);
    house.clock.reset();
  });

  async function refusal(request: Record<string, string>) {
    const refused = await send(house, `/aas/oauth2/ac?${new URLSearchParams(request)}`);
    const reference = new URL(refused.headers.get('location')!).searchParams.get('error_reference');
    const path = `/aas/developer/requests?reference=${reference}`;
    const { json } = await send(house, path, { headers: basic('PORTAL', secret) });
    return (json as unknown as Record<string, any>[])[0]!;
  }

  it('walks through one request and sees every string that is signed', async () => {
    const browser = new Browser(house.origin);
    const first = await browser.open('/developer/walk');
    assert.match(textOf(first), /client_id \+ scope \+ timestamp \+ state \+ redirect_uri/);
    let view = await browser.open(hrefOf(first, 'walk-on'));
    view = await browser.submit(view, { login: person.login, password: person.password }, { form: 'login-submit' });
    if (has(view, 'consent-submit')) view = await browser.submit(view, {}, { form: 'consent-submit' });
    assert.equal(view.status, 200, textOf(view));
    assert.match(textOf(view), /client_id \+ scope \+ timestamp \+ state \+ redirect_uri \+ code/);
    assert.match(textOf(view), /"lastName": "Петрова"/);
    assert.match(textOf(view), /"urn:esia:sbj_id": \d+/);
  });
});
