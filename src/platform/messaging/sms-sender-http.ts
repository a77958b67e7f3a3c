import { DeliveryError, type OutgoingMessage, type Sender } from '#src/platform/messaging/sender.ts';

interface HttpSmsOptions {
  /** https://user:password@gateway/send; user and password become basic authentication. */
  url: string;
  from: string;
  timeoutMs?: number;
}

/** Refusals that say nothing about the message: our credentials, the gateway's haste. */
const temporaryRefusals = new Set([401, 408, 429]);

/** SMS over an HTTP gateway: POST of {to, text, id, from} as JSON, any 2xx means taken. */
export class HttpSmsSender implements Sender {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #from: string;
  readonly #timeoutMs: number;

  constructor({ url, from, timeoutMs = 5000 }: HttpSmsOptions) {
    const { username, password } = new URL(url);
    const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
      'base64',
    );
    this.#url = withoutCredentials(url);
    this.#headers = { 'content-type': 'application/json', ...(username && { authorization: `Basic ${credentials}` }) };
    this.#from = from;
    this.#timeoutMs = timeoutMs;
  }

  async send({ id, to, text }: OutgoingMessage): Promise<void> {
    const response = await this.#post(id, JSON.stringify({ to, text, id, from: this.#from }));
    await response.body?.cancel();
    if (response.ok) return;
    const { status } = response;
    const permanent = status >= 400 && status < 500 && !temporaryRefusals.has(status);
    throw new DeliveryError(`http_${status}`, { permanent });
  }

  async close(): Promise<void> {}

  async #post(id: string, body: string): Promise<Response> {
    const headers = { ...this.#headers, 'idempotency-key': id };
    const signal = AbortSignal.timeout(this.#timeoutMs);
    return fetch(this.#url, { method: 'POST', headers, body, signal, redirect: 'manual' }).catch((error: unknown) => {
      const code = (error as Error).name === 'TimeoutError' ? 'http_timeout' : 'http_unreachable';
      throw new DeliveryError(code, { permanent: false, cause: error });
    });
  }
}

function withoutCredentials(url: string): string {
  const address = new URL(url);
  address.username = '';
  address.password = '';
  return address.href;
}
