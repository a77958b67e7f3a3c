import type { Translations } from '#src/platform/i18n/translator.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { DeliveryContext, Outbox } from '#src/platform/messaging/outbox.ts';
import { DeliveryError, type Channel, type Sender } from '#src/platform/messaging/sender.ts';
import type { Message } from '#src/platform/messaging/message.ts';
import { composeMessage } from '#src/platform/messaging/composition.ts';

const channels: Channel[] = ['sms', 'email', 'letter'];

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
  #onBounce: ((email: string) => Promise<void>) | undefined;

  /** Each channel is a kind of its own, so that a stuck SMS gateway does not hold up e-mail. */
  constructor(deps: MessagesDeps) {
    this.#deps = deps;
    for (const channel of channels) deps.outbox.register(kindOf(channel), this.#deliver.bind(this));
  }

  /** Call `wake` after the commit. After `deadlineAt` the message is dropped: a late code is worse than none. */
  async send(connection: Connection, message: Message, { deadlineAt }: { deadlineAt: Date }): Promise<void> {
    await this.#deps.outbox.put(connection, { kind: kindOf(message.channel), payload: message, deadlineAt });
  }

  /** Who wants to know of e-mail addresses that a server refused for good. */
  onBounce(listener: (email: string) => Promise<void>): void {
    this.#onBounce = listener;
  }

  /** Does not wait for the next poll of the outbox. */
  wake(): void {
    this.#deps.outbox.wake();
  }

  async #deliver(message: Message, { id, secondsLeft }: DeliveryContext): Promise<void> {
    const { translations, senders, issuer, serviceName } = this.#deps;
    const content = composeMessage(message, { translator: translations.for(message.language), issuer, serviceName });
    const { channel, to } = message;
    try {
      await senders[channel].send({ id, channel, to, ...content, validForSeconds: secondsLeft });
    } catch (error) {
      if (channel === 'email' && error instanceof DeliveryError && error.isAddressRefused) await this.#onBounce?.(to);
      throw error;
    }
  }
}

function kindOf(channel: Channel): string {
  return `message.${channel}`;
}
