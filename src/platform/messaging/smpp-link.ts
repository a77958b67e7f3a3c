import smpp, { type Pdu, type Session } from 'smpp';
import type { Logger } from '#src/platform/logger.ts';
import { DeliveryError } from '#src/platform/messaging/sender.ts';

export interface SmppAccount {
  host: string;
  port: number;
  tls: boolean;
  systemId: string;
  password: string;
  logger: Logger;
  timeoutMs: number;
  enquireMs: number;
}

/**
 * One bound session. The package never calls back for a request whose link was lost, so every request here has a
 * timeout and fails at once when the link closes. A link that does not answer is dropped, never mended.
 */
export class SmppLink {
  readonly #session: Session;
  readonly #timeoutMs: number;
  readonly #waiting = new Set<(error: DeliveryError) => void>();
  #enquiry: NodeJS.Timeout | undefined;
  #isOpen = true;

  /** Connects and authenticates. */
  static async bind(account: SmppAccount): Promise<SmppLink> {
    const { host, port, tls, systemId, password, timeoutMs } = account;
    const link = new SmppLink(
      smpp.connect({ host, port, tls, ...(tls && { servername: host }) }),
      timeoutMs,
      account.logger,
    );
    await link.#connected(tls ? 'secureConnect' : 'connect');
    const { command_status: status } = await link.request('bind_transceiver', { system_id: systemId, password });
    if (status !== 0) {
      link.#drop();
      throw new DeliveryError(`smpp_bind_${status}`, { permanent: false });
    }
    link.#enquiry = setInterval(() => void link.request('enquire_link', {}).catch(() => {}), account.enquireMs).unref();
    return link;
  }

  private constructor(session: Session, timeoutMs: number, logger: Logger) {
    this.#session = session;
    this.#timeoutMs = timeoutMs;
    session.on('error', (error: Error & { code?: string }) => {
      logger.warn({ reason: error.code ?? error.name }, 'SMPP link failed');
      this.#drop();
    });
    session.on('close', () => this.#drop());
    session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()));
    // Receipts are not asked for; a gateway that sends some is answered, or it would send them for ever.
    session.on('deliver_sm', (pdu: Pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response());
      this.#drop();
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async request(
    command: 'bind_transceiver' | 'submit_sm' | 'enquire_link' | 'unbind',
    fields: Record<string, unknown>,
  ): Promise<Pdu> {
    return this.#answer<Pdu>((resolve, reject) => {
      const isSent = this.#session[command](fields, resolve);
      if (!isSent) reject(new DeliveryError('smpp_link_lost', { permanent: false }));
    });
  }

  async close(): Promise<void> {
    if (this.#isOpen) await this.request('unbind', {}).catch(() => {});
    this.#drop();
  }

  #connected(event: string): Promise<void> {
    return this.#answer((resolve) => this.#session.once(event, () => resolve()));
  }

  async #answer<T>(ask: (resolve: (answer: T) => void, reject: (error: DeliveryError) => void) => void): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = setTimeout(() => {
      reject(new DeliveryError('smpp_timeout', { permanent: false }));
      this.#drop();
    }, this.#timeoutMs);
    this.#waiting.add(reject);
    ask(resolve, reject);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(reject);
    });
  }

  #drop(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#enquiry);
    for (const reject of this.#waiting) reject(new DeliveryError('smpp_link_lost', { permanent: false }));
    this.#session.destroy();
  }
}
