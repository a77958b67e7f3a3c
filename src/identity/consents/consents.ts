import { hash } from 'node:crypto';
import type { Clock } from '#src/platform/clock.ts';
import { newId } from '#src/platform/security/random.ts';
import type { Database } from '#src/platform/storage/database.ts';
import type { Statements } from '#src/platform/storage/statements.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import * as consentStore from '#src/identity/consents/consent-store.ts';
import type { Sessions } from '#src/identity/sessions/sessions.ts';

/** What a person allowed one client. */
export interface Allowance {
  scopes: string[];
  claims: string[];
  /** Resource indicator (RFC 8707) to scopes. */
  resources: Record<string, string>;
}

export interface Consent extends Allowance {
  /** Changes with every new decision. */
  id: string;
}

/** What the person was shown about the client. When it changes, consent is asked again (A13). */
export interface ShownToPerson {
  name: string;
  purpose: string;
}

export interface ListedConsent extends Pick<Allowance, 'scopes' | 'claims'> {
  clientId: string;
  metadata: Record<string, unknown>;
  grantedAt: Date;
}

/** Who was allowed what, remembered until it changes, expires or is taken back. */
export class Consents {
  readonly #db: Database;
  readonly #statements: Statements;
  readonly #clock: Clock;
  readonly #sessions: Sessions;
  readonly #audit: Audit;
  readonly #days: number;

  constructor(deps: {
    db: Database;
    statements: Statements;
    clock: Clock;
    sessions: Sessions;
    audit: Audit;
    days: number;
  }) {
    this.#db = deps.db;
    this.#statements = deps.statements;
    this.#clock = deps.clock;
    this.#sessions = deps.sessions;
    this.#audit = deps.audit;
    this.#days = deps.days;
  }

  async find(accountId: string, clientId: string, shown: ShownToPerson): Promise<Consent | undefined> {
    const row = await consentStore.find(this.#statements, accountId, clientId, this.#clock.now());
    if (!row || !hashOf(shown).equals(row.purpose_hash as Buffer)) return undefined;
    return {
      id: row.id as string,
      scopes: row.scopes as string[],
      claims: row.claims as string[],
      resources: row.resources as Record<string, string>,
    };
  }

  async grant(accountId: string, clientId: string, shown: ShownToPerson, allowance: Allowance): Promise<void> {
    const now = this.#clock.now();
    await this.#db.transaction().execute(async (transaction) => {
      await consentStore.save(transaction, {
        account_id: accountId,
        client_id: clientId,
        id: newId(now),
        ...allowance,
        purpose_hash: hashOf(shown),
        granted_at: now,
        expires_at: new Date(now.getTime() + this.#days * 86_400_000),
      });
      await this.#audit.record(auditEvent.consentGranted(accountId, clientId), transaction);
    });
  }

  async list(accountId: string): Promise<ListedConsent[]> {
    const rows = await consentStore.listByAccount(this.#db, accountId, this.#clock.now());
    return rows.map(({ client_id, scopes, claims, granted_at, metadata }) => ({
      clientId: client_id,
      scopes,
      claims,
      grantedAt: granted_at,
      metadata,
    }));
  }

  /** Ends the consent and everything issued under it, on every instance at once. */
  async revoke(accountId: string, clientId: string): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      await consentStore.remove(transaction, accountId, clientId);
      await this.#sessions.revokeGrants(accountId, clientId, transaction);
      await this.#audit.record(auditEvent.consentRevoked(accountId, clientId), transaction);
    });
  }
}

function hashOf({ name, purpose }: ShownToPerson): Buffer {
  return hash('sha256', JSON.stringify([name, purpose]), 'buffer');
}
