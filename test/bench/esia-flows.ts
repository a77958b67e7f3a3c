import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import { formatTimestamp } from '#src/protocols/esia/timestamp.ts';
import { benchKeys, ESIA_ID, KEY_ID } from '#test/bench/esia-keys.ts';
import type { Flow } from '#test/bench/flows.ts';
import { RESOURCE, type Visitor } from '#test/bench/visitor.ts';
import { cms, messages } from '#test/support/esia-client.ts';

/** Opaque, and as a JWT, which is what a marker is. */
const ordinary = ['token-private-key-jwt', 'jwt-private-key-jwt'];

/** What a token costs a client of the ESIA dialect, beside the same by the ordinary one with a signed assertion. */
export const esiaFlows: Flow[] = [
  { name: ordinary[0]!, isOurs: true, run: (visitor) => assertedToken(visitor, {}) },
  { name: ordinary[1]!, isOurs: true, run: (visitor) => assertedToken(visitor, { resource: RESOURCE, scope: 'read' }) },
  { name: 'esia-token-rsa', isOurs: true, beside: ordinary, run: (visitor) => esiaToken(visitor, 'rsa') },
  { name: 'esia-token-gost', isOurs: true, beside: ordinary, run: (visitor) => esiaToken(visitor, 'gost') },
];

const { assertionKey, rsa, gost } = benchKeys();
const key = await importJWK(assertionKey, 'ES256');

async function assertedToken(visitor: Visitor, kind: Record<string, string>): Promise<void> {
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer(KEY_ID)
    .setSubject(KEY_ID)
    .setAudience(visitor.origin)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(key);
  await visitor.post('/oauth2/token', {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    ...kind,
  });
}

async function esiaToken(visitor: Visitor, kind: 'rsa' | 'gost'): Promise<void> {
  const fields = {
    client_id: ESIA_ID,
    grant_type: 'client_credentials',
    scope: 'org_shortname?org_oid=1',
    timestamp: formatTimestamp(new Date()),
    state: randomUUID(),
    redirect_uri: 'https://client.example/',
    token_type: 'Bearer',
  };
  const signature = kind === 'rsa' ? cms(rsa, messages.v1(fields)) : gost.sign(Buffer.from(messages.v3system(fields)));
  const path = kind === 'rsa' ? '/aas/oauth2/te' : '/aas/oauth2/v3/te';
  await visitor.post(path, { ...fields, client_secret: signature.toString('base64url') });
}
