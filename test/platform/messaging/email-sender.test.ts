import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { EmailSender } from '#src/platform/messaging/email-sender.ts';
import type { OutgoingMessage } from '#src/platform/messaging/sender.ts';

const message: OutgoingMessage = {
  id: '01990000-0000-7000-8000-000000000001',
  channel: 'email',
  to: 'anna@example.org',
  subject: 'Подтвердите адрес почты — ЕСИА',
  text: 'Здравствуйте!\n\nhttp://id.example.org/confirm/abc',
  html: '<p>Здравствуйте!</p>',
  validForSeconds: 900,
};

describe('e-mail over SMTP', () => {
  let server: SMTPServer;
  let sender: EmailSender;
  let refuseWith: number | undefined;
  let words: string;
  let refuseSender: boolean;
  let stall: boolean;
  let received: { recipients: string[]; email: Email }[];

  beforeEach(async () => {
    refuseWith = undefined;
    words = 'anna@example.org is not welcome';
    refuseSender = false;
    stall = false;
    received = [];
    server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, callback) =>
        username === 'esia' && password === 's3cret' ? callback(null, { user: 'esia' }) : callback(new Error('no')),
      onMailFrom: (_address, _session, callback) =>
        callback(refuseSender ? Object.assign(new Error('who are you'), { responseCode: 550 }) : null),
      onRcptTo: (_address, _session, callback) => {
        if (stall) return;
        callback(refuseWith ? Object.assign(new Error(words), { responseCode: refuseWith }) : null);
      },
      onData: async (stream, session, callback) => {
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        received.push({ recipients, email: await PostalMime.parse(Buffer.concat(await stream.toArray())) });
        callback();
      },
    });
    server.on('error', () => {});
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    sender = newSender('esia:s3cret');
  });

  afterEach(async () => {
    await sender.close();
    await new Promise<void>((done) => server.close(done));
  });

  it('arrives with Cyrillic subject, name and text as they were written', async () => {
    await sender.send(message);
    const { email, recipients } = received[0]!;
    assert.deepEqual(recipients, ['anna@example.org']);
    assert.equal(email.subject, message.subject);
    assert.deepEqual(email.from, { name: 'ЕСИА', address: 'no-reply@id.example.org' });
    assert.equal(email.text?.trim(), message.text);
    assert.match(email.html!, /Здравствуйте!/);
    assert.equal(email.messageId, `<${message.id}@id.example.org>`);
    assert.equal(email.headers.find(({ key }) => key === 'auto-submitted')?.value, 'auto-generated');
  });

  it('goes to one recipient, whatever the address says', async () => {
    await sender.send({ ...message, to: 'anna@example.org, boris@example.org' }).catch(() => {});
    assert.ok(received.every(({ recipients }) => recipients.length === 1));
    assert.ok(received.every(({ recipients }) => !recipients.includes('boris@example.org')));
  });

  it('keeps an address from adding headers or commands', async () => {
    await sender.send({ ...message, to: 'anna@example.org\r\nBcc: boris@example.org' }).catch(() => {});
    assert.ok(received.every(({ recipients, email }) => recipients.length === 1 && !email.bcc));
  });

  it('may be tried again after a refusal for now', async () => {
    refuseWith = 451;
    await assert.rejects(sender.send(message), { name: 'DeliveryError', code: 'smtp_EENVELOPE_451', permanent: false });
    refuseWith = undefined;
    await sender.send(message);
    assert.equal(received.length, 1);
  });

  it('is given up after a refusal for good, whose words are not kept', async () => {
    refuseWith = 550;
    const expected = {
      name: 'DeliveryError',
      code: 'smtp_EENVELOPE_550',
      message: 'smtp_EENVELOPE_550',
      permanent: true,
      isAddressRefused: true,
    };
    await assert.rejects(sender.send(message), expected);
  });

  it('R18: an address is not to blame for who sends to it', async () => {
    refuseWith = 550;
    words = '5.7.1 relaying denied';
    await assert.rejects(sender.send(message), { permanent: true, isAddressRefused: false });
    refuseWith = undefined;
    refuseSender = true;
    await assert.rejects(sender.send(message), { permanent: true, isAddressRefused: false });
  });

  it('may be tried again when our own password is wrong', async () => {
    const stranger = newSender('esia:wrong');
    await assert.rejects(stranger.send(message), { name: 'DeliveryError', permanent: false });
  });

  it('does not wait for ever for a stuck server', async () => {
    stall = true;
    await assert.rejects(newSender('esia:s3cret', 100).send(message), { name: 'DeliveryError', permanent: false });
  });

  it('may be tried again when nobody listens', async () => {
    const nobody = new EmailSender({ url: 'smtp://127.0.0.1:1', from: 'no-reply@id.example.org' });
    await assert.rejects(nobody.send(message), { name: 'DeliveryError', permanent: false });
  });

  function newSender(credentials: string, timeoutMs = 2000): EmailSender {
    const { port } = server.server.address() as AddressInfo;
    const url = `smtp://${credentials}@127.0.0.1:${port}`;
    return new EmailSender({ url, from: 'ЕСИА <no-reply@id.example.org>', timeoutMs });
  }
});
