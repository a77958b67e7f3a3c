import type { OperatorSettings } from '#src/platform/config/operator-settings.ts';

export interface Reply {
  status: number;
  etag: string | undefined;
  json: any;
}

/** The server understood and refused. */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly body: { error?: string; message?: string; fields?: Record<string, string>; reference?: string };

  constructor(status: number, body: ApiRefusal['body']) {
    super(body.message ?? `the server answered ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** Nobody answered, or somebody else did. */
export class Unreachable extends Error {}

/** The admin API of a running server. */
export class AdminApi {
  readonly url: string;
  readonly #token: string;

  constructor({ url, token }: OperatorSettings) {
    this.url = url;
    this.#token = token;
  }

  /** @throws ApiRefusal, Unreachable. */
  async call(method: string, path: string, body?: unknown, ifMatch?: string): Promise<Reply> {
    const answer = await this.fetch(`/admin/api/v1${path}`, {
      method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = await readJson(answer);
    if (answer.status === 404 && json?.error === 'not_found') throw new ApiRefusal(404, { ...json, message: CLOSED });
    if (!answer.ok) throw new ApiRefusal(answer.status, json ?? {});
    const etag = answer.headers.get('etag')?.replace(/^"(.*)"$/, '$1');
    return { status: answer.status, etag, json };
  }

  /** Any address of the server, without the token. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const address = `${this.url}${path}`;
    const answer = await fetch(address, { ...init, redirect: 'manual', signal: AbortSignal.timeout(20_000) }).catch(
      (error: Error & { cause?: { code?: string } }) => {
        throw new Unreachable(
          `${this.url} does not answer (${error.cause?.code ?? error.name}). Is the server running? ESIA_URL says where.`,
        );
      },
    );
    if (answer.status === 421)
      throw new Unreachable(`wrong address: ${(await answer.text()).split(' / ')[0]}. Set ESIA_URL to it.`);
    return answer;
  }
}

const CLOSED = 'the admin API is not open there: start the server with ADMIN_TOKEN, and set the same here';

async function readJson(answer: Response): Promise<any> {
  const text = await answer.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Unreachable(
      `${answer.url} answered ${answer.status}, but not as OpenESIA does. ESIA_URL says where to call.`,
    );
  }
}
