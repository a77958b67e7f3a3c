import { hashToken } from '#src/platform/security/random.ts';
import type { SessionAuthorization } from '#src/platform/storage/tables.ts';
import type { SessionIdHashes } from '#src/identity/sessions/session-store.ts';

export type Authorizations = Record<string, SessionAuthorization>;

/** What the protocol keeps in a session; everything else in it is carried unread. */
export interface SessionRecord {
  uid: string;
  accountId?: string | undefined;
  /** When the person last proved who they are, in seconds. */
  loginTs?: number | undefined;
  exp?: number | undefined;
  /** What the person signed in with; only said by the request that did it. */
  device?: string | undefined;
  /** The account's generation of sign-ins when the person proved who they are; only said by the request that did it. */
  generation?: number | undefined;
  authorizations?: Authorizations | undefined;
}

/** A session as its owner sees it. */
export interface LiveSession {
  uid: string;
  signedInAt: Date | null;
  seenAt: Date;
  device: string | null;
  clientIds: string[];
}

/** What was cut off, so that the caller can tell the clients (OpenID Connect Back-Channel Logout). */
export interface EndedSession {
  uid: string;
  accountId: string | null;
  authorizations: Authorizations;
}

/**
 * An identifier given out before sign-in has another hash than one given out after it: whoever planted a cookie, or
 * renamed the session beside the person signing in, holds an identifier that never opens a signed-in session.
 */
export function hashSessionId(id: string): SessionIdHashes {
  return {
    anonymous: hashToken(`Session:anonymous:${id}`),
    account: hashToken(`Session:account:${id}`),
    retired: hashToken(`Session:retired:${id}`),
  };
}

/** What a request changed since it loaded the session. Its untouched entries may be older than what others wrote meanwhile. */
export function changesBetween(loaded: Authorizations, saved: Authorizations) {
  const same = (clientId: string) => JSON.stringify(loaded[clientId]) === JSON.stringify(saved[clientId]);
  const named = Object.entries(saved).filter(([, { sid, grantId }]) => sid !== undefined || grantId !== undefined);
  return {
    authorizations: Object.fromEntries(named.filter(([clientId]) => !same(clientId))),
    removedClientIds: Object.keys(loaded).filter((clientId) => !(clientId in saved)),
  };
}

export function copyOf(authorizations: Authorizations): Authorizations {
  return Object.fromEntries(Object.entries(authorizations).map(([clientId, entry]) => [clientId, { ...entry }]));
}

/** Grants that outlive sign-out (offline access) are marked as persisting. */
export function grantsEndingWith(sessions: { authorizations: Authorizations }[]): string[] {
  const authorizations = sessions.flatMap((session) => Object.values(session.authorizations));
  return authorizations.filter(({ persistsLogout }) => !persistsLogout).flatMap(({ grantId }) => grantId ?? []);
}
