import { constants, verify } from 'node:crypto';
import { childrenOf, tags, unwrap, type Element } from '#src/platform/signatures/ber.ts';
import { integerOf, oidOf } from '#src/platform/signatures/ber-values.ts';
import { digestNamed, digestOf, isWeakDigest, type DigestName } from '#src/platform/signatures/digests.ts';
import type { GostAlgorithm } from '#src/platform/signatures/gost-key.ts';
import { verifyGost } from '#src/platform/signatures/gost-signature.ts';
import { isWeakKey, readPublicKey, type KeyAlgorithm, type PublicKey } from '#src/platform/signatures/public-key.ts';
import { refuseIf, SignatureFault } from '#src/platform/signatures/signature-fault.ts';

/** How a signature was made, once its algorithm, its digest and its key are known to agree. */
export interface Scheme {
  algorithm: KeyAlgorithm;
  digest: DigestName;
  saltLength?: number;
}

/**
 * Reads a signature AlgorithmIdentifier. `stated` is the digest a CMS signer names beside it: needed where the algorithm
 * is only the key's, and it must agree where both name one.
 */
export function readScheme(identifier: Element | undefined, key: PublicKey, stated?: DigestName): Scheme {
  const [oid, parameters] = childrenOf(identifier, tags.sequence);
  const named = schemes.get(oidOf(oid));
  if (!named) throw new SignatureFault('algorithm_unsupported');
  refuseIf(named.family !== key.family, 'algorithm_mismatch');
  if (key.family === 'gost') return gostScheme(key.key.algorithm, named.digest, stated);
  const { saltLength, ...implied } = named.isPss ? readPssParameters(parameters) : { digest: named.digest };
  const digest = implied.digest ?? stated;
  if (!digest) throw new SignatureFault('algorithm_unsupported');
  refuseIf(
    (stated && stated !== digest) || (key.family === 'rsa' && key.onlyPss && !named.isPss),
    'algorithm_mismatch',
  );
  refuseIf(!digest.startsWith('sha'), 'algorithm_mismatch');
  return { algorithm: named.isPss ? 'rsa_pss' : key.family, digest, saltLength };
}

export function isSignedBy(key: PublicKey, scheme: Scheme, content: Uint8Array, signature: Buffer): boolean {
  if (key.family === 'gost') return verifyGost(key.key, digestOf(scheme.digest, content), signature);
  const { saltLength } = scheme;
  const isPss = scheme.algorithm === 'rsa_pss';
  // Node takes a bare key several times faster than one among options.
  const given = isPss ? { key: key.key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength } : key.key;
  try {
    return verify(scheme.digest, content, given, signature);
  } catch (error) {
    // OpenSSL throws where a key restricted to one digest meets another.
    if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_OSSL')) return false;
    throw error;
  }
}

/** A GOST key fixes its digest (RFC 9215 section 2). */
export function gostDigestOf(algorithm: GostAlgorithm): DigestName {
  if (algorithm === 'gost2001') return 'gost94';
  return algorithm === 'gost2012_256' ? 'streebog256' : 'streebog512';
}

/** For certificates, lists and answers of authorities: strong algorithms only. */
export function requireStrongSignature(
  { signatureAlgorithm, signedBytes, signature }: Signed,
  publicKey: Buffer,
): void {
  const key = readPublicKey(publicKey);
  refuseIf(isWeakKey(key), 'key_weak');
  const scheme = readScheme(signatureAlgorithm, key);
  refuseIf(isWeakDigest(scheme.digest), 'algorithm_weak');
  refuseIf(!isSignedBy(key, scheme, signedBytes, signature), 'bad_signature');
}

/** What certificates, revocation lists and OCSP answers share. */
export interface Signed {
  signedBytes: Buffer;
  signatureAlgorithm: Element;
  signature: Buffer;
}

interface NamedScheme {
  family: PublicKey['family'];
  digest?: DigestName;
  isPss?: boolean;
}

/** RFC 4055 section 5, RFC 5758 section 3.2, RFC 9215 section 2 and, for keys of 2001, RFC 4490 section 3. Key identifiers stand for their signatures. */
const schemes = new Map<string, NamedScheme>([
  ['1.2.840.113549.1.1.1', { family: 'rsa' }],
  ['1.2.840.113549.1.1.5', { family: 'rsa', digest: 'sha1' }],
  ['1.2.840.113549.1.1.11', { family: 'rsa', digest: 'sha256' }],
  ['1.2.840.113549.1.1.12', { family: 'rsa', digest: 'sha384' }],
  ['1.2.840.113549.1.1.13', { family: 'rsa', digest: 'sha512' }],
  ['1.2.840.113549.1.1.10', { family: 'rsa', isPss: true }],
  ['1.2.840.10045.2.1', { family: 'ecdsa' }],
  ['1.2.840.10045.4.1', { family: 'ecdsa', digest: 'sha1' }],
  ['1.2.840.10045.4.3.2', { family: 'ecdsa', digest: 'sha256' }],
  ['1.2.840.10045.4.3.3', { family: 'ecdsa', digest: 'sha384' }],
  ['1.2.840.10045.4.3.4', { family: 'ecdsa', digest: 'sha512' }],
  ['1.2.643.2.2.19', { family: 'gost', digest: 'gost94' }],
  ['1.2.643.2.2.3', { family: 'gost', digest: 'gost94' }],
  ['1.2.643.7.1.1.1.1', { family: 'gost', digest: 'streebog256' }],
  ['1.2.643.7.1.1.3.2', { family: 'gost', digest: 'streebog256' }],
  ['1.2.643.7.1.1.1.2', { family: 'gost', digest: 'streebog512' }],
  ['1.2.643.7.1.1.3.3', { family: 'gost', digest: 'streebog512' }],
]);

/** Some clients label a key's own digest with that of 1994; the label is let pass. */
function gostScheme(algorithm: GostAlgorithm, named?: DigestName, stated?: DigestName): Scheme {
  const digest = gostDigestOf(algorithm);
  refuseIf(
    named !== digest || (stated !== undefined && stated !== digest && stated !== 'gost94'),
    'algorithm_mismatch',
  );
  return { algorithm, digest };
}

/** RFC 4055 section 3.1; the mask must use the same digest, as everybody's does. */
function readPssParameters(parameters: Element | undefined): { digest: DigestName; saltLength: number } {
  const fields = childrenOf(parameters, tags.sequence);
  const [hash, mask, salt] = [0, 1, 2].map((number) => {
    const field = fields.find(({ tag }) => tag === tags.context(number));
    return field && unwrap(field);
  });
  const [maskOid, maskHash] = mask ? childrenOf(mask, tags.sequence) : [];
  const digest = pssDigest(hash);
  const saltLength = salt ? integerOf(salt) : 20;
  refuseIf(
    (maskOid && oidOf(maskOid) !== MGF1) || pssDigest(maskHash) !== digest || saltLength > MAX_SALT,
    'algorithm_unsupported',
  );
  return { digest, saltLength };
}

function pssDigest(identifier: Element | undefined): DigestName {
  const digest = identifier ? digestNamed(oidOf(childrenOf(identifier, tags.sequence)[0])) : 'sha1';
  if (!digest?.startsWith('sha')) throw new SignatureFault('algorithm_unsupported');
  return digest;
}

const MGF1 = '1.2.840.113549.1.1.8';
/** As long as the largest modulus: some signers fill it up. */
const MAX_SALT = 1024;
