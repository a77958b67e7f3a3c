import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request, type IncomingHttpHeaders } from 'node:http';
import { systemClock } from '#src/platform/clock.ts';
import { loadConfig } from '#src/platform/config/config.ts';
import { createLogger } from '#src/platform/logger.ts';
import { Storage } from '#src/platform/storage/database.ts';
import { RunningServer } from '#src/server.ts';
import { buildServices } from '#src/services.ts';
import { emptyDatabase } from '#test/support/databases.ts';

/** As it stands behind a proxy that ends TLS: the issuer is https, the inner connection is not. */
describe('behind https', () => {
  let server: RunningServer;
  let storage: Storage;

  before(async () => {
    const logger = createLogger('silent');
    storage = new Storage(await emptyDatabase(), logger);
    const http = { port: 0, host: '127.0.0.1' };
    const config = loadConfig('test', { issuer: 'https://id.example', http, sandbox: false });
    const secrets = {
      masterKeys: [{ id: 'test', key: randomBytes(32) }],
      indexKey: randomBytes(32),
      registrationToken: 'registration-token-of-the-operator',
      metricsToken: undefined,
      adminToken: undefined,
    };
    server = await RunningServer.start(await buildServices({ config, secrets, storage, clock: systemClock, logger }));
  });
  after(async () => {
    await server.stop();
    await storage.close();
  });

  interface Answer {
    status: number;
    headers: IncomingHttpHeaders;
    text: string;
  }

  function ask(path: string, { method = 'GET', body = '', headers = {} } = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const to = { host: '127.0.0.1', port: server.port, path, method };
      const sent = request({ ...to, headers: { host: 'id.example', accept: 'text/html', ...headers } }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, text }));
      });
      sent.on('error', reject).end(body);
    });
  }

  it('every address in discovery is https', async () => {
    const document = JSON.parse((await ask('/.well-known/openid-configuration')).text) as Record<string, unknown>;
    assert.equal(document.issuer, 'https://id.example');
    for (const [name, value] of Object.entries(document))
      if (/_(endpoint|uri)$/.test(name)) assert.match(String(value), /^https:\/\/id\.example\//, name);
  });

  it('B1: cookies are Secure, HttpOnly and SameSite, those of the whole site with the __Host- prefix', async () => {
    const begun = await ask('/oauth2/auth?client_id=account&response_type=none&scope=openid&state=/account');
    assert.equal(begun.status, 303);
    const page = await ask(new URL(begun.headers.location!, 'https://id.example').pathname, {
      headers: { cookie: begun.headers['set-cookie']!.map((line) => line.split(';')[0]).join('; ') },
    });
    assert.equal(page.status, 200);
    const lines = [...begun.headers['set-cookie']!, ...page.headers['set-cookie']!];
    assert.ok(lines.length >= 6);
    for (const line of lines) {
      for (const flag of [/; ?secure/i, /; ?httponly/i, /; ?samesite=lax/i]) assert.match(line, flag, line);
      assert.doesNotMatch(line, /; ?domain=/i, line);
      if (/; ?path=\/(;|$)/i.test(line)) assert.match(line, /^(__Host-|last_client)/, line);
    }
    assert.ok(lines.some((line) => line.startsWith('__Host-browser=')));
  });

  it('B8: browsers are told to come by https only', async () => {
    for (const path of ['/', '/nowhere', '/oauth2/auth', '/oauth2/token'])
      assert.match(String((await ask(path)).headers['strict-transport-security']), /max-age=31536000/, path);
  });

  it('outside of the sandbox: no test person, no open registration, no sandbox pages', async () => {
    const body = JSON.stringify({ redirect_uris: ['https://a.example/'] });
    const json = { 'content-type': 'application/json', accept: 'application/json' };
    assert.ok([400, 401].includes((await ask('/oauth2/register', { method: 'POST', body, headers: json })).status));
    const authorization = 'Bearer registration-token-of-the-operator';
    const registered = await ask('/oauth2/register', { method: 'POST', body, headers: { ...json, authorization } });
    assert.equal(registered.status, 201, registered.text);
    const wrong = { ...json, authorization: 'Bearer registration-token-of-the-operatoR' };
    assert.equal((await ask('/oauth2/register', { method: 'POST', body, headers: wrong })).status, 401);
    assert.equal((await ask('/sandbox')).status, 404);
    assert.equal((await ask('/sandbox/api/people')).status, 404);
    const query = 'client_id=account&response_type=none&scope=openid&sandbox_person=anna';
    const begun = await ask(`/oauth2/auth?${query}`);
    assert.match(begun.headers.location!, /^\/interaction\/|^https:\/\/id\.example\/interaction\//);
  });
});
