import { childrenOf, encode, expect, readElement, tags, unwrap, type Element } from '#src/platform/signatures/ber.ts';
import { bitsOf, encodeOid, octetsOf, oidOf, serialOf, timeOf } from '#src/platform/signatures/ber-values.ts';
import {
  keyBitsOf,
  parseCertificate,
  serialElementOf,
  type Certificate,
} from '#src/platform/signatures/certificate.ts';
import { readExtensionList } from '#src/platform/signatures/certificate-extensions.ts';
import { OCSP_SIGNING, requireUsable } from '#src/platform/signatures/certificate-rules.ts';
import { CLOCK_SKEW, requireSignatureOf } from '#src/platform/signatures/crl.ts';
import { digestNamed, digestOf } from '#src/platform/signatures/digests.ts';
import type { Link } from '#src/platform/signatures/revocation.ts';
import { attempt, refuseIf, SignatureFault, type Failed } from '#src/platform/signatures/signature-fault.ts';
import { requireStrongSignature, type Signed } from '#src/platform/signatures/signature-scheme.ts';

/** RFC 6960 section 4.1. The names are hashed with SHA-1, the one digest that every responder knows (RFC 5019 section 2.1.1). */
export function buildOcspRequest({
  certificate,
  issuer,
  nonce,
}: {
  certificate: Certificate;
  issuer: Certificate;
  nonce?: Uint8Array;
}): Buffer {
  const identifier = encode(tags.sequence, encodeOid('1.3.14.3.2.26'), encode(tags.null));
  const [name, key] = [issuer.subject.der, keyBitsOf(issuer)].map((bytes) =>
    encode(tags.octetString, digestOf('sha1', bytes)),
  );
  const id = encode(tags.sequence, identifier, name!, key!, serialElementOf(certificate));
  const requests = encode(tags.sequence, encode(tags.sequence, id));
  return encode(tags.sequence, encode(tags.sequence, requests, nonce ? nonceExtension(nonce) : Buffer.alloc(0)));
}

/** Whether an answer proves the certificate good at `at`. Never throws on what a stranger sent. */
export function verifyOcspResponse(answer: OcspToVerify): { ok: true } | Failed {
  return attempt(() => {
    checkOcspResponse(answer);
    return { ok: true };
  });
}

export interface OcspToVerify extends Link {
  response: Buffer;
  /** Compared when the answer carries one; many responders prepare their answers and leave it out. */
  nonce?: Uint8Array;
}

/** For this room: throws `SignatureFault` unless the answer is good (RFC 6960 section 3.2). */
export function checkOcspResponse({ response, certificate, issuer, at, nonce }: OcspToVerify): void {
  refuseIf(response.length > MAX_BYTES, 'too_large');
  const answer = parseAnswer(response);
  const single = answer.singles.find((candidate) => candidate.isAbout(certificate, issuer));
  if (!single) throw new SignatureFault('revocation_unknown');
  requireSignatureOf(responderOf(answer, { certificate, issuer, at }), answer);
  refuseIf(nonce !== undefined && answer.nonce?.equals(nonce) === false, 'nonce_mismatch');
  const until = single.nextUpdate?.getTime() ?? single.thisUpdate.getTime() + UNDATED_LIFETIME;
  refuseIf(single.thisUpdate.getTime() > at.getTime() + CLOCK_SKEW || until < at.getTime(), 'revocation_expired');
  refuseIf(single.status === 'revoked', 'revoked');
  refuseIf(single.status !== 'good', 'revocation_unknown');
}

const MAX_BYTES = 128 * 1024;
/** An answer that does not say until when it holds is fresh for an hour. */
const UNDATED_LIFETIME = 60 * 60 * 1000;
const BASIC_RESPONSE = '1.3.6.1.5.5.7.48.1.1';
const NONCE = '1.3.6.1.5.5.7.48.1.2';

interface Answer extends Signed {
  isFrom(certificate: Certificate): boolean;
  singles: Single[];
  nonce?: Buffer;
  certificates: Buffer[];
}

