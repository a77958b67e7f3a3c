import type { AccountContact, AccountDocument, Profile } from '#src/identity/accounts/account.ts';

/** Each of these gives one more way back into an account whose password is lost (R17). */
const ways = ['phone', 'email', 'rf_passport', 'snils', 'inn', 'driving_licence', 'international_passport'] as const;
/** A foreign citizen has one passport, and Russian numbers only now and then. */
const foreignWays = ['phone', 'email', 'foreign'] as const;

export interface RecoveryStrength {
  have: string[];
  missing: string[];
  word: 'weak' | 'fair' | 'strong';
}

export function recoveryStrength(
  { kind }: Pick<Profile, 'kind'>,
  contacts: AccountContact[],
  documents: AccountDocument[],
): RecoveryStrength {
  const proven = new Set([...contacts, ...documents].filter(({ verified }) => verified).map((one) => one.kind));
  const wanted: readonly string[] = kind === 'foreign' ? foreignWays : ways;
  const have = [...proven];
  const missing = wanted.filter((way) => !proven.has(way));
  const word = have.length < 2 ? 'weak' : have.length < Math.min(4, wanted.length) ? 'fair' : 'strong';
  return { have, missing, word };
}
