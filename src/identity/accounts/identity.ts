import type { Profile } from '#src/identity/accounts/account.ts';

/** What else is printed in a document beside its number. */
export interface DocumentDetails {
  /** ISO 8601 date. */
  issuedAt?: string;
  departmentCode?: string;
  issuer?: string;
  /** Of a foreign passport, whose value is country, series and number in one: the country's three letters. */
  country?: string;
  series?: string;
  number?: string;
  /** ISO 8601 date. */
  expiresAt?: string;
}

export interface IdentityDocument {
  /** `rf_passport`, `snils`, `inn` … */
  kind: string;
  /** In normal form: digits alone for Russian documents. */
  value: string;
  details?: DocumentDetails;
}

/** Exactly what a proof stands for. */
export interface VerifiedValues {
  familyName: string;
  givenName: string;
  middleName?: string;
  birthdate?: string;
  documents: IdentityDocument[];
}

/** Documents that say who somebody is. Others, like the INN, are checked as well but nobody's tier hangs on them. */
export const identityKinds: ReadonlySet<string> = new Set(['rf_passport', 'snils', 'foreign']);

export function verifiedValues(profile: Profile, documents: IdentityDocument[]): VerifiedValues {
  const { familyName, givenName, middleName, birthdate } = profile;
  return {
    familyName,
    givenName,
    middleName,
    birthdate,
    documents: documents.filter(({ kind }) => identityKinds.has(kind)),
  };
}

/** One text for one set of values, whatever order they were read in; `all` also covers documents that prove nobody. */
export function canonical(values: VerifiedValues): string {
  const { familyName, givenName, middleName = '', birthdate = '', documents } = values;
  const papers = documents
    .map(({ kind, value, details: { issuedAt = '', departmentCode = '', issuer = '', expiresAt } = {} }) => [
      kind,
      value,
      issuedAt,
      departmentCode,
      issuer,
      ...(expiresAt === undefined ? [] : [expiresAt]),
    ])
    .sort(([a], [b]) => a!.localeCompare(b!, 'en'));
  return JSON.stringify([familyName, givenName, middleName, birthdate, papers]);
}