interface Single {
  isAbout(certificate: Certificate, issuer: Certificate): boolean;
  status: 'good' | 'revoked' | 'unknown';
  thisUpdate: Date;
  nextUpdate?: Date;
}

/** The issuer itself, or one whom it gave this purpose directly (RFC 6960 section 4.2.2.2). */
function responderOf({ isFrom, certificates }: Answer, { issuer, at }: Link): Certificate {
  if (isFrom(issuer)) return issuer;
  const delegate = certificates.slice(0, 4).map(parseCertificate).find(isFrom);
  if (!delegate?.issuer.der.equals(issuer.subject.der)) throw new SignatureFault('revocation_signer_wrong');
  refuseIf(delegate.extendedKeyUsage?.includes(OCSP_SIGNING) !== true, 'revocation_signer_wrong');
  requireUsable(delegate, at);
  requireStrongSignature(delegate, issuer.publicKey);
  return delegate;
}

/** RFC 6960 section 4.2.1. */
function parseAnswer(bytes: Buffer): Answer {
  const [status, wrapper] = childrenOf(readElement(bytes), tags.sequence);
  refuseIf(expect(status, tags.enumerated).content[0] !== 0, 'response_unsuccessful');
  const [type, basic] = childrenOf(unwrap(expect(wrapper, tags.context(0))), tags.sequence);
  refuseIf(oidOf(type) !== BASIC_RESPONSE, 'malformed');
  const [body, signatureAlgorithm, signature, certificates] = childrenOf(readElement(octetsOf(basic)), tags.sequence);
  const fields = childrenOf(body, tags.sequence);
  const [responder, , singles, extensions] = fields.slice(fields[0]?.tag === tags.context(0) ? 1 : 0);
  const nonce = readExtensionList(extensions && unwrap(extensions)).get(NONCE)?.value;
  return {
    isFrom: matcherOf(responder),
    singles: childrenOf(singles, tags.sequence).map(parseSingle),
    nonce: nonce && octetsOf(nonce),
    certificates: certificates ? childrenOf(unwrap(certificates), tags.sequence).map(({ raw }) => raw) : [],
    signedBytes: expect(body, tags.sequence).raw,
    signatureAlgorithm: expect(signatureAlgorithm, tags.sequence),
    signature: bitsOf(signature),
  };
}

function matcherOf(responder: Element | undefined): Answer['isFrom'] {
  const isByName = responder?.tag === tags.context(1);
  const inner = unwrap(expect(responder, isByName ? tags.context(1) : tags.context(2)));
  if (isByName) return ({ subject }) => subject.der.equals(inner.raw);
  return (certificate) => digestOf('sha1', keyBitsOf(certificate)).equals(octetsOf(inner));
}

function parseSingle(single: Element): Single {
  const [id, status, thisUpdate, nextUpdate] = childrenOf(single, tags.sequence);
  const statuses = new Map([
    [tags.primitiveContext(0), 'good' as const],
    [tags.context(1), 'revoked' as const],
  ]);
  return {
    isAbout: (certificate, issuer) => isIdOf(childrenOf(id, tags.sequence), certificate, issuer),
    status: statuses.get(status?.tag ?? 0) ?? 'unknown',
    thisUpdate: timeOf(thisUpdate),
    nextUpdate: nextUpdate?.tag === tags.context(0) ? timeOf(unwrap(nextUpdate)) : undefined,
  };
}

function isIdOf([identifier, name, key, serial]: Element[], certificate: Certificate, issuer: Certificate): boolean {
  const digest = digestNamed(oidOf(childrenOf(identifier, tags.sequence)[0]));
  if (!digest || serialOf(serial) !== certificate.serialNumber) return false;
  return (
    octetsOf(name).equals(digestOf(digest, issuer.subject.der)) &&
    octetsOf(key).equals(digestOf(digest, keyBitsOf(issuer)))
  );
}

function nonceExtension(nonce: Uint8Array): Buffer {
  const extension = encode(tags.sequence, encodeOid(NONCE), encode(tags.octetString, encode(tags.octetString, nonce)));
  return encode(tags.context(2), encode(tags.sequence, extension));
}
