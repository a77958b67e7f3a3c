import { createHash } from 'node:crypto';
import { readCertificate, thumbprintsOf, type Certificate } from '#src/platform/signatures/certificate.ts';
import { readPublicKey } from '#src/platform/signatures/public-key.ts';

/** A certificate in a client's registration, taken apart once. */
export interface RegisteredCertificate {
  parsed: Certificate;
  der: Buffer;
  family: 'rsa' | 'gost' | 'ecdsa';
  /** Bytes of a signature made with the key. */
  signatureLength: number;
  sha1: string;
  sha256: string;
  streebog256: string;
  notAfter: Date;
  pem: string;
}

/** What cannot be read is left out: the register has refused it, or it was written before there was a check. */
export function registeredCertificates(pems: readonly string[]): RegisteredCertificate[] {
  return pems.flatMap((pem) => {
    const known = cache.get(pem);
    if (known) return [known];
    const read = take(pem);
    if (!read) return [];
    if (cache.size >= MOST_CACHED) cache.clear();
    cache.set(pem, read);
    return [read];
  });
}

function signatureLengthOf({ publicKey }: { publicKey: Buffer }): number {
  const key = readPublicKey(publicKey);
  if (key.family === 'gost') return 2 * key.key.curve.size;
  return key.family === 'rsa' ? Math.ceil(key.bits / 8) : 0;
}

const cache = new Map<string, RegisteredCertificate>();
const MOST_CACHED = 1000;

function take(pem: string): RegisteredCertificate | undefined {
  const read = readCertificate(Buffer.from(pem));
  if (!read.ok) return undefined;
  const { certificate: parsed } = read;
  const { der, publicKey, notAfter } = parsed;
  try {
    const { family } = readPublicKey(publicKey);
    const signatureLength = signatureLengthOf({ publicKey });
    const sha1 = createHash('sha1').update(der).digest('hex').toUpperCase();
    return { parsed, der, family, signatureLength, sha1, ...thumbprintsOf(der), notAfter, pem };
  } catch {
    return undefined;
  }
}
