import type { Language } from '#src/platform/i18n/translator.ts';
import type { ContactKind } from '#src/identity/accounts/contact.ts';
import type { DocumentDetails } from '#src/identity/accounts/identity.ts';
import type { ProofMethod } from '#src/identity/accounts/tier.ts';

/** What a person said of themselves or had checked. Encrypted as one; every member but the name may be absent. */
export interface Profile {
  /** A foreign citizen's digital profile; absent for everybody else. */
  kind?: 'foreign';
  /** On what grounds a foreign citizen is in the country, in their own words. */
  stayStatus?: StayStatus;
  familyName: string;
  givenName: string;
  middleName?: string;
  gender?: 'male' | 'female';
  /** ISO 8601 date without time. */
  birthdate?: string;
  birthplace?: string;
  /** ISO 3166-1 alpha-3. */
  citizenship?: string;
  nickname?: string;
  preferredUsername?: string;
  profileUrl?: string;
  pictureUrl?: string;
  websiteUrl?: string;
  zoneinfo?: string;
  address?: {
    formatted?: string;
    street_address?: string;
    locality?: string;
    region?: string;
    postal_code?: string;
    country?: string;
  };
}

export const stayStatuses = ['visa_free', 'visa', 'temporary_residence', 'residence_permit', 'abroad'] as const;
export type StayStatus = (typeof stayStatuses)[number];

export interface Account {
  id: string;
  /** ESIA's numeric subject. */
  oid: number;
  status: 'active' | 'blocked' | 'deleted';
  profile: Profile;
  locale: Language | undefined;
  /** Sign-ins of an earlier generation are over: see the sessions room. */
  generation: number;
  /** Methods of the proofs that stand. */
  evidence: ProofMethod[];
  /** `terms:version` and `privacy:version`. */
  agreements: string[];
  createdAt: Date;
  updatedAt: Date;
}

export interface AccountContact {
  kind: ContactKind;
  value: string;
  verified: boolean;
}

export interface AccountDocument {
  kind: string;
  value: string;
  verified: boolean;
  details: DocumentDetails | undefined;
}

export function fullName({ familyName, givenName, middleName }: Profile): string {
  return [familyName, givenName, middleName].filter(Boolean).join(' ');
}
