import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import type { OutgoingMessage } from '#src/platform/messaging/sender.ts';
import { HttpSmsSender } from '#src/platform/messaging/sms-sender-http.ts';

const message: OutgoingMessage = {
  id: '01990000-0000-7000-8000-000000000001',
  channel: 'sms',
  to: '+79001234567',
  text: 'ЕСИА: код 123456',
  validForSeconds: 299,
};

describe('SMS over an HTTP gateway', () => {
  let server: Server;
  let received: { headers: IncomingMessage['headers']; body: unknown }[];
  let answer: (response: ServerResponse) => void;
  let sender: HttpSmsSender;

  beforeEach(async () => {
    received = [];
    answer = (response) => response.writeHead(202).end('{}');
    server = createServer(async (request, response) => {
      received.push({ headers: request.headers, body: await json(request) });
      answer(response);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    sender = new HttpSmsSender({ url: `http://esia:p%40ss@127.0.0.1:${port}/send`, from: 'OpenESIA', timeoutMs: 200 });
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  it('hands over text, number and sender, with our credentials', async () => {
    await sender.send(message);
    const [{ headers, body }] = received as [(typeof received)[number]];
    assert.deepEqual(body, { to: message.to, text: message.text, id: message.id, from: 'OpenESIA' });
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(Buffer.from(headers.authorization!.slice('Basic '.length), 'base64').toString(), 'esia:p@ss');
  });

  it('carries one idempotency key through all tries, so that the gateway can drop a duplicate', async () => {
    answer = (response) => response.writeHead(500).end();
    await assert.rejects(sender.send(message), { code: 'http_500', permanent: false });
    answer = (response) => response.writeHead(200).end();
    await sender.send(message);
    assert.deepEqual(
      received.map(({ headers }) => headers['idempotency-key']),
      [message.id, message.id],
    );
  });

  it('does not wait for ever for a stuck gateway', async () => {
    answer = () => {};
    await assert.rejects(sender.send(message), { code: 'http_timeout', permanent: false });
  });

  it('may be tried again when the gateway drops the line', async () => {
    answer = (response) => response.destroy();
    await assert.rejects(sender.send(message), { code: 'http_unreachable', permanent: false });
  });

  for (const [status, permanent] of [
    [400, true],
    [404, true],
    [401, false],
    [408, false],
    [429, false],
    [503, false],
    [302, false],
  ] as const) {
    it(`${permanent ? 'is given up' : 'may be tried again'} after ${status}`, async () => {
      answer = (response) => response.writeHead(status, { location: '/elsewhere' }).end();
      await assert.rejects(sender.send(message), { code: `http_${status}`, permanent });
      assert.equal(received.length, 1);
    });
  }
});
