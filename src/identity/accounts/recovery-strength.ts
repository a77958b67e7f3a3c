import type { AccountContact, AccountDocument } from '#src/identity/accounts/account.ts';

/** Each of these gives one more way back into an account whose password is lost (R17). */
const ways = ['phone', 'email', 'rf_passport', 'snils', 'inn'] as const;
type Way = (typeof ways)[number];

export interface RecoveryStrength {
  have: Way[];
  missing: Way[];
}

export function recoveryStrength(contacts: AccountContact[], documents: AccountDocument[]): RecoveryStrength {
  const proven = new Set<string>([
    ...contacts.filter(({ verified }) => verified).map(({ kind }) => kind),
    ...documents.filter(({ verified }) => verified).map(({ kind }) => kind),
  ]);
  return { have: ways.filter((way) => proven.has(way)), missing: ways.filter((way) => !proven.has(way)) };
}
