import type { Profile } from '#src/identity/accounts/account.ts';
import type { HeldIdentity } from '#src/identity/accounts/identities.ts';
import type { IdentityDocument } from '#src/identity/accounts/identity.ts';
import type { CheckStatus, StoredCheck } from '#src/identity/verification/check-store.ts';

/** What a person says of themselves: who they are, and all of their documents. */
export interface Said {
  profile: Profile;
  documents: IdentityDocument[];
}

/** Made of what is there, inside the transaction that saves it: two tabs do not undo each other. */
export type Change = (before: HeldIdentity) => Said;

/** `saved`: there is nothing to ask the registry, because all is proven or not all is there. */
export type Saved = 'queued' | 'saved';

export interface Progress {
  status: CheckStatus;
  wrongFields: string[];
  forClient: string | undefined;
  startedAt: Date;
  deadlineAt: Date;
}

export function isLive({ status }: StoredCheck): boolean {
  return status === 'queued' || status === 'checking';
}

export function progressOf({ status, wrong_fields, for_client, created_at, deadline_at }: StoredCheck): Progress {
  return {
    status,
    wrongFields: wrong_fields,
    forClient: for_client ?? undefined,
    startedAt: created_at,
    deadlineAt: deadline_at,
  };
}
