import { isAtLeast, tierFrom, tiers, type Tier } from '#src/identity/accounts/tier.ts';
import type { Account } from '#src/identity/accounts/account.ts';
import type { ClientMetadata } from '#src/identity/clients/client.ts';

const PREFIX = 'urn:esia:acr:';

export const acrValues = tiers.map((tier) => `${PREFIX}${tier}`);

export function acrOf(tier: Tier): string {
  return `${PREFIX}${tier}`;
}

function tierOfAcr(acr: string): Tier | undefined {
  return tiers.find((tier) => acr === acrOf(tier));
}

/** The account's tier as this client sees it: proofs by methods that it refuses do not count. */
export function tierFor(account: Account, client: Pick<ClientMetadata, 'refused_methods'>): Tier {
  return tierFrom(account.evidence, client.refused_methods);
}

/** What a request demands of the tier, and whether less will do as well. */
export interface TierDemand {
  tier: Tier;
  /** Essential: without it nothing is issued. Voluntary (`acr_values`): the person may go on as they are. */
  essential: boolean;
}

export type AcrClaim = { essential?: boolean; value?: string; values?: string[] } | null | undefined;

interface TierRequest {
  acrValues: string | undefined;
  acrClaim: AcrClaim;
  minimumTier: Tier;
}

/**
 * Whether the account, as it is now, still is what the client demands and what was promised to it (G6). Asked whenever
 * a code, a refresh token or an access token is used, for a tier may fall and a client's rules may change meanwhile.
 */
export function isStillEnough(account: Account, client: ClientMetadata, acrClaim: AcrClaim): boolean {
  const demand = demandOf({ acrValues: undefined, acrClaim, minimumTier: client.minimum_tier ?? 'simplified' });
  return !demand.essential || isAtLeast(tierFor(account, client), demand.tier);
}

/** The `acr` of a token made from an older one: the tier of now, and whatever else was achieved then. */
export function currentAcr(acr: string | undefined, tier: Tier): string {
  const achieved = acr?.startsWith(PREFIX) ? acr.slice(PREFIX.length).split(':').slice(1) : [];
  return [acrOf(tier), ...achieved].join(':');
}

/**
 * The highest that must hold: the client's minimum, an essential `acr` claim, or else the most wanted of `acr_values`
 * (OpenID Connect Core 3.1.2.1, 5.5.1.1). Of several acceptable values the lowest is demanded, since any satisfies.
 */
export function demandOf({ acrValues: wanted, acrClaim, minimumTier }: TierRequest): TierDemand {
  const acceptable = [acrClaim?.value, ...(acrClaim?.values ?? [])].flatMap((acr) => tierOfAcr(acr ?? '') ?? []);
  const essential =
    acrClaim?.essential && acceptable.length > 0 ? higher(minimumTier, lowest(acceptable)) : minimumTier;
  const voluntary = [...(wanted?.split(' ') ?? []), ...(acrClaim?.essential ? [] : acceptable.map(acrOf))].flatMap(
    (acr) => tierOfAcr(acr) ?? [],
  );
  const asked = voluntary.length > 0 ? lowest(voluntary) : essential;
  return isAtLeast(essential, asked) ? { tier: essential, essential: true } : { tier: asked, essential: false };
}

function lowest(list: Tier[]): Tier {
  return tiers.find((tier) => list.includes(tier))!;
}

function higher(one: Tier, other: Tier): Tier {
  return isAtLeast(one, other) ? one : other;
}
