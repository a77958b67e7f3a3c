import type { Account } from '#src/identity/accounts/account.ts';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import type { DataDeps } from '#src/web/account/data-routes.ts';

type Sources = Pick<
  DataDeps,
  'accounts' | 'identities' | 'factors' | 'devices' | 'sessions' | 'consents' | 'releases' | 'audit'
>;

const EVENTS = 10_000;

/** All that is kept about one person, as they may take it elsewhere. Passwords and codes are not kept in a readable form. */
export async function exportOf(account: Account, sources: Sources): Promise<Record<string, unknown>> {
  const { accounts, identities, factors, devices, sessions, consents, releases, audit } = sources;
  const { id, oid, status, profile, locale, createdAt, updatedAt, evidence } = account;
  return {
    account: { oid, status, locale, createdAt, updatedAt, tier: tierFrom(evidence) },
    profile,
    contacts: await accounts.contacts(id),
    documents: await identities.documents(id),
    evidence: (await identities.evidence(id)).map(({ method, at, fits, values }) => ({ method, at, fits, values })),
    agreements: await accounts.agreements(id),
    factors: (await factors.list(id)).map(({ kind, name, createdAt, lastUsedAt }) => ({
      kind,
      name,
      createdAt,
      lastUsedAt,
    })),
    devices: await devices.list(id),
    sessions: await sessions.list(id),
    consents: (await consents.list(id)).map(({ clientId, scopes, claims, grantedAt }) => ({
      clientId,
      scopes,
      claims,
      grantedAt,
    })),
    given: await releases.list(id),
    history: await audit.history(id, EVENTS),
  };
}
