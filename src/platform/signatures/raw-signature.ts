import { readPublicKey, type KeyAlgorithm } from '#src/platform/signatures/public-key.ts';
import { digestOf, type DigestName } from '#src/platform/signatures/digests.ts';
import { verifyGost } from '#src/platform/signatures/gost-signature.ts';
import { gostDigestOf, isSignedBy } from '#src/platform/signatures/signature-scheme.ts';
import { attempt, SignatureFault, type Failed } from '#src/platform/signatures/signature-fault.ts';

export interface VerifiedRawSignature {
  ok: true;
  algorithm: KeyAlgorithm;
  digest: DigestName;
  /** The bytes came in CryptoPro's order, last first. */
  isReversed: boolean;
}

/**
 * A signature without a container: 64 or 128 bytes of GOST in either byte order, or RSA PKCS #1 v1.5 with SHA-256 of the
 * modulus' length. `publicKey` is a SubjectPublicKeyInfo. Never throws on what a stranger sent.
 */
export function verifyRawSignature({ publicKey, content, signature }: RawToVerify): VerifiedRawSignature | Failed {
  return attempt(() => {
    const key = readPublicKey(publicKey);
    if (key.family === 'ecdsa') throw new SignatureFault('key_unsupported');
    const bytes = Buffer.from(signature);
    if (key.family === 'rsa') {
      const scheme = { algorithm: 'rsa', digest: 'sha256' } as const;
      if (key.onlyPss || !isSignedBy(key, scheme, content, bytes)) throw new SignatureFault('bad_signature');
      return { ok: true, ...scheme, isReversed: false };
    }
    const { algorithm } = key.key;
    const digest = gostDigestOf(algorithm);
    const hash = digestOf(digest, content);
    if (verifyGost(key.key, hash, bytes)) return { ok: true, algorithm, digest, isReversed: false };
    if (verifyGost(key.key, hash, bytes.reverse())) return { ok: true, algorithm, digest, isReversed: true };
    throw new SignatureFault('bad_signature');
  });
}

export interface RawToVerify {
  publicKey: Buffer;
  content: Uint8Array;
  signature: Uint8Array;
}
