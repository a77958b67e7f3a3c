import { children, childrenOf, encode, tags, toDer, type Element } from '#src/platform/signatures/ber.ts';
import { octetsOf, oidOf, timeOf } from '#src/platform/signatures/ber-values.ts';
import { digestNamed, digestOf, type DigestName } from '#src/platform/signatures/digests.ts';
import { refuseIf, SignatureFault } from '#src/platform/signatures/signature-fault.ts';

/** The attributes a CMS signer signed, and the bytes the signature is over. */
export class SignedAttributes {
  readonly #values = new Map<string, Element[]>();
  readonly #encoded: Buffer[];

  constructor(element: Element) {
    refuseIf(element.raw.length > MAX_BYTES, 'too_large');
    const attributes = children(element, MAX_ATTRIBUTES);
    this.#encoded = attributes.map((attribute) => toDer(attribute));
    for (const attribute of attributes) {
      const [type, values] = childrenOf(attribute, tags.sequence);
      const oid = oidOf(type);
      refuseIf(this.#values.has(oid), 'attribute_repeated');
      this.#values.set(oid, childrenOf(values, tags.set));
    }
  }

  /**
   * What was signed: the attributes as an explicit SET OF, not as the [0] they came in (RFC 5652 section 5.4). DER sorts
   * a set; some signers do not, so the order of arrival comes second. Both hold the same attributes.
   */
  signedForms(): Buffer[] {
    const sorted = encode(tags.set, ...this.#encoded.toSorted(Buffer.compare));
    const arrived = encode(tags.set, ...this.#encoded);
    return sorted.equals(arrived) ? [sorted] : [sorted, arrived];
  }

  /** RFC 5652 sections 11.1 and 11.2: the type and the digest of the content, each exactly once. */
  check({ contentType, digest, content }: { contentType: string; digest: DigestName; content: Uint8Array }): void {
    refuseIf(oidOf(this.#single(CONTENT_TYPE)) !== contentType, 'content_type_mismatch');
    refuseIf(!octetsOf(this.#single(MESSAGE_DIGEST)).equals(digestOf(digest, content)), 'digest_mismatch');
  }

  /** CAdES binds the certificate too, so that another one over the same key cannot be put in its place (RFC 5035). */
  checkCertificate(der: Buffer): void {
    if (this.#values.has(SIGNING_CERTIFICATE))
      refuseIf(!this.#signingHash(SIGNING_CERTIFICATE).equals(digestOf('sha1', der)), MISMATCH);
    if (!this.#values.has(SIGNING_CERTIFICATE_V2)) return;
    const [first] = this.#firstCertificateId(SIGNING_CERTIFICATE_V2);
    const digest = first?.tag === tags.sequence ? digestNamed(oidOf(children(first)[0])) : 'sha256';
    if (!digest) throw new SignatureFault('algorithm_unsupported');
    refuseIf(!this.#signingHash(SIGNING_CERTIFICATE_V2).equals(digestOf(digest, der)), MISMATCH);
  }

  /** What the signer's own clock said: worth showing, never worth trusting. */
  signingTime(): Date | undefined {
    return this.#values.has(SIGNING_TIME) ? timeOf(this.#single(SIGNING_TIME)) : undefined;
  }

  #single(oid: string): Element {
    const [value, ...others] = this.#values.get(oid) ?? [];
    if (!value) throw new SignatureFault('attribute_missing');
    refuseIf(others.length > 0, 'attribute_repeated');
    return value;
  }

  #signingHash(oid: string): Buffer {
    const hash = this.#firstCertificateId(oid).find(({ tag }) => tag === tags.octetString);
    return octetsOf(hash);
  }

  /** SigningCertificate { SEQUENCE OF ESSCertID { [hashAlgorithm], certHash, [issuerSerial] } }: the first is the signer's. */
  #firstCertificateId(oid: string): Element[] {
    const [ids] = childrenOf(this.#single(oid), tags.sequence);
    return childrenOf(childrenOf(ids, tags.sequence)[0], tags.sequence);
  }
}

/** Content that is itself a set of attributes could be the signed attributes of another signature, replayed without them. */
export function looksLikeAttributes(content: Uint8Array): boolean {
  return content[0] === tags.set && Buffer.from(content).includes(MESSAGE_DIGEST_DER);
}

const MAX_BYTES = 64 * 1024;
const MAX_ATTRIBUTES = 64;
const MISMATCH = 'signing_certificate_mismatch';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const MESSAGE_DIGEST_DER = Buffer.from('06092a864886f70d010904', 'hex');
const SIGNING_TIME = '1.2.840.113549.1.9.5';
const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.12';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';
