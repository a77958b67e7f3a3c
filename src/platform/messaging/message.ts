import type { Language, Translations } from '#src/platform/i18n/translator.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { DeliveryContext, Outbox } from '#src/platform/messaging/outbox.ts';
import type { Channel, Sender } from '#src/platform/messaging/sender.ts';
import { composeMessage } from '#src/platform/messaging/composition.ts';

const channels: Channel[] = ['sms', 'email', 'letter'];

/**
 * What we write to people. A name has texts in config/locales/<language>/messages.json: `message.<name>.sms`;
 * `message.<name>.subject` with `.email` and, when the e-mail has a link, `.button`; or `.subject` with `.letter`.
 */
export type MessageName = 'registration-code' | 'registration-link' | 'already-registered' | 'confirm-email';

export interface Message {
  name: MessageName;
  channel: Channel;
  to: string;
  language: Language;
  /** Besides these, every text may use {service} and {site}. `code` ends an SMS as autofill wants it, `link` is the button. */
  args: Record<string, string | number>;
}

interface MessagesDeps {
  outbox: Outbox;
  translations: Translations;
  senders: Record<Channel, Sender>;
  issuer: string;
  serviceName: string;
}

/** Messages to people, through the outbox: written in the transaction that causes them, sent after its commit. */
export class Messages {
  readonly #deps: MessagesDeps;

  /** Each channel is a kind of its own, so that a stuck SMS gateway does not hold up e-mail. */
  constructor(deps: MessagesDeps) {
    this.#deps = deps;
    for (const channel of channels) deps.outbox.register(kindOf(channel), this.#deliver.bind(this));
  }

  /** Call `outbox.wake()` after the commit. After `deadlineAt` the message is dropped: a late code is worse than none. */
  async send(connection: Connection, message: Message, { deadlineAt }: { deadlineAt: Date }): Promise<void> {
    await this.#deps.outbox.put(connection, { kind: kindOf(message.channel), payload: message, deadlineAt });
  }

  async #deliver(message: Message, { id, secondsLeft }: DeliveryContext): Promise<void> {
    const { translations, senders, issuer, serviceName } = this.#deps;
    const content = composeMessage(message, { translator: translations.for(message.language), issuer, serviceName });
    const { channel, to } = message;
    await senders[channel].send({ id, channel, to, ...content, validForSeconds: secondsLeft });
  }
}

function kindOf(channel: Channel): string {
  return `message.${channel}`;
}
