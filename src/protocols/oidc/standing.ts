import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Account } from '#src/identity/accounts/account.ts';
import type { ClientMetadata } from '#src/identity/clients/client.ts';
import { acrFor, hasSecondFactor, isStillEnough, tierFor, type AcrClaim } from '#src/protocols/oidc/assurance.ts';

/** A code or token that is being used: the library's own object, of which we read little. */
export interface UsedToken {
  kind: string;
  clientId?: string;
  accountId?: string;
  acr?: string;
  amr?: string[];
  claims?: { id_token?: { acr?: AcrClaim | null } };
}

/**
 * Whether the person may still be spoken of to this client with this code or token. What is made of it says the tier of
 * this moment and not the one of the sign-in.
 */
export function stillStands(account: Account, client: ClientMetadata, token: UsedToken): boolean {
  if (account.status !== 'active') return false;
  if (!isStillEnough(account, client, token.claims?.id_token?.acr)) return false;
  if (token.kind === 'AuthorizationCode' || token.kind === 'RefreshToken')
    token.acr = acrFor(
      { tier: tierFor(account, client), mfa: hasSecondFactor(token.amr) },
      token.claims?.id_token?.acr,
    );
  return true;
}

/** The client that a token was made for, who need not be the one that asks about it. */
export async function clientOf(
  { oidc }: KoaContextWithOIDC,
  { clientId }: UsedToken,
): Promise<ClientMetadata | undefined> {
  if (clientId === undefined) return undefined;
  if (oidc.client?.clientId === clientId) return oidc.client;
  return oidc.provider.Client.find(clientId);
}
