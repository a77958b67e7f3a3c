import { createHash } from 'node:crypto';
import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import type { Allowance, Consents, ShownToPerson } from '#src/identity/consents/consents.ts';
import { isOwnClient } from '#src/protocols/oidc/own-clients.ts';
import { metadataOf } from '#src/protocols/oidc/interaction-policy.ts';

/**
 * The grant of this session and client, made from the remembered consent. Its id follows from what it stands for, so two
 * tabs that arrive together make one grant and neither loses its tokens to the other; after a revocation, a new decision
 * or a dead grant gives a new id.
 */
export function createGrantLoader(consents: Consents) {
  return async ({ oidc }: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const { provider, session, client } = oidc;
    const accountId = session?.accountId;
    if (!accountId || !client) return undefined;
    const isOwn = isOwnClient(client.clientId);
    const currentId = session.grantIdFor(client.clientId);
    const [consent, current] = await Promise.all([
      isOwn ? ownConsent : consents.find(accountId, client.clientId, shownToPerson(oidc)),
      currentId === undefined ? undefined : provider.Grant.find(currentId),
    ]);
    if (!consent) return undefined;
    if (current && covers(current, consent)) return current;

    const jti = createHash('sha256')
      .update(JSON.stringify([session.uid, client.clientId, consent.id, current ? null : currentId]))
      .digest('base64url');
    const grant = new provider.Grant({ accountId, clientId: client.clientId, jti } as ConstructorParameters<
      typeof provider.Grant
    >[0]);
    fill(grant, consent);
    await grant.save();
    return grant;
  };
}

/** The name and purpose as the consent page shows them. */
function shownToPerson(oidc: KoaContextWithOIDC['oidc']): ShownToPerson {
  return { name: oidc.client!.clientName ?? oidc.client!.clientId, purpose: metadataOf(oidc).purpose ?? '' };
}

const ownConsent = { id: 'own', scopes: ['openid'], claims: [], resources: {} };

function covers(grant: Grant, { scopes, claims, resources }: Allowance): boolean {
  const grantedScopes = new Set(grant.getOIDCScope().split(' '));
  const grantedClaims = new Set(grant.getOIDCClaims());
  return (
    scopes.every((scope) => grantedScopes.has(scope)) &&
    claims.every((claim) => grantedClaims.has(claim)) &&
    Object.entries(resources).every(([resource, list]) => {
      const granted = new Set(grant.getResourceScope(resource).split(' '));
      return list.split(' ').every((scope) => granted.has(scope));
    })
  );
}

function fill(grant: Grant, { scopes, claims, resources }: Allowance): void {
  if (scopes.length > 0) grant.addOIDCScope(scopes.join(' '));
  if (claims.length > 0) grant.addOIDCClaims(claims);
  for (const [resource, list] of Object.entries(resources)) grant.addResourceScope(resource, list);
}
