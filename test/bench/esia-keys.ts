import { generateKeyPairSync, randomBytes, type JsonWebKey } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gostSignerOf, rsaSignerOf, type Signer } from '#test/support/esia-client.ts';

export const ESIA_ID = 'BENCH-ESIA';
export const KEY_ID = 'bench-key';

/** The same keys for those who sign and for the server that must know them; made once, outside of the repository. */
export function benchKeys(): { assertionKey: JsonWebKey; rsa: Signer; gost: Signer } {
  const file = new URL('../../.cache/bench-keys.json', import.meta.url);
  try {
    return from(JSON.parse(readFileSync(file, 'utf8')) as Kept);
  } catch {
    mkdirSync(new URL('.', file), { recursive: true });
    const kept = make();
    writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
    return from(kept);
  }
}

interface Kept {
  assertionKey: JsonWebKey;
  rsa: string;
  gost: string;
}

function make(): Kept {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const assertion = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  return {
    assertionKey: assertion.export({ format: 'jwk' }),
    rsa: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    gost: randomBytes(31).toString('hex'),
  };
}

function from({ assertionKey, rsa, gost }: Kept) {
  return { assertionKey, rsa: rsaSignerOf(rsa, 'Bench RSA'), gost: gostSignerOf(BigInt(`0x${gost}`), 'Bench GOST') };
}
