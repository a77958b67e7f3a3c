import { createHash, hash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '#src/platform/clock.ts';
import type { Clients } from '#src/identity/clients/clients.ts';
import type { Dialect } from '#src/protocols/oidc/dialect.ts';
import { certificatesNamed, explainHash } from '#src/protocols/esia/certificate-hash.ts';
import { checkSignature, readContainer, type SignatureMatch } from '#src/protocols/esia/client-signature.ts';
import { EsiaError } from '#src/protocols/esia/esia-error.ts';
import { esiaClientOf, type EsiaClient } from '#src/protocols/esia/esia-client.ts';
import { messagesFor, type Generation, type RequestKind } from '#src/protocols/esia/message-orders.ts';
import { nearMiss } from '#src/protocols/esia/near-miss.ts';
import { valueOf, type Parameters } from '#src/protocols/esia/parameters.ts';
import { parseTimestamp } from '#src/protocols/esia/timestamp.ts';
import type { Trace } from '#src/protocols/esia/trace.ts';

interface SignedRequestsDeps {
  clients: Clients;
  dialect: Dialect;
  clock: Clock;
  windowSeconds: number;
}

export interface SignedRequest {
  kind: RequestKind;
  generation: Generation;
  parameters: Parameters;
}

/** By what a copy of a request is known. */
interface Mark {
  name: string;
  sentAt: Date;
}

/** Proves that a request is the client's own, fresh, and not a copy. Everything learnt goes into the trace. */
export class SignedRequests {
  readonly #deps: SignedRequestsDeps;

  constructor(deps: SignedRequestsDeps) {
    this.#deps = deps;
  }

  /** Who the request says it is from, before anything is proven. */
  async client(parameters: Parameters, trace: Trace): Promise<EsiaClient> {
    const mnemonic = valueOf(parameters, 'client_id');
    if (mnemonic === '') throw new EsiaError('007014', 'client_id is missing', 'client_id');
    if (!/^[\x20-\x7e]{1,200}$/.test(mnemonic)) throw new EsiaError('007002', 'client_id is malformed');
    const registered = await this.#deps.clients.find(mnemonic);
    if (!registered) throw new EsiaError('007002', 'no such client is registered');
    trace.clientId = mnemonic;
    const client = esiaClientOf(registered);
    if (!client) throw new EsiaError('007002', 'the client is not registered for this dialect: `esia` is missing');
    return client;
  }

  async verify(client: EsiaClient, request: SignedRequest, trace: Trace): Promise<void> {
    await this.claim(client, this.prove(client, request, trace));
  }

  /** That it is the client's own and fresh. Whether it is a copy, `claim` has to say before anything is answered. */
  prove(client: EsiaClient, request: SignedRequest, trace: Trace): Mark | undefined {
    const { parameters } = request;
    if (isPlainSecret(client, request)) {
      trace.findings.matched = { form: 'the registered client_secret itself, unsigned' };
      return undefined;
    }
    requireAll(parameters, ['timestamp', 'state', 'client_secret', ...(request.kind === 'log' ? [] : ['scope'])]);
    if (client.certificates.length === 0) throw new EsiaError('007002', 'the client has no readable certificate');
    const sentAt = this.#checkTimestamp(parameters, trace);
    const match = this.#match(client, request, trace);
    return request.kind === 'log' ? undefined : markOf(client, request.kind, match, sentAt);
  }

  /** Once for each mark, whoever asks at the same moment. */
  async claim({ mnemonic }: EsiaClient, mark: Mark | undefined): Promise<void> {
    if (!mark) return;
    const { clock, dialect, windowSeconds } = this.#deps;
    const endsMs = mark.sentAt.getTime() + (windowSeconds + 60) * 1000;
    const seconds = Math.ceil((endsMs - clock.now().getTime()) / 1000);
    if (!(await dialect.isFirst(mnemonic, mark.name, seconds)))
      throw new EsiaError('007053', 'this very request was used before; sign a new state and timestamp each time');
  }

  #checkTimestamp(parameters: Parameters, { findings }: Trace): Date {
    const text = valueOf(parameters, 'timestamp');
    const tolerant = text.replace(/ {1,2}(\d{4})$/, ' +$1');
    const sentAt = parseTimestamp(text) ?? parseTimestamp(tolerant);
    if (!sentAt)
      throw new EsiaError(
        '007014',
        `timestamp is not of the form 2026.11.21 18:30:56 +0300: ${text.slice(0, 60)}`,
        'timestamp',
      );
    const now = this.#deps.clock.now();
    const differenceSeconds = Math.round((sentAt.getTime() - now.getTime()) / 1000);
    const { windowSeconds } = this.#deps;
    findings.clock = { sent: sentAt.toISOString(), ours: now.toISOString(), differenceSeconds, windowSeconds };
    if (Math.abs(differenceSeconds) > windowSeconds) {
      const side = differenceSeconds > 0 ? 'ahead of' : 'behind';
      throw new EsiaError(
        '007015',
        `the timestamp is ${Math.abs(differenceSeconds)} s ${side} our clock, ${windowSeconds} s are allowed`,
      );
    }
    return sentAt;
  }

  #match(client: EsiaClient, request: SignedRequest, { findings }: Trace): SignatureMatch {
    const { kind, generation, parameters } = request;
    const certificates = certificatesFor(client, request, findings);
    const every = messagesFor(kind, generation, parameters);
    const messages = client.isStrict ? every.filter(({ isNative }) => isNative) : every;
    const signature = valueOf(parameters, 'client_secret');
    const found = checkSignature({ signature, messages, certificates });
    const { received = found.received, content } = found.match ? {} : readContainer({ signature, certificates });
    findings.tried = found.attempts;
    findings.certificate = {
      received,
      registered: client.certificates.map(({ sha256, streebog256 }) => ({ sha256, streebog256 })),
    };
    if (found.match) {
      const { message, form, algorithm, digest, details, certificate } = found.match;
      findings.matched = { order: message.order, form, algorithm, digest, details, certificate: certificate.sha256 };
      refuseOutOfProfile(client, request, found.match);
      return found.match;
    }
    if (found.strangerSigned !== undefined)
      throw new EsiaError(
        '007002',
        `the signature is right, but its certificate ${received?.sha256} is not registered`,
      );
    const lenient = client.isStrict ? checkSignature({ signature, messages: every, certificates }).match : undefined;
    const near = lenient
      ? `the lenient profile would accept it: ${lenient.message.order}`
      : nearMiss({ kind, generation, parameters, signature, certificates, content });
    if (near) findings.nearly = near;
    const code = generation === 'v1' ? '007005' : '007053';
    const stranger =
      received?.isRegistered === false ? `, and its certificate ${received.sha256} is not registered` : '';
    throw new EsiaError(code, near ?? `the signature fits none of the strings tried${stranger}`);
  }
}

