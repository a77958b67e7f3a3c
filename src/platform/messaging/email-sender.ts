import { createRequire } from 'node:module';
import type * as Nodemailer from 'nodemailer';
import { DeliveryError, type OutgoingMessage, type Sender } from '#src/platform/messaging/sender.ts';

// Only a server that sends e-mail carries the library.
const load = createRequire(import.meta.url);

interface EmailOptions {
  /** smtp://user:password@host:587 or smtps://…; nodemailer's own settings may follow as query parameters. */
  url: string;
  /** `Name <address>` */
  from: string;
  timeoutMs?: number;
}

/** E-mail over SMTP, one connection for each message. */
export class EmailSender implements Sender {
  readonly #transport: Nodemailer.Transporter;
  readonly #from: string;
  readonly #domain: string;

  constructor({ url, from, timeoutMs = 5000 }: EmailOptions) {
    const { createTransport } = load('nodemailer') as typeof Nodemailer;
    this.#transport = createTransport({
      url,
      dnsTimeout: timeoutMs,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    this.#from = from;
    this.#domain = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost';
  }

  async send({ id, to, subject, text, html }: OutgoingMessage): Promise<void> {
    await this.#transport
      .sendMail({
        from: this.#from,
        // An object, because a string would be read as a list of addresses.
        to: { name: '', address: to },
        subject,
        text,
        html,
        messageId: `<${id}@${this.#domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      })
      .catch((error: unknown) => {
        throw asDeliveryError(error);
      });
  }

  async close(): Promise<void> {
    this.#transport.close();
  }
}

interface SmtpError {
  code?: string;
  responseCode?: number;
  command?: string;
  response?: string;
}

/** The server's words repeat the address, so only the numbers are kept. */
function asDeliveryError(error: unknown): DeliveryError {
  const { code = 'unknown', responseCode, command, response = '' } = error as SmtpError;
  const isAboutMessage = code === 'EENVELOPE' || code === 'EMESSAGE';
  const permanent = isAboutMessage && (responseCode === undefined || responseCode >= 500);
  // 5.7.x is about who sends: a relay that does not know us refuses everybody's address.
  const isAddressRefused = permanent && command === 'RCPT TO' && !/^5\d\d[ -]5\.7\./.test(response);
  const name = ['smtp', code, responseCode].filter(Boolean).join('_');
  return new DeliveryError(name, { permanent, isAddressRefused, cause: error });
}
