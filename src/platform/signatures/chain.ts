import { parseCertificate, type Certificate } from '#src/platform/signatures/certificate.ts';
import { requireAuthority, requireSigner, requireUsable } from '#src/platform/signatures/certificate-rules.ts';
import { requireNotRevoked } from '#src/platform/signatures/revocation.ts';
import { attempt, refuseIf, SignatureFault, type Failed } from '#src/platform/signatures/signature-fault.ts';
import { requireStrongSignature } from '#src/platform/signatures/signature-scheme.ts';

export interface ChainToVerify {
  /** DER, like `intermediates`, which may hold strangers; those that cannot be read are passed over. */
  certificate: Uint8Array;
  intermediates: readonly Uint8Array[];
  /** Roots, read once with `readCertificate`. */
  trusted: readonly Certificate[];
  /** Fetched by the caller, who knows where from by `crlUrls` and `ocspUrls`. A link neither speaks for is refused. */
  crls: readonly Uint8Array[];
  ocspResponses?: readonly Uint8Array[];
  at: Date;
  /** For test authorities that publish nothing. */
  skipsRevocation?: boolean;
}

/**
 * From a signer's certificate to a trusted root (RFC 5280 section 6): signatures, validity at `at`, authority flags, path
 * length, key usage, critical extensions, strong algorithms, revocation. Never throws on what a stranger sent.
 */
export function verifyChain(chain: ChainToVerify): { ok: true; chain: Certificate[] } | Failed {
  return attempt(() => {
    const path = findPath(chain);
    if (chain.skipsRevocation) return { ok: true, chain: path };
    for (const [index, issuer] of path.slice(1).entries())
      requireNotRevoked({ ...chain, certificate: path[index]!, issuer });
    return { ok: true, chain: path };
  });
}

/** The same path without revocation, for a caller who needs it to know which lists and answers to fetch. */
export function findChain(chain: Omit<ChainToVerify, 'crls'>): { ok: true; chain: Certificate[] } | Failed {
  return verifyChain({ ...chain, crls: [], skipsRevocation: true });
}

const MAX_CERTIFICATES = 8;
/** Bounds what somebody may make us compute with a heap of like-named authorities. */
const MAX_LINKS_TRIED = 8;
const MAX_INTERMEDIATES = 32;

function findPath({ certificate, intermediates, trusted, at }: ChainToVerify): Certificate[] {
  const leaf = parseCertificate(Buffer.from(certificate));
  requireUsable(leaf, at);
  requireSigner(leaf);
  const search = { at, trusted, intermediates: readable(intermediates), linksLeft: MAX_LINKS_TRIED };
  return climb([leaf], search);
}

interface Search {
  at: Date;
  trusted: readonly Certificate[];
  intermediates: readonly Certificate[];
  linksLeft: number;
}

/** Tries every issuer by name, roots first. When none leads up, the first one's fault is the answer. */
function climb(path: Certificate[], search: Search): Certificate[] {
  let fault = new SignatureFault('issuer_unknown');
  for (const issuer of issuersOf(path.at(-1)!, search)) {
    refuseIf(search.linksLeft-- === 0 || path.length === MAX_CERTIFICATES, 'path_too_long');
    if (path.some(({ der }) => der.equals(issuer.der))) continue;
    try {
      return extend(path, issuer, search);
    } catch (error) {
      if (!(error instanceof SignatureFault)) throw error;
      if (fault.reason === 'issuer_unknown') fault = error;
    }
  }
  throw fault;
}

function extend(path: Certificate[], issuer: Certificate, search: Search): Certificate[] {
  const isTrusted = search.trusted.includes(issuer);
  requireUsable(issuer, search.at);
  requireAuthority(issuer, path.slice(1).filter(isNotSelfIssued).length, isTrusted);
  requireStrongSignature(path.at(-1)!, issuer.publicKey);
  return isTrusted ? [...path, issuer] : climb([...path, issuer], search);
}

function issuersOf({ issuer, authorityKeyId }: Certificate, { trusted, intermediates }: Search): Certificate[] {
  const isNamed = ({ subject, subjectKeyId }: Certificate): boolean =>
    subject.der.equals(issuer.der) && (!authorityKeyId || !subjectKeyId || subjectKeyId.equals(authorityKeyId));
  return [...trusted, ...intermediates].filter(isNamed);
}

function isNotSelfIssued({ subject, issuer }: Certificate): boolean {
  return !subject.der.equals(issuer.der);
}

function readable(certificates: readonly Uint8Array[]): Certificate[] {
  return certificates.slice(0, MAX_INTERMEDIATES).flatMap((der) => {
    const read = attempt(() => ({ ok: true as const, certificate: parseCertificate(Buffer.from(der)) }));
    return read.ok ? [read.certificate] : [];
  });
}