/**
 * Counted by what was signed and not by the signature's bytes, which can be spelt in many ways. A lenient client may use
 * one string at both endpoints, as many libraries do within a second.
 */
function markOf({ isStrict }: EsiaClient, kind: RequestKind, { message }: SignatureMatch, sentAt: Date): Mark {
  const place = isStrict ? '' : kind === 'authorization' ? 'ac' : 'te';
  return { name: hash('sha256', `esia:${place}\0${message.text}`, 'base64url'), sentAt };
}

/**
 * One published library signs and then sends its configured secret instead. A registered secret proves the client at the
 * ordinary token endpoint, so it does at this one, where the profile is lenient.
 */
function isPlainSecret({ secret, isStrict, onlyGost }: EsiaClient, { kind, parameters }: SignedRequest): boolean {
  const sent = valueOf(parameters, 'client_secret');
  if (secret === undefined || isStrict || onlyGost || kind === 'authorization') return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(secret), digest(sent));
}

function requireAll(parameters: Parameters, names: readonly string[]): void {
  const missing = names.find((name) => valueOf(parameters, name) === '');
  if (missing === 'scope') throw new EsiaError('007013', 'scope is missing');
  if (missing) throw new EsiaError('007014', `${missing} is missing`, missing);
}

/** The first generation knows no hash, though some send it; there it is not looked at. */
function certificatesFor(
  client: EsiaClient,
  { kind, generation, parameters }: SignedRequest,
  findings: Trace['findings'],
) {
  const hash = valueOf(parameters, 'client_certificate_hash');
  if (generation === 'v1') return client.certificates;
  if (hash === '') {
    // One published client leaves it out when it refreshes.
    if (client.isStrict && kind !== 'refresh_token')
      throw new EsiaError('007014', 'client_certificate_hash is missing', 'client_certificate_hash');
    return client.certificates;
  }
  const named = certificatesNamed(hash, client.certificates);
  findings.certificateHash = { received: hash.slice(0, 200), isKnown: named.length > 0 };
  if (named.length > 0) return named;
  throw new EsiaError('007053', `client_certificate_hash: ${explainHash(hash, client.certificates)}`);
}

function refuseOutOfProfile(client: EsiaClient, { generation }: SignedRequest, { form, algorithm }: SignatureMatch) {
  if (client.onlyGost && !algorithm.startsWith('gost'))
    throw new EsiaError('007005', 'the client is registered for GOST signatures alone, and this one is RSA');
  if (client.isStrict && generation !== 'v1' && form !== 'raw')
    throw new EsiaError('007053', 'the strict profile wants a raw signature at this address, not a CMS container');
  if (client.isStrict && generation === 'v1' && form !== 'cms')
    throw new EsiaError('007005', 'the strict profile wants a CMS container at this address, not a raw signature');
}
