import { createHash } from 'node:crypto';
import { childrenOf, encode, expect, readElement, tags } from '#src/platform/signatures/ber.ts';
import { bitsOf, serialOf, timeOf } from '#src/platform/signatures/ber-values.ts';
import { readExtensions, type CertificateExtensions } from '#src/platform/signatures/certificate-extensions.ts';
import { readName, type DistinguishedName } from '#src/platform/signatures/distinguished-name.ts';
import type { Signed } from '#src/platform/signatures/signature-scheme.ts';
import { attempt, refuseIf, type Failed } from '#src/platform/signatures/signature-fault.ts';
import { streebog256 } from '#src/platform/signatures/streebog.ts';

export interface Certificate extends CertificateExtensions, Signed {
  der: Buffer;
  /** Lower-case hex. */
  serialNumber: string;
  issuer: DistinguishedName;
  subject: DistinguishedName;
  notBefore: Date;
  notAfter: Date;
  /** SubjectPublicKeyInfo, encoded. */
  publicKey: Buffer;
}

/** Reads a certificate, DER or PEM (RFC 5280 section 4.1). Believes nothing yet: that is for `verifyChain`. */
export function readCertificate(bytes: Uint8Array): { ok: true; certificate: Certificate } | Failed {
  return attempt(() => ({ ok: true, certificate: parseCertificate(fromPem(bytes)) }));
}

/** Upper-case hex of the digests over the DER bytes, by which clients name their certificate. */
export function thumbprintsOf(der: Uint8Array): { sha256: string; streebog256: string } {
  const hex = (digest: Buffer): string => digest.toString('hex').toUpperCase();
  return { sha256: hex(createHash('sha256').update(der).digest()), streebog256: hex(streebog256(der)) };
}

/** For this room; throws `SignatureFault`. */
export function parseCertificate(bytes: Buffer): Certificate {
  refuseIf(bytes.length > MAX_BYTES, 'too_large');
  const whole = readElement(bytes);
  const [body, signatureAlgorithm, signature] = childrenOf(whole, tags.sequence);
  const fields = childrenOf(body, tags.sequence);
  const offset = fields[0]?.tag === tags.context(0) ? 1 : 0;
  const [serial, innerAlgorithm, issuer, validity, subject, publicKey, ...optional] = fields.slice(offset);
  const [notBefore, notAfter] = childrenOf(validity, tags.sequence);
  // RFC 5280 section 4.1.1.2: the algorithm inside the signature is the one that counts, and both must be one.
  refuseIf(
    !expect(signatureAlgorithm, tags.sequence).raw.equals(expect(innerAlgorithm, tags.sequence).raw),
    'algorithm_mismatch',
  );
  return {
    der: whole.raw,
    serialNumber: serialOf(serial),
    issuer: readName(expect(issuer, tags.sequence)),
    subject: readName(expect(subject, tags.sequence)),
    notBefore: timeOf(notBefore),
    notAfter: timeOf(notAfter),
    publicKey: expect(publicKey, tags.sequence).raw,
    ...readExtensions(optional.find(({ tag }) => tag === tags.context(3))),
    signedBytes: expect(body, tags.sequence).raw,
    signatureAlgorithm: expect(signatureAlgorithm, tags.sequence),
    signature: bitsOf(signature),
  };
}

/** The bytes of the subjectPublicKey alone, which key identifiers and OCSP hash. */
export function keyBitsOf({ publicKey }: Certificate): Buffer {
  return bitsOf(childrenOf(readElement(publicKey), tags.sequence)[1]);
}

export function serialElementOf({ serialNumber }: Certificate): Buffer {
  return encode(tags.integer, Buffer.from(serialNumber, 'hex'));
}

/** Several times the largest one met. */
const MAX_BYTES = 16 * 1024;

function fromPem(bytes: Uint8Array): Buffer {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  refuseIf(buffer.length > 2 * MAX_BYTES, 'too_large');
  const armoured = /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/.exec(buffer.toString('latin1'));
  return armoured ? Buffer.from(armoured[1]!, 'base64') : buffer;
}
