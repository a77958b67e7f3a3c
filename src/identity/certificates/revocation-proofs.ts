import type { Fetch } from '#src/platform/security/outgoing.ts';
import type { Certificate } from '#src/platform/signatures/certificate.ts';
import { MAX_CRL_BYTES, verifyCrl } from '#src/platform/signatures/crl.ts';
import { buildOcspRequest, verifyOcspResponse } from '#src/platform/signatures/ocsp.ts';
import { KeptAnswers } from '#src/identity/certificates/kept-answers.ts';
import type { TrustList } from '#src/identity/certificates/trust-list.ts';

/** What speaks for a chain's certificates, good or bad. */
export interface RevocationProof {
  kind: 'crl' | 'ocsp';
  bytes: Buffer;
}

interface Link {
  certificate: Certificate;
  issuer: Certificate;
  at: Date;
}

interface Source {
  kind: RevocationProof['kind'];
  url: string;
}

/** All questions of one signature together. */
const DEADLINE_MS = 2800;
/** One question, so that a silent responder leaves time for the list. */
const PATIENCE_MS = 1300;
const MAX_OCSP_BYTES = 128 * 1024;

/**
 * Finds out whether certificates were revoked: from the operator's own lists, from what was answered before and still
 * holds, or by asking. Only hosts of the trust list are asked, and only about certificates that lead to a trusted root.
 * What proves nothing (outdated, signed by somebody else, cut, too large) is dropped here, and then nothing speaks.
 */
export class RevocationProofs {
  readonly #fetch: Fetch;
  readonly #kept = new KeptAnswers();

  constructor({ fetch }: { fetch: Fetch }) {
    this.#fetch = fetch;
  }

  /** @param chain from the holder up to the root. */
  async collect(chain: Certificate[], { crls, hosts }: TrustList, at: Date): Promise<RevocationProof[]> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const links = chain.slice(1).map((issuer, index) => ({ certificate: chain[index]!, issuer, at }));
    const found = links.map(async (link) => {
      const own = crls.map((bytes) => ({ kind: 'crl' as const, bytes })).find((proof) => speaks(link, proof));
      return own ?? this.#ask(link, hosts, signal);
    });
    return (await Promise.all(found)).filter((proof) => proof !== undefined);
  }

  async #ask(link: Link, hosts: ReadonlySet<string>, signal: AbortSignal): Promise<RevocationProof | undefined> {
    for (const source of sourcesOf(link, hosts)) {
      const key = source.kind === 'crl' ? source.url : `${source.url} ${link.certificate.der.toString('base64')}`;
      const kept = this.#kept.get(key);
      if (kept && speaks(link, { kind: source.kind, bytes: kept })) return { kind: source.kind, bytes: kept };
      const bytes = await this.#kept.once(key, () => this.#get(source, link, signal).catch(() => undefined));
      const proof = bytes && { kind: source.kind, bytes };
      if (!proof || !speaks(link, proof)) continue;
      this.#kept.set(key, proof.bytes);
      return proof;
    }
    return undefined;
  }

  async #get({ kind, url }: Source, link: Link, deadline: AbortSignal): Promise<Buffer> {
    const signal = AbortSignal.any([deadline, AbortSignal.timeout(PATIENCE_MS)]);
    if (kind === 'crl') return readCapped(await this.#fetch(url, { signal }), MAX_CRL_BYTES);
    const headers = { 'content-type': 'application/ocsp-request' };
    const body = new Uint8Array(buildOcspRequest(link));
    return readCapped(await this.#fetch(url, { method: 'POST', headers, body, signal }), MAX_OCSP_BYTES);
  }
}

/** Responders first: their answers are small and young. */
function sourcesOf({ certificate }: Link, hosts: ReadonlySet<string>): Source[] {
  const sources: Source[] = [
    ...certificate.ocspUrls.map((url) => ({ kind: 'ocsp' as const, url })),
    ...certificate.crlUrls.map((url) => ({ kind: 'crl' as const, url })),
  ];
  return sources.filter(({ url }) => isAllowed(url, hosts)).slice(0, MOST_SOURCES);
}

const MOST_SOURCES = 4;

function isAllowed(address: string, hosts: ReadonlySet<string>): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, username, password } = new URL(address);
  return ['http:', 'https:'].includes(protocol) && hosts.has(host) && username === '' && password === '';
}

/** Revoked is an answer as well. */
function speaks(link: Link, { kind, bytes }: RevocationProof): boolean {
  const verdict =
    kind === 'crl' ? verifyCrl({ ...link, crl: bytes }) : verifyOcspResponse({ ...link, response: bytes });
  return verdict.ok || verdict.reason === 'revoked';
}

async function readCapped(response: Response, mostBytes: number): Promise<Buffer> {
  if (!response.ok || !response.body) throw new Error(`answered ${response.status}`);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > mostBytes) throw new Error('the answer is too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
