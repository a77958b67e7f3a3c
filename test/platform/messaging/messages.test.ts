import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MovableClock } from '#src/platform/clock.ts';
import { languages, Translations, type Language } from '#src/platform/i18n/translator.ts';
import { createLogger } from '#src/platform/logger.ts';
import { FieldEncryption } from '#src/platform/security/encryption.ts';
import type { Storage } from '#src/platform/storage/database.ts';
import type { Message } from '#src/platform/messaging/message.ts';
import { Messages } from '#src/platform/messaging/messages.ts';
import { Outbox } from '#src/platform/messaging/outbox.ts';
import { DeliveryError, type OutgoingMessage, type Sender } from '#src/platform/messaging/sender.ts';
import { openStorage } from '#test/support/databases.ts';

const locales = fileURLToPath(new URL('../../../config/locales', import.meta.url));
const translated = languages.filter((language) => existsSync(`${locales}/${language}/messages.json`));
const translations = Translations.load(locales);
const russian: Record<string, string> = JSON.parse(readFileSync(`${locales}/ru/messages.json`, 'utf8'));
const day = Date.UTC(2026, 11, 6);
const args = {
  code: '048213',
  minutes: 5,
  link: 'https://id.example.org/registration/abc?x=1&y=2',
  name: 'Анна Петрова',
  client: 'University',
  device: 'Chrome',
  change: 'TOTP',
  at: '6.12.2026',
  number: '1234-5678',
  reference: 'A1B2C3D4',
  answer: 'We have made the letters larger.',
  deadline: day,
  until: day,
  due: day,
};

/** "Tell nobody" and "registration", in each language. */
const promises: Record<Language, { tellNobody: RegExp; registration: RegExp }> = {
  ru: { tellNobody: /никому.{0,10} не сообщайте/i, registration: /регистр/i },
  en: { tellNobody: /tell nobody|tell no one/i, registration: /regist/i },
  hy: { tellNobody: /ոչ մեկին/i, registration: /գրանց/i },
  kk: { tellNobody: /ешкімге/i, registration: /тірке/i },
  ky: { tellNobody: /эч кимге/i, registration: /катта/i },
  tg: { tellNobody: /ба (ҳеҷ кас|касе)/i, registration: /қайд|номнавис/i },
  uz: { tellNobody: /hech kimga/i, registration: /roʻyxat|ro[ʼ'‘’]yxat/i },
};

describe('messages to people', () => {
  const sent: OutgoingMessage[] = [];
  let trouble: DeliveryError | undefined;
  let storage: Storage;
  let clock: MovableClock;
  let outbox: Outbox;
  let messages: Messages;

  before(async () => {
    storage = await openStorage();
    clock = new MovableClock();
    const encryption = new FieldEncryption([{ id: 'k1', key: randomBytes(32) }]);
    outbox = new Outbox({ db: storage.db, clock, encryption, logger: createLogger('silent'), retry: { attempts: 6 } });
    const sender: Sender = {
      send: async (message) => {
        if (trouble) throw trouble;
        sent.push(message);
      },
      close: async () => {},
    };
    const senders = { sms: sender, email: sender, letter: sender };
    messages = new Messages({ outbox, translations, senders, issuer: 'https://id.example.org', serviceName: 'ЕСИА' });
  });
  beforeEach(() => {
    sent.length = 0;
    trouble = undefined;
  });
  after(() => storage.close());

  for (const language of translated) {
    for (const name of smsNames()) {
      it(`D9: the SMS ${name} in ${language} names the service and the site, and is short`, async () => {
        const { code: _, ...rest } = args;
        const { text } = await deliver(
          { name, channel: 'sms', to: '+79001234567', language },
          isCode(name) ? args : rest,
        );
        assert.match(text, /ЕСИА/);
        assert.match(text, /id\.example\.org/);
        assert.ok(text.length <= 67 * 4, `${text.length} characters make more than four SMS`);
        if (name.startsWith('registration')) assert.match(text, promises[language].registration);
        if (!isCode(name)) return;
        assert.match(text, promises[language].tellNobody);
        assert.doesNotMatch(text, /https?:|www\.|\//i);
      });
    }

    it(`D9: the code in ${language} ends with the line that autofill reads`, async () => {
      const { text } = await deliver({ name: 'registration-code', channel: 'sms', to: '+79001234567', language });
      assert.equal(text.split('\n').at(-1), '@id.example.org #048213');
      assert.match(text.split('\n')[0]!, /048213/);
    });

    for (const name of emailNames()) {
      it(`the e-mail ${name} in ${language} says the same as text and as HTML`, async () => {
        const { subject, text, html } = await deliver({ name, channel: 'email', to: 'anna@example.org', language });
        assert.match(subject!, /ЕСИА/);
        assert.doesNotMatch(subject!, /\n/);
        assert.match(text, /id\.example\.org/);
        assert.match(html!, new RegExp(`<html lang="${language}">`));
        const buttons = [...html!.matchAll(/href="([^"]*)"/g)].map(([, href]) => href!.replaceAll('&amp;', '&'));
        assert.deepEqual(buttons, text.includes(args.link) ? [args.link] : []);
      });
    }
  }

  it('escapes everything in the HTML part', async () => {
    const link = "https://id.example.org/r?a=\"><script>alert(1)</script>&b='x'";
    const { html } = await deliver(
      { name: 'confirm-email', channel: 'email', to: 'a@b.org', language: 'ru' },
      { ...args, link },
    );
    assert.doesNotMatch(html!, /<script|a=">|b='x'/);
  });

  it('refuses to link to somebody else', async () => {
    const link = 'https://id.example.org.evil.test/r';
    await assert.rejects(
      deliver({ name: 'confirm-email', channel: 'email', to: 'a@b.org', language: 'ru' }, { ...args, link }),
    );
  });

  it('D10: sends the same code under the same id after gateway trouble', async () => {
    trouble = new DeliveryError('http_500', { permanent: false });
    await put({ name: 'registration-code', channel: 'sms', to: '+79001234567', language: 'ru' });
    assert.equal(await outbox.deliverDue(), 0);
    trouble = undefined;
    clock.advance(2000);
    assert.equal(await outbox.deliverDue(), 1);
    assert.match(sent[0]!.text, /048213/);
    assert.ok(sent[0]!.validForSeconds <= 298);
  });

  it('D10: never sends a code after its life has ended', async () => {
    await put({ name: 'registration-code', channel: 'sms', to: '+79001234567', language: 'ru' });
    clock.advance(300_000);
    assert.equal(await outbox.deliverDue(), 0);
    assert.deepEqual(sent, []);
  });

  async function deliver(message: Omit<Message, 'args'>, given: Message['args'] = args): Promise<OutgoingMessage> {
    await put(message, given);
    await outbox.deliverDue();
    assert.equal(sent.length, 1);
    return sent[0]!;
  }

  async function put(message: Omit<Message, 'args'>, given: Message['args'] = args): Promise<void> {
    const deadlineAt = new Date(clock.now().getTime() + 300_000);
    const work = storage.db.transaction();
    await work.execute((transaction) => messages.send(transaction, { ...message, args: given }, { deadlineAt }));
  }
});

function smsNames() {
  return namesWith('sms');
}

/** A message that opens something to whoever reads it. */
function isCode(name: Message['name']): boolean {
  return russian[`message.${name}.sms`]!.includes('{code}');
}

function emailNames() {
  return namesWith('email');
}

function namesWith(part: string): Message['name'][] {
  const keys = Object.keys(russian).filter((key) => key.endsWith(`.${part}`));
  return keys.map((key) => key.split('.')[1] as Message['name']);
}
