import assert from 'node:assert/strict';
import type { AddressInfo, Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import smpp, { type Pdu, type Session } from 'smpp';
import { createLogger } from '#src/platform/logger.ts';
import type { OutgoingMessage } from '#src/platform/messaging/sender.ts';
import { SmppSmsSender } from '#src/platform/messaging/sms-sender-smpp.ts';

const THROTTLED = 0x58;
const INVALID_DESTINATION = 0x0b;
const INVALID_PASSWORD = 0x0e;

const message: OutgoingMessage = {
  id: '01990000-0000-7000-8000-000000000001',
  channel: 'sms',
  to: '+79001234567',
  text: 'ЕСИА: код 123456\n\n@id.example.org #123456',
  validForSeconds: 299,
};

describe('SMS over SMPP', () => {
  let server: Server;
  let sessions: Session[];
  let submitted: Pdu[];
  let enquiries: number;
  let answer: (pdu: Pdu, session: Session) => void;
  let sender: SmppSmsSender;

  beforeEach(async () => {
    sessions = [];
    submitted = [];
    enquiries = 0;
    answer = accept;
    server = smpp.createServer((session) => {
      sessions.push(session);
      session.on('error', () => {});
      session.on('bind_transceiver', (pdu: Pdu) => {
        const isKnown = pdu.system_id === 'esia' && pdu.password === 's3cret';
        session.send(pdu.response(isKnown ? {} : { command_status: INVALID_PASSWORD }));
      });
      session.on('enquire_link', (pdu: Pdu) => {
        enquiries++;
        session.send(pdu.response());
      });
      session.on('unbind', (pdu: Pdu) => session.send(pdu.response()));
      session.on('submit_sm', (pdu: Pdu) => {
        submitted.push(pdu);
        answer(pdu, session);
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    sender = newSender();
  });

  afterEach(async () => {
    await sender.close();
    for (const session of sessions) session.destroy();
    await new Promise((done) => server.close(done));
  });

  it('arrives with its Cyrillic letters, to the right number and for no longer than it is worth', async () => {
    await sender.send(message);
    const [pdu] = submitted;
    assert.equal(textOf(pdu!.short_message), message.text);
    assert.equal(pdu!.data_coding, 8);
    assert.equal(pdu!.destination_addr, '79001234567');
    assert.equal(pdu!.source_addr, 'OpenESIA');
    assert.equal(pdu!.source_addr_ton, 5);
    const seconds = ((pdu!.validity_period as Date).getTime() - Date.now()) / 1000;
    assert.ok(seconds > 290 && seconds < 301, `valid for ${seconds} s`);
  });

  it('goes whole when it is longer than one SMS', async () => {
    const text = `${'Длинный текст, который не войдёт в одно сообщение. '.repeat(6)}\n\n@id.example.org #123456`;
    await sender.send({ ...message, text });
    assert.equal(submitted.length, 1);
    assert.equal(textOf(submitted[0]!.message_payload), text);
  });

  it('shares one link among messages', async () => {
    await Promise.all([sender.send(message), sender.send(message), sender.send(message)]);
    await sender.send(message);
    assert.deepEqual([sessions.length, submitted.length], [1, 4]);
  });

  it('may be tried again when our own password is wrong', async () => {
    const stranger = newSender({ credentials: 'esia:wrong' });
    await assert.rejects(stranger.send(message), { code: `smpp_bind_${INVALID_PASSWORD}`, permanent: false });
    await stranger.close();
  });

  it('may be tried again when the gateway is out of breath', async () => {
    answer = (pdu, session) => session.send(pdu.response({ command_status: THROTTLED }));
    await assert.rejects(sender.send(message), { code: `smpp_${THROTTLED}`, permanent: false });
    answer = accept;
    await sender.send(message);
    assert.equal(sessions.length, 1);
  });

  it('is given up when the number does not exist', async () => {
    answer = (pdu, session) => session.send(pdu.response({ command_status: INVALID_DESTINATION }));
    await assert.rejects(sender.send(message), { code: `smpp_${INVALID_DESTINATION}`, permanent: true });
  });

  it('fails at once when the link drops after the message, and binds anew for the next', async () => {
    answer = (_pdu, session) => session.destroy();
    const startedAt = performance.now();
    await assert.rejects(sender.send(message), { code: 'smpp_link_lost', permanent: false });
    assert.ok(performance.now() - startedAt < 400);
    answer = accept;
    await sender.send(message);
    assert.deepEqual([sessions.length, submitted.length], [2, 2]);
  });

  it('fails after its timeout when the gateway falls silent, and binds anew for the next', async () => {
    answer = () => {};
    await assert.rejects(sender.send(message), { code: 'smpp_timeout', permanent: false });
    answer = accept;
    await sender.send(message);
    assert.equal(sessions.length, 2);
  });

  it('binds anew when the gateway closed the link in between', async () => {
    await sender.send(message);
    sessions[0]!.destroy();
    await sleep(50);
    await sender.send(message);
    assert.equal(sessions.length, 2);
  });

  it('asks after a quiet link, and answers receipts', async () => {
    const patient = newSender({ enquireMs: 20 });
    await patient.send(message);
    const receipted = new Promise((done) => sessions[0]!.once('deliver_sm_resp', done));
    const ask = sessions[0] as unknown as { deliver_sm(fields: Record<string, unknown>): void };
    ask.deliver_sm({ source_addr: '79001234567', short_message: 'id:1 stat:DELIVRD' });
    await receipted;
    await sleep(60);
    assert.ok(enquiries > 0);
    await patient.close();
  });

  it('may be tried again when nobody listens', async () => {
    const nobody = new SmppSmsSender({ url: 'smpp://a:b@127.0.0.1:1', from: 'x', logger: createLogger('silent') });
    await assert.rejects(nobody.send(message), { code: 'smpp_link_lost', permanent: false });
  });

  function newSender({ credentials = 'esia:s3cret', enquireMs = 30_000 } = {}): SmppSmsSender {
    const { port } = server.address() as AddressInfo;
    const url = `smpp://${credentials}@127.0.0.1:${port}`;
    return new SmppSmsSender({ url, from: 'OpenESIA', logger: createLogger('silent'), timeoutMs: 500, enquireMs });
  }
});

function accept(pdu: Pdu, session: Session): void {
  session.send(pdu.response({ message_id: '1' }));
}

function textOf(field: unknown): string {
  return (field as { message: string }).message;
}
