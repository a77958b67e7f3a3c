import { hash } from 'node:crypto';
import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import type { Allowance, Consent, Consents, ShownToPerson } from '#src/identity/consents/consents.ts';
import { isOwnClient } from '#src/protocols/oidc/own-clients.ts';
import { metadataOf } from '#src/protocols/oidc/interaction-policy.ts';

type Read = [consent: Consent | undefined, current: Grant | undefined];

/**
 * The grant of this session and client, made from the remembered consent. Its id follows from what it stands for, so two
 * tabs that arrive together make one grant and neither loses its tokens to the other; after a revocation, a new decision
 * or a dead grant gives a new id.
 */
export class ConsentGrants {
  readonly #consents: Consents;
  readonly #begun = new WeakMap<object, { accountId: string; read: Promise<Read> }>();

  constructor(consents: Consents) {
    this.#consents = consents;
  }

  /** Asks for what `load` will need, together with whatever else is asked for in this turn. */
  begin({ oidc }: KoaContextWithOIDC): void {
    const accountId = oidc.session?.accountId;
    if (!accountId || !oidc.client) return;
    const read = this.#read(oidc, accountId);
    // Who loads hears of a failure.
    read.catch(() => {});
    this.#begun.set(oidc, { accountId, read });
  }

  async load({ oidc }: KoaContextWithOIDC): Promise<Grant | undefined> {
    const { provider, session, client } = oidc;
    const accountId = session?.accountId;
    if (!accountId || !client) return undefined;
    const begun = this.#begun.get(oidc);
    const [consent, current] = await (begun?.accountId === accountId ? begun.read : this.#read(oidc, accountId));
    this.#begun.delete(oidc);
    if (!consent) return undefined;
    if (current && covers(current, consent)) return current;

    const dead = current ? null : session.grantIdFor(client.clientId);
    const meaning = JSON.stringify([session.uid, client.clientId, consent.id, dead]);
    const about = { accountId, clientId: client.clientId, jti: hash('sha256', meaning, 'base64url') };
    const grant = new provider.Grant(about);
    fill(grant, consent);
    await grant.save();
    return grant;
  }

  #read(oidc: KoaContextWithOIDC['oidc'], accountId: string): Promise<Read> {
    const { provider, session } = oidc;
    const { clientId } = oidc.client!;
    const currentId = session!.grantIdFor(clientId);
    return Promise.all([
      isOwnClient(clientId) ? ownConsent : this.#consents.find(accountId, clientId, shownToPerson(oidc)),
      currentId === undefined ? undefined : provider.Grant.find(currentId),
    ]);
  }
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
