import { createHash } from 'node:crypto';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { JWKS, Provider } from 'oidc-provider';
import type { Logger } from '#src/platform/logger.ts';

/** A document that is the same for everybody until the keys change. */
export interface PreparedDocument {
  body: Buffer;
  etag: string;
}

interface LiveProviderDeps {
  build(jwks: JWKS): Provider;
  keys: { load(): Promise<{ version: string; jwks: unknown[] }> };
  issuer: string;
  logger: Logger;
}

const documentPaths = [
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/.well-known/jwks.json',
];

/**
 * The provider in service. The library takes its keys once, so new keys mean a new provider; requests under way finish on
 * the old one. Discovery and key set are serialised once per key change and answered from memory.
 */
export class LiveProvider {
  readonly #deps: LiveProviderDeps;
  #provider!: Provider;
  #version = '';
  #documents = new Map<string, PreparedDocument>();
  #timer: NodeJS.Timeout | undefined;

  private constructor(deps: LiveProviderDeps) {
    this.#deps = deps;
  }

  static async start(deps: LiveProviderDeps): Promise<LiveProvider> {
    const live = new LiveProvider(deps);
    await live.refresh();
    return live;
  }

  get current(): Provider {
    return this.#provider;
  }

  document(path: string): PreparedDocument | undefined {
    return this.#documents.get(path);
  }

  /** Takes up keys that were rotated here or on another instance. */
  async refresh(): Promise<void> {
    const { version, jwks } = await this.#deps.keys.load();
    if (version === this.#version) return;
    const provider = this.#deps.build({ keys: jwks } as JWKS);
    const documents = await Promise.all(
      documentPaths.map(async (path) => [path, prepare(await ask(provider, path, this.#deps.issuer))] as const),
    );
    this.#provider = provider;
    this.#documents = new Map(documents);
    this.#version = version;
  }

  watch(everyMs: number): void {
    this.#timer = setInterval(() => {
      this.refresh().catch((err: unknown) => this.#deps.logger.warn({ err }, 'signing keys could not be read'));
    }, everyMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

function prepare(body: Buffer): PreparedDocument {
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}

/** One request to the provider itself, without a network: what it says is what we serve. */
async function ask(provider: Provider, path: string, issuer: string): Promise<Buffer> {
  const { host } = new URL(issuer);
  const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url: path, headers: { host } });
  const response = new ServerResponse(request);
  const answered = new Promise<Buffer>((resolve, reject) => {
    response.end = ((body: string | Buffer) => {
      if (response.statusCode === 200) resolve(Buffer.from(body));
      else reject(new Error(`the provider answered ${response.statusCode} for ${path}`));
      return response;
    }) as typeof response.end;
  });
  // Behind TLS the inner connection is plain; the documents must name the issuer's scheme all the same.
  provider.proxy = true;
  request.headers['x-forwarded-proto'] = new URL(issuer).protocol.slice(0, -1);
  await provider.callback()(request, response);
  return answered;
}
