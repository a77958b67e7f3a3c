import type { Certificate } from '#src/platform/signatures/certificate.ts';
import { isWeakDigest, type DigestName } from '#src/platform/signatures/digests.ts';
import { isWeakKey, readPublicKey, type KeyAlgorithm } from '#src/platform/signatures/public-key.ts';
import { attempt, refuseIf, type Failed } from '#src/platform/signatures/signature-fault.ts';
import { isSignedBy, readScheme } from '#src/platform/signatures/signature-scheme.ts';
import { looksLikeAttributes } from '#src/platform/signatures/signed-attributes.ts';
import { parseSignedData, signerCertificate, type SignedData } from '#src/platform/signatures/signed-data.ts';

export interface VerifiedCms {
  ok: true;
  /** DER of the signer's certificate. That it is anybody's is for `verifyChain` or a register to say. */
  certificate: Buffer;
  /** DER of the others that came along, for building a chain. */
  otherCertificates: Buffer[];
  algorithm: KeyAlgorithm;
  digest: DigestName;
  /** SHA-1, GOST R 34.11-94 or an RSA key under 2048 bits: enough to know an old client by, not to bind a person. */
  isWeak: boolean;
  hasSignedAttributes: boolean;
  isAttached: boolean;
  /** By the signer's clock. */
  signingTime?: Date;
}

/**
 * Verifies a CMS SignedData (RFC 5652) over `content`, detached or attached. Attached content must be `content`. The
 * certificate is taken from the message or from `known`. Never throws on what a stranger sent.
 */
export function verifyCms({ cms, content, known = [] }: CmsToVerify): VerifiedCms | Failed {
  return attempt(() => {
    refuseIf(cms.length > MAX_BYTES || content.length > MAX_BYTES, 'too_large');
    const data = parseSignedData(bufferOf(cms));
    refuseIf(data.content?.equals(content) === false, 'content_mismatch');
    const certificate = signerCertificate(data.signer, data.certificates, known);
    return verifySigner(data, certificate, content);
  });
}

/** Whom a message names as its signer and what it carries. Proves nothing: for telling what is wrong with it. */
export function readUnproven(
  cms: Uint8Array,
  known: readonly Certificate[] = [],
): { ok: true; certificate: Buffer; content?: Buffer } | Failed {
  return attempt(() => {
    refuseIf(cms.length > MAX_BYTES, 'too_large');
    const { signer, certificates, content } = parseSignedData(bufferOf(cms));
    return { ok: true, certificate: signerCertificate(signer, certificates, known).der, content };
  });
}

export interface CmsToVerify {
  cms: Uint8Array;
  content: Uint8Array;
  /** Taken apart already; one of them that comes embedded as well is not read again. */
  known?: readonly Certificate[];
}

const MAX_BYTES = 1024 * 1024;
/** The digest of 1994 takes half a second for a mebibyte. */
const MAX_GOST94_BYTES = 256 * 1024;
const DATA = '1.2.840.113549.1.7.1';

function verifySigner(
  { signer, contentType, ...data }: SignedData,
  certificate: Certificate,
  content: Uint8Array,
): VerifiedCms {
  const { attributes } = signer;
  const key = readPublicKey(certificate.publicKey);
  const scheme = readScheme(signer.signatureAlgorithm, key, signer.digest);
  refuseIf(scheme.digest === 'gost94' && content.length > MAX_GOST94_BYTES, 'too_large');
  attributes?.check({ contentType, digest: scheme.digest, content });
  attributes?.checkCertificate(certificate.der);
  // Without attributes the content type is not signed, so only plain data may go without (RFC 5652 section 5.3).
  refuseIf(!attributes && contentType !== DATA, 'content_type_mismatch');
  refuseIf(!attributes && looksLikeAttributes(content), 'content_ambiguous');
  const forms = attributes?.signedForms() ?? [content];
  refuseIf(!forms.some((form) => isSignedBy(key, scheme, form, signer.signature)), 'bad_signature');
  return {
    ok: true,
    certificate: certificate.der,
    otherCertificates: data.certificates.filter((other) => !other.equals(certificate.der)),
    algorithm: scheme.algorithm,
    digest: scheme.digest,
    isWeak: isWeakDigest(scheme.digest) || isWeakKey(key),
    hasSignedAttributes: attributes !== undefined,
    isAttached: data.content !== undefined,
    signingTime: attributes?.signingTime(),
  };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
