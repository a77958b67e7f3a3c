import { Agent, request } from 'node:http';

export const CLIENT_ID = 'bench';
export const CLIENT_SECRET = 'a-secret-of-the-benchmark-alone-0123456789';
export const REDIRECT_URI = 'https://university.example/callback';
export const RESOURCE = 'urn:openesia:sandbox:api';
export const PASSWORD = 'Quiet-Harbour-52';

export const loginOf = (number: number) => `+7900001${String(1000 + number)}`;

const authorization = `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64')}`;

export interface Answer {
  status: number;
  location: string;
  body: string;
}

/** One person with a browser, and the client system they use: as little work on this side as will do. */
export class Visitor {
  readonly login: string;
  readonly isBare: boolean;
  readonly cookies = new Map<string, string>();
  readonly origin: string;
  readonly #agent: Agent;
  /** Proves that a form was ours; stays valid as long as the browser's cookie. */
  csrf = '';
  accessToken = '';
  refreshToken = '';

  constructor({ origin, agent, number, isBare }: { origin: string; agent: Agent; number: number; isBare: boolean }) {
    this.origin = origin;
    this.#agent = agent;
    this.isBare = isBare;
    this.login = loginOf(number);
  }

  async browse(path: string, form?: Record<string, string>): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return this.#send(path, form, { cookie, accept: 'text/html', 'accept-language': 'en', origin: this.origin });
  }

  async asClient(path: string, form: Record<string, string>): Promise<Answer> {
    return expect(200, await this.#send(path, form, { authorization }));
  }

  /** A client system that proves itself in the form. */
  async post(path: string, form: Record<string, string>): Promise<Answer> {
    return expect(200, await this.#send(path, form, {}));
  }

  async asBearer(path: string): Promise<Answer> {
    return expect(200, await this.#send(path, undefined, { authorization: `Bearer ${this.accessToken}` }));
  }

  async ask(path: string): Promise<Answer> {
    return expect(200, await this.#send(path, undefined, {}));
  }

  /** Forgets the session, keeps the browser's own cookie. */
  signOut(): void {
    for (const name of this.cookies.keys()) if (!/^(browser|device)/.test(name)) this.cookies.delete(name);
  }

  #send(path: string, form: Record<string, string> | undefined, headers: Record<string, string>): Promise<Answer> {
    const url = new URL(path, this.origin);
    const body = form && new URLSearchParams(form).toString();
    if (body !== undefined) {
      headers['content-type'] = 'application/x-www-form-urlencoded';
      headers['content-length'] = String(Buffer.byteLength(body));
    }
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, host: '127.0.0.1', port: url.port, path: url.pathname + url.search };
      const method = form ? 'POST' : 'GET';
      const outgoing = request({ ...options, method, headers: { ...headers, host: url.host } }, (incoming) => {
        for (const line of incoming.headers['set-cookie'] ?? []) this.#keep(line);
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode!,
            location: incoming.headers.location ?? '',
            body: Buffer.concat(chunks).toString(),
          }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  #keep(line: string): void {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
    if (value === '') this.cookies.delete(name!);
    else this.cookies.set(name!, value!);
  }
}

export class UnexpectedAnswer extends Error {
  readonly status: number;

  constructor(expected: number, { status, location, body }: Answer) {
    super(`expected ${expected}, got ${status}: ${location || body.slice(0, 500)}`);
    this.status = status;
  }
}

export function expect(status: number, answer: Answer): Answer {
  if (answer.status !== status) throw new UnexpectedAnswer(status, answer);
  return answer;
}
