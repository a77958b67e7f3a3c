import { letterPdf } from '#src/platform/messaging/letter-pdf.ts';
import { DeliveryError, type OutgoingMessage, type Sender } from '#src/platform/messaging/sender.ts';

/** Letters through a printing service: POST of JSON (docs/production.md) with the printed page as PDF, any 2xx means taken. */
export class HttpLetterSender implements Sender {
  readonly #url: string;
  readonly #headers: Record<string, string>;

  /** @param url https://user:password@printer/letters; user and password become basic authentication. */
  constructor(url: string) {
    const address = new URL(url);
    const { username, password } = address;
    const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
    address.username = '';
    address.password = '';
    this.#url = address.href;
    this.#headers = {
      'content-type': 'application/json',
      ...(username && { authorization: `Basic ${credentials.toString('base64')}` }),
    };
  }

  async send(message: OutgoingMessage): Promise<void> {
    const { id, to, subject, text, letter } = message;
    const pdf = (await letterPdf(message)).toString('base64');
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { ...this.#headers, 'idempotency-key': id },
      body: JSON.stringify({ id, to, addressee: letter?.addressee, language: letter?.language, subject, text, pdf }),
      signal: AbortSignal.timeout(8000),
      redirect: 'manual',
    }).catch((error: unknown) => {
      throw new DeliveryError('http_unreachable', { permanent: false, cause: error });
    });
    await response.body?.cancel();
    if (!response.ok) throw new DeliveryError(`http_${response.status}`, { permanent: false });
  }

  async close(): Promise<void> {}
}
