import { isAtLeast, tierFrom, tiers, type Tier } from '#src/identity/accounts/tier.ts';
import type { Account } from '#src/identity/accounts/account.ts';
import type { ClientMetadata } from '#src/identity/clients/client.ts';

const PREFIX = 'urn:esia:acr:';

const MFA = ':mfa';

/** How far a person is proven, and whether two factors were used. */
export interface Level {
  tier: Tier;
  mfa: boolean;
}

export const acrValues = tiers.flatMap((tier) => [acrOf({ tier, mfa: false }), acrOf({ tier, mfa: true })]);

export function acrOf({ tier, mfa }: Level): string {
  return `${PREFIX}${tier}${mfa ? MFA : ''}`;
}

export function levelOfAcr(acr: string): Level | undefined {
  const mfa = acr.endsWith(MFA);
  const plain = mfa ? acr.slice(0, -MFA.length) : acr;
  const tier = tiers.find((one) => plain === `${PREFIX}${one}`);
  return tier && { tier, mfa };
}

/** The rule of RFC 8176: `mfa` beside the methods that were used. */
export function hasSecondFactor(amr: readonly string[] | undefined): boolean {
  return amr?.includes('mfa') ?? false;
}

/** The account's tier as this client sees it: proofs by methods that it refuses do not count. */
export function tierFor(account: Account, client: Pick<ClientMetadata, 'refused_methods'>): Tier {
  return tierFrom(account.evidence, client.refused_methods);
}

/** What a request demands, and whether less will do as well. */
export interface Demand {
  tier: Tier;
  /** Essential: without it nothing is issued. Voluntary (`acr_values`): the person may go on as they are. */
  essential: boolean;
  secondFactor: 'essential' | 'voluntary' | undefined;
}

export interface AcrClaim {
  essential?: boolean;
  value?: string;
  values?: string[];
}

interface AssuranceRequest {
  acrValues: string | undefined;
  acrClaim: AcrClaim | null | undefined;
  minimumTier: Tier;
  requiresSecondFactor: boolean;
}

/**
 * Whether the account, as it is now, still is what the client demands and what was promised to it (G6). Asked whenever
 * a code, a refresh token or an access token is used, for a tier may fall and a client's rules may change meanwhile.
 */
export function isStillEnough(
  account: Account,
  client: ClientMetadata,
  acrClaim: AcrClaim | null | undefined,
): boolean {
  const minimumTier = client.minimum_tier ?? 'simplified';
  const demand = demandOf({ acrValues: undefined, acrClaim, minimumTier, requiresSecondFactor: false });
  return !demand.essential || isAtLeast(tierFor(account, client), demand.tier);
}

/**
 * The highest that must hold: what the client always needs, an essential `acr` claim, or else the most wanted of
 * `acr_values` (OpenID Connect Core 3.1.2.1, 5.5.1.1). Of several acceptable values the lowest is demanded, since any
 * satisfies.
 */
export function demandOf({ acrValues, acrClaim, minimumTier, requiresSecondFactor }: AssuranceRequest): Demand {
  const claimed = levelsOf([acrClaim?.value, ...(acrClaim?.values ?? [])]);
  const must = acrClaim?.essential ? lowest(claimed) : undefined;
  const wish = lowest([...levelsOf(acrValues?.split(' ') ?? []), ...(acrClaim?.essential ? [] : claimed)]);
  const essential = must ? higher(minimumTier, must.tier) : minimumTier;
  const asked = wish?.tier ?? essential;
  const secondFactor = requiresSecondFactor || must?.mfa ? 'essential' : wish?.mfa ? 'voluntary' : undefined;
  return isAtLeast(essential, asked)
    ? { tier: essential, essential: true, secondFactor }
    : { tier: asked, essential: false, secondFactor };
}

/** What is said of the person: the highest of the values that the client insists on, or else all that is known. */
export function acrFor(reached: Level, acrClaim: AcrClaim | null | undefined): string {
  const all = acrOf(reached);
  const accepted = acrClaim?.essential ? [acrClaim.value, ...(acrClaim.values ?? [])] : [];
  if (accepted.length === 0 || accepted.includes(all)) return all;
  const met = levelsOf(accepted).filter(({ tier, mfa }) => isAtLeast(reached.tier, tier) && (reached.mfa || !mfa));
  return met.length > 0 ? acrOf(met.toSorted(byHeight).at(-1)!) : all;
}

function levelsOf(acrs: readonly (string | undefined)[]): Level[] {
  return acrs.flatMap((acr) => levelOfAcr(acr ?? '') ?? []);
}

function lowest(levels: Level[]): Level | undefined {
  return levels.toSorted(byHeight)[0];
}

function byHeight(one: Level, other: Level): number {
  return tiers.indexOf(one.tier) - tiers.indexOf(other.tier) || Number(one.mfa) - Number(other.mfa);
}

function higher(one: Tier, other: Tier): Tier {
  return isAtLeast(one, other) ? one : other;
}
