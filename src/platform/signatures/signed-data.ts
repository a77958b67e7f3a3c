import { childrenOf, children, expect, readElement, tags, unwrap, type Element } from '#src/platform/signatures/ber.ts';
import { octetsOf, oidOf, serialOf } from '#src/platform/signatures/ber-values.ts';
import { parseCertificate, type Certificate } from '#src/platform/signatures/certificate.ts';
import { digestNamed, type DigestName } from '#src/platform/signatures/digests.ts';
import { refuseIf, SignatureFault } from '#src/platform/signatures/signature-fault.ts';
import { SignedAttributes } from '#src/platform/signatures/signed-attributes.ts';

/** A CMS SignedData with its one signer, taken apart and not yet believed (RFC 5652 section 5.1). */
export interface SignedData {
  contentType: string;
  /** Undefined when the content is detached. */
  content?: Buffer;
  certificates: Buffer[];
  signer: Signer;
}

/** RFC 5652 section 5.3. */
interface Signer {
  isSignerOf(certificate: Certificate): boolean;
  digest: DigestName;
  attributes?: SignedAttributes;
  signatureAlgorithm: Element;
  signature: Buffer;
}

/** Bytes after the outermost element are ignored: some clients send them. Throws `SignatureFault`. */
export function parseSignedData(bytes: Buffer): SignedData {
  const [type, wrapper] = childrenOf(readElement(bytes), tags.sequence);
  refuseIf(oidOf(type) !== SIGNED_DATA, 'not_signed_data');
  const fields = childrenOf(unwrap(expect(wrapper, tags.context(0))), tags.sequence);
  const [contentType, content] = childrenOf(fields[2], tags.sequence);
  const certificates = fields.find(({ tag }) => tag === tags.context(0));
  return {
    contentType: oidOf(contentType),
    content: content && octetsOf(unwrap(expect(content, tags.context(0)))),
    certificates: certificates ? children(certificates, MAX_CERTIFICATES).map(({ raw }) => raw) : [],
    signer: onlySigner(fields.at(-1)),
  };
}

/** The certificate the signer names, among those embedded and those already known. Unreadable strangers are passed over. */
export function signerCertificate(
  signer: Signer,
  embedded: readonly Buffer[],
  known: readonly Certificate[],
): Certificate {
  for (const candidate of embedded) {
    const certificate = known.find(({ der }) => der.equals(candidate)) ?? readableOrNone(candidate);
    if (certificate && signer.isSignerOf(certificate)) return certificate;
  }
  const named = known.find((certificate) => signer.isSignerOf(certificate));
  if (!named) throw new SignatureFault('certificate_missing');
  return named;
}

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const MAX_CERTIFICATES = 16;

/** One signature, one person: several signers are refused rather than chosen among. */
function onlySigner(element: Element | undefined): Signer {
  const signers = childrenOf(element, tags.set);
  if (signers.length !== 1) throw new SignatureFault(signers.length === 0 ? 'no_signer' : 'several_signers');
  const [, id, digestAlgorithm, ...rest] = childrenOf(signers[0], tags.sequence);
  const attributes = rest[0]?.tag === tags.context(0) ? rest.shift() : undefined;
  const digest = digestNamed(oidOf(childrenOf(digestAlgorithm, tags.sequence)[0]));
  if (!digest) throw new SignatureFault('algorithm_unsupported');
  return {
    isSignerOf: matcherOf(id),
    digest,
    attributes: attributes && new SignedAttributes(attributes),
    signatureAlgorithm: expect(rest[0], tags.sequence),
    signature: octetsOf(rest[1]),
  };
}

/** SignerIdentifier: issuer and serial number, or a key identifier. */
function matcherOf(id: Element | undefined): Signer['isSignerOf'] {
  if (id?.tag === tags.primitiveContext(0)) return ({ subjectKeyId }) => subjectKeyId?.equals(id.content) === true;
  const [issuer, serial] = childrenOf(id, tags.sequence);
  const [name, number] = [expect(issuer, tags.sequence).raw, serialOf(serial)];
  return (certificate) => certificate.issuer.der.equals(name) && certificate.serialNumber === number;
}

function readableOrNone(der: Buffer): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof SignatureFault) return undefined;
    throw error;
  }
}
