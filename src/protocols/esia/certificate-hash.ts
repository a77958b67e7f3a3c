import { createHash } from 'node:crypto';
import type { RegisteredCertificate } from '#src/protocols/esia/registered-certificate.ts';
import { streebog256 } from '#src/platform/signatures/streebog.ts';

/** The certificates that `client_certificate_hash` names: Streebog-256 or SHA-256 of the DER bytes, in any case and spacing. */
export function certificatesNamed(
  hash: string,
  certificates: readonly RegisteredCertificate[],
): readonly RegisteredCertificate[] {
  const wanted = normalized(hash);
  return certificates.filter(({ sha256, streebog256: streebog }) => wanted === sha256 || wanted === streebog);
}

/** What a wrong hash was made of, where we can tell. */
export function explainHash(hash: string, certificates: readonly RegisteredCertificate[]): string {
  const wanted = normalized(hash);
  for (const { sha1, pem } of certificates) {
    if (wanted === sha1) return 'it is SHA-1 of the certificate; Streebog-256 or SHA-256 of the DER bytes is needed';
    const texts = [pem, `${pem.trim()}\n`, pem.trim()];
    const hashes = texts.flatMap((text) => [
      hex(createHash('sha256').update(text).digest()),
      hex(streebog256(Buffer.from(text))),
    ]);
    if (hashes.includes(wanted)) return 'it was made over the PEM file; hash the DER bytes';
  }
  if (!/^[0-9A-F]{64}$/.test(wanted)) return `it is not 64 hexadecimal characters but ${wanted.length}`;
  return 'it names no registered certificate';
}

function normalized(hash: string): string {
  return hash.replaceAll(/[\s:]/g, '').toUpperCase();
}

function hex(digest: Buffer): string {
  return digest.toString('hex').toUpperCase();
}
