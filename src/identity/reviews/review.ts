import type { ReviewRow } from '#src/platform/storage/tables.ts';

/** Why a profile was sent back. Each has its words and its next step in the locales. */
export const rejectionReasons = [
  'name_differs',
  'number_differs',
  'birthdate_differs',
  'stay_differs',
  'not_found',
  'other',
] as const;
/** `conflict` is found, not chosen: the document was proven to be another person's. */
export type RejectionReason = (typeof rejectionReasons)[number] | 'conflict';

export interface Review {
  id: string;
  accountId: string;
  status: ReviewRow['status'];
  /** What a person reads out to support. */
  reference: string;
  reason: RejectionReason | undefined;
  submittedAt: Date;
  decidedAt: Date | undefined;
}

export function reviewOf(row: ReviewRow): Review {
  return {
    id: row.id,
    accountId: row.account_id,
    status: row.status,
    reference: row.reference,
    reason: (row.reason as RejectionReason | null) ?? undefined,
    submittedAt: row.created_at,
    decidedAt: row.decided_at ?? undefined,
  };
}
