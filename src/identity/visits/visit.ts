import type { VisitRow } from '#src/platform/storage/tables.ts';
import type { KnownDocument } from '#src/identity/accounts/identities.ts';

export const purposes = ['confirm', 'restore', 'question'] as const;

export type Purpose = (typeof purposes)[number];

/** The clerk who has the person before them, and where. */
export interface ClerkAtWork {
  accountId: string;
  office: string;
}

export interface Visit {
  id: string;
  accountId: string;
  purpose: Purpose;
  papers: string[];
  isUnmasked: boolean;
  outcome: VisitRow['outcome'];
}

/** Why nobody's record is shown. */
export type VisitRefusal =
  | 'nobody'
  | 'too_many'
  | 'own_record'
  | 'not_checked'
  | 'conflict'
  | 'already_confirmed'
  | 'account_blocked'
  | 'held'
  | 'unproven';

/** Papers that say who somebody is; of these a clerk must have seen one. */
export const identityPapers: ReadonlySet<string> = new Set(['rf_passport', 'foreign']);

/** One identity document, and the SNILS where the person has one (P21). */
export function areEnough(papers: readonly string[], documents: readonly KnownDocument[]): boolean {
  const known = new Set(documents.map(({ kind }) => kind));
  const seen = new Set(papers.filter((kind) => known.has(kind)));
  const hasSeenWho = [...seen].some((kind) => identityPapers.has(kind));
  return hasSeenWho && (!known.has('snils') || seen.has('snils'));
}

/** What must lie on the desk before an account is given back: two proven papers, one of which says who somebody is (P19). */
export function papersToRestore(documents: readonly KnownDocument[]): [KnownDocument, KnownDocument] | undefined {
  const proven = documents.filter(({ verified }) => verified);
  const who = proven.find(({ kind }) => identityPapers.has(kind));
  const rest = proven.filter((one) => one !== who);
  const second = rest.find(({ kind }) => kind === 'snils') ?? rest.find(({ kind }) => kind === 'inn') ?? rest[0];
  return who && second && [who, second];
}

export function visitOf({ id, account_id, purpose, papers, unmasked_at, outcome }: VisitRow): Visit {
  return {
    id,
    accountId: account_id,
    purpose: purpose as Purpose,
    papers,
    isUnmasked: unmasked_at !== null,
    outcome,
  };
}
