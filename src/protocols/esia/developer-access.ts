import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clients } from '#src/identity/clients/clients.ts';
import { EsiaError } from '#src/protocols/esia/esia-error.ts';
import { valueOf, type Parameters } from '#src/protocols/esia/parameters.ts';
import type { SignedRequests } from '#src/protocols/esia/signed-requests.ts';
import { newTrace } from '#src/protocols/esia/trace.ts';

interface DeveloperAccessDeps {
  clients: Clients;
  signedRequests: SignedRequests;
  /** There the admin API is open to everybody, so a client's log hides nothing. */
  sandbox: boolean;
}

/** A client's developer shows the client's own credentials: its secret by HTTP Basic, or a signed request. */
export class DeveloperAccess {
  readonly #deps: DeveloperAccessDeps;

  constructor(deps: DeveloperAccessDeps) {
    this.#deps = deps;
  }

  /** Whose log it is. Undefined: not proven, for whatever reason. */
  async clientOf(authorization: string, parameters: Parameters): Promise<string | undefined> {
    if (authorization !== '') return this.#bySecret(authorization);
    return valueOf(parameters, 'client_secret') === '' ? undefined : this.#bySignature(parameters);
  }

  async #bySecret(authorization: string): Promise<string | undefined> {
    const [, encoded] = /^basic +([A-Za-z0-9+/=]{1,2000})$/i.exec(authorization.trim()) ?? [];
    const [, id, secret] =
      /^([\x20-\x39\x3b-\x7e]{1,200}):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? [];
    if (id === undefined || secret === undefined) return undefined;
    const client = (await this.#deps.clients.find(id)) ?? (await this.#deps.clients.find(decoded(id)));
    if (!client) return undefined;
    const accepted = [
      ...(client.secret === undefined ? [] : [client.secret]),
      ...(this.#deps.sandbox ? ['sandbox'] : []),
    ];
    return accepted.some((one) => isEqual(one, secret) || isEqual(one, decoded(secret))) ? client.id : undefined;
  }

  async #bySignature(parameters: Parameters): Promise<string | undefined> {
    const trace = newTrace();
    try {
      const client = await this.#deps.signedRequests.client(parameters, trace);
      await this.#deps.signedRequests.verify(client, { kind: 'log', generation: 'v1', parameters }, trace);
      return client.mnemonic;
    } catch (error) {
      if (error instanceof EsiaError) return undefined;
      throw error;
    }
  }
}

/** RFC 6749 section 2.3.1 has both parts form-encoded; many clients do not. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function isEqual(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
