import type { Clock } from '#src/platform/clock.ts';
import type { Outbox } from '#src/platform/messaging/outbox.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { EndedSession } from '#src/identity/sessions/session.ts';
import type { LiveProvider } from '#src/protocols/oidc/live-provider.ts';

const KIND = 'backchannel-logout';
/** A client that is down for a day has lost its sessions anyway. */
const DEADLINE_SECONDS = 24 * 3600;

export interface LogoutNotice {
  clientId: string;
  accountId: string;
  sid: string;
}

interface LogoutReceiver {
  backchannelLogoutUri?: string;
  sendBackchannelLogout(accountId: string, sid: string): Promise<void>;
}

/**
 * Back-channel logout (OpenID Connect Back-Channel Logout 1.0) through the outbox: nobody waits for a slow client, and a
 * failing one is tried again. The library's own sender makes the token and posts it, when the outbox says so.
 */
export class BackchannelLogout {
  readonly #deps: { outbox: Outbox; db: Database; clock: Clock };

  constructor(deps: { outbox: Outbox; db: Database; clock: Clock }) {
    this.#deps = deps;
  }

  /** Call once the provider exists. */
  deliverThrough(live: LiveProvider): void {
    this.#deps.outbox.register(KIND, async ({ clientId, accountId, sid }: LogoutNotice) => {
      const client = (await live.current.Client.find(clientId)) as LogoutReceiver | undefined;
      if (client?.backchannelLogoutUri) await client.sendBackchannelLogout(accountId, sid);
    });
  }

  async queue(notice: LogoutNotice, connection: Connection = this.#deps.db): Promise<void> {
    const deadlineAt = new Date(this.#deps.clock.now().getTime() + DEADLINE_SECONDS * 1000);
    await this.#deps.outbox.put(connection, { kind: KIND, payload: notice, deadlineAt });
  }

  /** After the commit. */
  wake(): void {
    this.#deps.outbox.wake();
  }

  /** Tells every client of sessions that were ended here and not by the client's own logout request. */
  async queueFor(ended: EndedSession[], connection: Connection): Promise<void> {
    for (const { accountId, authorizations } of ended) {
      for (const [clientId, { sid }] of Object.entries(authorizations)) {
        if (accountId && sid) await this.queue({ clientId, accountId, sid }, connection);
      }
    }
  }
}
