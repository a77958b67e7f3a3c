/** How far an identity is proven, lowest first (R3). */
export const tiers = ['simplified', 'standard', 'confirmed'] as const;
export type Tier = (typeof tiers)[number];

/**
 * How a proof was made: state registries, a reviewer's look at a foreign passport, papers at a service centre,
 * a letter with a code, an electronic signature.
 */
export const proofMethods = ['registry', 'review', 'in_person', 'mail', 'esign'] as const;
export type ProofMethod = (typeof proofMethods)[number];

/** These look at data and documents; that the person is their owner they do not show. */
const documentMethods: ReadonlySet<ProofMethod> = new Set(['registry', 'review']);

/** The tier follows from evidence and from nothing else. A client may refuse methods; for it they do not count (R14). */
export function tierFrom(evidence: readonly ProofMethod[], refused: readonly string[] = []): Tier {
  const counted = evidence.filter((method) => !refused.includes(method));
  if (counted.some((method) => !documentMethods.has(method))) return 'confirmed';
  return evidence.length > 0 ? 'standard' : 'simplified';
}

export function isAtLeast(tier: Tier, required: Tier): boolean {
  return tiers.indexOf(tier) >= tiers.indexOf(required);
}
