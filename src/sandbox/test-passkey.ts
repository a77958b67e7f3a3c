import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { EnrolledPasskey } from '#src/identity/factors/factor.ts';
import type { SandboxPerson } from '#src/sandbox/person.ts';

/** The point of a P-256 key as COSE writes it (RFC 9053 section 7.1.1): what stands before x, and between x and y. */
const BEFORE_X = Buffer.from('a5010203262001215820', 'hex');
const BEFORE_Y = Buffer.from('225820', 'hex');

/** A test person's passkey as their device would have enrolled it. The key is printed, so that a script can answer. */
export function enrolledPasskey({ credentialId, privateKey }: NonNullable<SandboxPerson['passkey']>): EnrolledPasskey {
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
  const { x, y } = createPublicKey(key).export({ format: 'jwk' });
  return {
    credentialId: Buffer.from(credentialId, 'base64').toString('base64url'),
    publicKey: Buffer.concat([BEFORE_X, Buffer.from(x!, 'base64url'), BEFORE_Y, Buffer.from(y!, 'base64url')]),
    counter: 0,
    transports: [],
    isSynced: false,
  };
}
