import { createRequire } from 'node:module';
import type GostDigest from 'node-gost-crypto/lib/gostDigest.js';

type Digest = InstanceType<typeof GostDigest>;

// Twelve megabytes, read when the first Russian digest is asked for.
const load = createRequire(import.meta.url);

/** GOST R 34.11-2012 with 32 bytes of digest (RFC 6986). */
export function streebog256(bytes: Uint8Array): Buffer {
  return Buffer.from(digest256().digest(bytes));
}

/** GOST R 34.11-2012 with 64 bytes of digest (RFC 6986). */
export function streebog512(bytes: Uint8Array): Buffer {
  return Buffer.from(digest512().digest(bytes));
}

/** GOST R 34.11-94 with the CryptoPro substitution (RFC 5831, RFC 4357 section 11.2), which keys of 2001 sign with. */
export function gost94(bytes: Uint8Array): Buffer {
  return Buffer.from(digest94().digest(bytes));
}

const digest256 = made({ name: 'GOST R 34.11', version: 2012, length: 256 });
const digest512 = made({ name: 'GOST R 34.11', version: 2012, length: 512 });
const digest94 = made({ name: 'GOST R 34.11', version: 1994, length: 256 });

function made(algorithm: ConstructorParameters<typeof GostDigest>[0]): () => Digest {
  let digest: Digest | undefined;
  return () => (digest ??= new (load('node-gost-crypto/lib/gostDigest.js') as typeof GostDigest)(algorithm));
}
