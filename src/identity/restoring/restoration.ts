import type { Contact } from '#src/identity/accounts/contact.ts';
import type { EnrolledKind } from '#src/identity/factors/factor.ts';

export const restoreReasons = ['contact_lost', 'factor_lost', 'stolen'] as const;

/** What the person and the clerk agreed on at the desk. */
export interface Wish {
  /** Where the person answers from now on; proven at the desk. */
  contact: Contact;
  reason: (typeof restoreReasons)[number];
  /** Second factors that are lost and go with it. */
  lost: EnrolledKind[];
}

export interface Terms extends Omit<Wish, 'reason'> {
  /** `new`: there was no account before, so there is nobody to warn and nothing to hold. */
  reason: Wish['reason'] | 'new';
  papers: string[];
  office: string;
  /** Account of the clerk who had the person before them. */
  operator: string;
}

/** An activation that was sent and not used. */
export interface Activation {
  accountId: string;
  contact: Contact;
}
