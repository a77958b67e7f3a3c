import type { Clock } from '#src/platform/clock.ts';
import { written } from '#src/platform/request-scope.ts';
import type { Statements } from '#src/platform/storage/statements.ts';
import * as store from '#src/identity/sessions/grant-store.ts';
import { takeKept } from '#src/identity/sessions/read-ahead.ts';

/** What the protocol keeps in a grant; everything else in it is carried unread. */
export interface GrantRecord {
  accountId?: string | undefined;
  clientId?: string | undefined;
}

/**
 * What one client may do for one person. Every token hangs on a grant, and ending the grant is what kills them; a grant
 * that ended cannot be written again.
 */
export class Grants {
  readonly #statements: Statements;
  readonly #clock: Clock;

  constructor({ statements, clock }: { statements: Statements; clock: Clock }) {
    this.#statements = statements;
    this.#clock = clock;
  }

  async find(id: string): Promise<GrantRecord | undefined> {
    await written();
    const kept = takeKept('grant', id)?.payload as string | undefined;
    const payload = kept ?? (await store.findGrant(this.#statements, id, this.#clock.now()));
    return payload === undefined ? undefined : (JSON.parse(payload) as GrantRecord);
  }

  /** False, and nothing is written, when the grant has ended. */
  async save(id: string, grant: GrantRecord, expiresInSeconds: number): Promise<boolean> {
    takeKept('grant', id);
    return store.saveGrant(this.#statements, {
      id,
      accountId: grant.accountId ?? null,
      clientId: grant.clientId ?? '',
      payload: JSON.stringify(grant),
      expiresAt: new Date(this.#clock.now().getTime() + expiresInSeconds * 1000),
    });
  }

  /** Ends the grant and removes every code and token that hangs on it. */
  async end(id: string): Promise<void> {
    await written();
    await this.endAtOnce(id);
  }

  /** Without waiting for what the request wrote: for a write of the request itself. */
  async endAtOnce(id: string): Promise<void> {
    takeKept('grant', id);
    await store.endGrant(this.#statements, id, this.#clock.now());
  }
}
