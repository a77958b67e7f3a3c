import { createPrivateKey, createPublicKey, hkdfSync, sign, verify, type KeyObject } from 'node:crypto';
import { gostCurve } from '#src/platform/signatures/gost-curves.ts';
import { fromBigEndian, gostSpkiOf, type GostPrivateKey } from '#src/platform/signatures/gost-key.ts';
import { signGost, verifyGost } from '#src/platform/signatures/gost-signature.ts';
import { streebog256 } from '#src/platform/signatures/streebog.ts';
import type { MarkerAlgorithm } from '#src/protocols/esia/esia-client.ts';
import { selfSignedCertificate } from '#src/protocols/esia/self-signed-certificate.ts';

interface RsaJwk {
  kid?: string;
  kty?: string;
  alg?: string;
}

/**
 * The keys that sign markers: the provider's RS256 key of the moment, and a GOST key that follows from the master key, so
 * that every instance has it. Their certificates follow from them as well.
 */
export class MarkerKeys {
  readonly #gost: GostPrivateKey;
  readonly #gostSpki: Buffer;
  #rsa: { key: KeyObject; publicKey: KeyObject }[] = [];

  constructor(masterKey: Buffer) {
    this.#gost = gostKeyFrom(masterKey);
    this.#gostSpki = gostSpkiOf(this.#gost);
  }

  /** In signing order, as the provider has them. */
  use(jwks: readonly RsaJwk[]): void {
    const keys = jwks
      .filter(({ alg }) => alg === 'RS256')
      .map((jwk) => createPrivateKey({ key: jwk as never, format: 'jwk' }));
    this.#rsa = keys.map((key) => ({ key, publicKey: createPublicKey(key) }));
  }

  sign(algorithm: MarkerAlgorithm, text: string): Buffer {
    if (algorithm === 'RS256') return sign('sha256', Buffer.from(text), this.#rsa[0]!.key);
    return signGost(this.#gost, streebog256(Buffer.from(text)));
  }

  isOurs(algorithm: unknown, text: string, signature: Buffer): boolean {
    if (algorithm === 'RS256')
      return this.#rsa.some(({ publicKey }) => verify('sha256', Buffer.from(text), publicKey, signature));
    if (algorithm !== 'GOST3410_2012_256') return false;
    return verifyGost(this.#gostSpki, streebog256(Buffer.from(text)), signature);
  }

  /** PEM of the RSA key of now, for libraries that want the bare key. */
  publicKey(): string {
    return this.#rsa[0]!.publicKey.export({ type: 'spki', format: 'pem' }) as string;
  }

  /** PEM, the key of now first. */
  certificates(name: string): { rsa: string[]; gost: string } {
    const rsa = this.#rsa.map(({ key, publicKey }) => {
      const spki = publicKey.export({ type: 'spki', format: 'der' });
      return selfSignedCertificate({ name, spki, algorithm: RSA_SHA256, sign: (bytes) => sign('sha256', bytes, key) });
    });
    const gost = selfSignedCertificate({
      name,
      spki: this.#gostSpki,
      algorithm: GOST_STREEBOG256,
      // A certificate must not change from one download to the next, and a GOST signature does.
      sign: (bytes) => (this.#gostCertificateSignature ??= signGost(this.#gost, streebog256(bytes))),
    });
    return { rsa, gost };
  }

  #gostCertificateSignature: Buffer | undefined;
}

/** sha256WithRSAEncryption with its null, RFC 4055 section 5; GOST R 34.10-2012 with Streebog-256, RFC 9215 section 2. */
const RSA_SHA256 = { oid: '1.2.840.113549.1.1.11', hasNull: true };
const GOST_STREEBOG256 = { oid: '1.2.643.7.1.1.3.2', hasNull: false };
const CRYPTOPRO_A = '1.2.643.2.2.35.1';

function gostKeyFrom(masterKey: Buffer): GostPrivateKey {
  const curve = gostCurve(CRYPTOPRO_A)!;
  const wide = Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), 'openesia:esia-gost-marker-key', 40));
  const scalar = (fromBigEndian(wide) % (curve.parameters.n - 1n)) + 1n;
  return { algorithm: 'gost2012_256', curve, curveOid: CRYPTOPRO_A, scalar };
}
