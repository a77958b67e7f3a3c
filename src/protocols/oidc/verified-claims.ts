import { tierFrom } from '#src/identity/accounts/tier.ts';
import type { Evidence } from '#src/identity/accounts/identities.ts';
import type { VerifiedValues } from '#src/identity/accounts/identity.ts';

export const VERIFIED_CLAIMS = 'verified_claims';

/** Which framework of proofing the values were checked under. */
const TRUST_FRAMEWORK = 'ru_esia';

/** How OpenID Identity Assurance names what each way of proof looked at. */
const evidenceTypes = {
  registry: 'electronic_record',
  review: 'document',
  in_person: 'document',
  mail: 'vouch',
  esign: 'electronic_signature',
};

/**
 * OpenID Identity Assurance 1.0, one set: the values as they were when last checked, how and when. After the person edits
 * a value the old set stays, with its time, until another proof replaces it (G3); the tier, which falls at once, is in `acr`.
 * @param names claims that the client may see; nothing else is told, verified or not.
 */
export function verifiedClaims(evidence: Evidence[], names: ReadonlySet<string>, refused: readonly string[] = []) {
  const newest = evidence.find(({ values }) => values);
  if (!newest?.values) return undefined;
  const set = evidence.filter(({ values }) => values && sameValues(values, newest.values!));
  const claims = Object.fromEntries(
    Object.entries(claimsOf(newest.values)).filter(([name, value]) => value !== undefined && names.has(name)),
  );
  if (Object.keys(claims).length === 0) return undefined;
  const methods = set.map(({ method }) => method);
  return {
    verification: {
      trust_framework: TRUST_FRAMEWORK,
      assurance_level: tierFrom(methods, refused),
      time: newest.at.toISOString(),
      evidence: set.map(({ method, at }) => ({ type: evidenceTypes[method], method, time: at.toISOString() })),
    },
    claims,
  };
}

/** The members asked for inside `verified_claims` of one part of the claims parameter. */
export function verifiedNamesIn(part: unknown): string[] {
  const asked = (part as { verified_claims?: { claims?: unknown } } | undefined)?.verified_claims?.claims;
  return typeof asked === 'object' && asked !== null && !Array.isArray(asked) ? Object.keys(asked) : [];
}

function claimsOf({
  familyName,
  givenName,
  middleName,
  birthdate,
  documents,
}: VerifiedValues): Record<string, unknown> {
  const value = (kind: string) => documents.find((document) => document.kind === kind)?.value;
  const passport = value('rf_passport');
  return {
    family_name: familyName,
    given_name: givenName,
    middle_name: middleName,
    birthdate,
    snils: value('snils'),
    id_doc: passport
      ? { type: 'RF_PASSPORT', series: passport.slice(0, 4), number: passport.slice(4) }
      : foreignIdDoc(value('foreign')),
  };
}

function sameValues(one: VerifiedValues, other: VerifiedValues): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Country, then series and number in one, as the machine-readable lines have them. */
export function foreignIdDoc(passport: string | undefined) {
  return passport && { type: 'FID_DOC', country: passport.slice(0, 3), number: passport.slice(3) };
}
