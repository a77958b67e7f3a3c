import { createPublicKey, type KeyObject } from 'node:crypto';
import { childrenOf, readElement, tags } from '#src/platform/signatures/ber.ts';
import { oidOf } from '#src/platform/signatures/ber-values.ts';
import {
  isGostKeyOid,
  readGostPublicKey,
  type GostAlgorithm,
  type GostPublicKey,
} from '#src/platform/signatures/gost-key.ts';
import { refuseIf, SignatureFault } from '#src/platform/signatures/signature-fault.ts';

export type KeyAlgorithm = 'rsa' | 'rsa_pss' | 'ecdsa' | GostAlgorithm;

export type PublicKey =
  | { family: 'rsa'; key: KeyObject; bits: number; onlyPss: boolean }
  | { family: 'ecdsa'; key: KeyObject }
  | { family: 'gost'; key: GostPublicKey };

/**
 * Reads a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) of a kind we can verify with. A certificate that is kept is read
 * for its key once: taking a key apart costs several times what a verification does.
 */
export function readPublicKey(spki: Buffer): PublicKey {
  let key = readKeys.get(spki);
  if (!key) readKeys.set(spki, (key = takeApart(spki)));
  return key;
}

const readKeys = new WeakMap<Buffer, PublicKey>();

function takeApart(spki: Buffer): PublicKey {
  const [identifier] = childrenOf(readElement(spki), tags.sequence);
  const [algorithm, parameters] = childrenOf(identifier, tags.sequence);
  const oid = oidOf(algorithm);
  if (isGostKeyOid(oid)) return { family: 'gost', key: readGostPublicKey(spki) };
  if (oid === EC_KEY) {
    refuseIf(!CURVES.has(oidOf(parameters)), 'key_unsupported');
    return { family: 'ecdsa', key: keyObjectOf(spki) };
  }
  refuseIf(oid !== RSA_KEY && oid !== RSA_PSS_KEY, 'key_unsupported');
  return readRsaKey(spki, oid === RSA_PSS_KEY);
}

/** Too small to prove a person's will with (a chain refuses it), though old clients may still sign so. */
export function isWeakKey(key: PublicKey): boolean {
  return key.family === 'rsa' && key.bits < 2048;
}

const RSA_KEY = '1.2.840.113549.1.1.1';
const RSA_PSS_KEY = '1.2.840.113549.1.1.10';
const EC_KEY = '1.2.840.10045.2.1';
/** P-256 and P-384 by name; a key may not bring a curve of its own (RFC 5480 section 2.1.1). */
const CURVES = new Set(['1.2.840.10045.3.1.7', '1.3.132.0.34']);

/** The bounds on modulus and exponent keep one verification under a few milliseconds. */
function readRsaKey(spki: Buffer, onlyPss: boolean): PublicKey {
  const key = keyObjectOf(spki);
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  refuseIf(
    modulusLength < 1024 || modulusLength > 8192 || publicExponent < 3n || publicExponent >= 2n ** 33n,
    'key_unsupported',
  );
  return { family: 'rsa', key, bits: modulusLength, onlyPss };
}

function keyObjectOf(spki: Buffer): KeyObject {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch (error) {
    throw Object.assign(new SignatureFault('malformed'), { cause: error });
  }
}
