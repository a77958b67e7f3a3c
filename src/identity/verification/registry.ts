import type { IdentityDocument } from '#src/identity/accounts/identity.ts';

/** What may be found wrong; the page names the field and lets the person correct it. */
export const registryFields = [
  'last-name',
  'first-name',
  'middle-name',
  'birth-date',
  'passport-number',
  'passport-date',
  'passport-code',
  'snils',
  'inn',
  'driving-licence',
  'international-passport',
] as const;
export type RegistryField = (typeof registryFields)[number];

/** What the registry is asked: one question, however often it is repeated under its id. */
export interface RegistryQuestion {
  id: string;
  askedAt: Date;
  person: {
    familyName: string;
    givenName: string;
    middleName?: string;
    birthdate?: string;
    gender?: string;
  };
  documents: IdentityDocument[];
}

export type RegistryAnswer =
  | { status: 'passed' }
  | { status: 'failed'; wrong: RegistryField[] }
  /** Not known yet: ask again. */
  | { status: 'pending'; askAgainSeconds?: number };

/**
 * The way to the state registries. `ask` may be called many times with one id and always answers for the values of the
 * first call; it throws when the registry cannot be reached or makes no sense, and the caller asks again later. It takes
 * at most ten seconds. What it answers counts only while the person's data are still those that were asked about.
 */
export interface Registry {
  ask(question: RegistryQuestion): Promise<RegistryAnswer>;
}
