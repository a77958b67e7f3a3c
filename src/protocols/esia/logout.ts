import type { Context } from 'koa';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { EsiaError } from '#src/protocols/esia/esia-error.ts';
import type { EsiaClient } from '#src/protocols/esia/esia-client.ts';
import { allowedRedirect } from '#src/protocols/esia/redirect-address.ts';

/** Ends the browser's session, as clients of ESIA ask for it: at once, without a page, and back to their address. */
export class Logout {
  readonly #deps: { accountSessions: AccountSessions; isHttpAllowed: boolean };

  constructor(deps: { accountSessions: AccountSessions; isHttpAllowed: boolean }) {
    this.#deps = deps;
  }

  /** Answers where the browser goes on: our front page when the client names no address. */
  async end(ctx: Context, client: EsiaClient, address: string): Promise<string> {
    const { accountSessions, isHttpAllowed } = this.#deps;
    if (address !== '' && !allowedRedirect(address, { hosts: client.redirectHosts, isHttpAllowed }))
      throw new EsiaError('007023', `redirect_url is not at a registered domain (${client.redirectHosts.join(', ')})`);
    const session = await accountSessions.current(ctx);
    if (session) await accountSessions.end(session.accountId, session.uid);
    accountSessions.forgetCookie(ctx);
    return address || '/';
  }
}
