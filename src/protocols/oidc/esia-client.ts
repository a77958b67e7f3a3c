import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { ClientMetadata } from '#src/identity/clients/client.ts';

/** Where the provider sends the browser back to when the request came in by the ESIA dialect. */
export const ESIA_RETURN_PATH = '/aas/oauth2/return';

export function speaksEsia(metadata: Record<string, unknown>): boolean {
  return typeof metadata.esia === 'object' && metadata.esia !== null;
}

/**
 * A client that speaks ESIA alone has a certificate and domains, but neither a redirect address nor a way to prove itself
 * here; it is given what the library insists on. The secret is never told to anybody, so nobody can use it.
 */
export function completeEsiaClient(metadata: ClientMetadata, issuer: string): ClientMetadata {
  if (!speaksEsia(metadata)) return metadata;
  const { redirect_hosts: hosts = [] } = metadata.esia as { redirect_hosts?: string[] };
  const complete = { ...metadata } as ClientMetadata;
  if (!isFilled(metadata.redirect_uris)) complete.redirect_uris = [`${issuer}${ESIA_RETURN_PATH}`];
  if (!metadata.client_uri && hosts[0]) complete.client_uri = siteOf(hosts[0]);
  if (typeof metadata.scope === 'string' && !metadata.scope.split(' ').includes('openid'))
    complete.scope = `openid ${metadata.scope}`;
  const provesItself = metadata.client_secret ?? metadata.jwks ?? metadata.jwks_uri;
  if (!provesItself && metadata.token_endpoint_auth_method !== 'none') {
    complete.token_endpoint_auth_method = 'client_secret_basic';
    complete.client_secret = createHmac('sha256', unknownKey).update(String(metadata.client_id)).digest('base64url');
  }
  return complete;
}

/** The same while the process lives: the library keeps a client as long as nothing in it changes. */
const unknownKey = createSecretKey(randomBytes(32));

function isFilled(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}

function siteOf(host: string): string | undefined {
  const address = host.includes('://') ? host : `https://${host}`;
  return URL.canParse(address) ? new URL(address).origin : undefined;
}
