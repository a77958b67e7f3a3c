import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import { isUniqueViolation, type Connection, type Database } from '#src/platform/storage/database.ts';
import type { Flows } from '#src/platform/storage/flows.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';

/** An address that an account holder gave and nobody proved yet. */
export interface UnprovenEmail {
  accountId: string;
  email: string;
}

export type ConfirmationVerdict = 'confirmed' | 'taken' | 'link_used';

const LINK = 'confirm-email';

interface EmailConfirmationsDeps {
  db: Database;
  clock: Clock;
  flows: Flows;
  accounts: Accounts;
  messages: Messages;
  audit: Audit;
  issuer: string;
  settings: Pick<Config['codes'], 'emailLinkMinutes'>;
}

/** The e-mail address of an account that exists already, proven by a link. Opening the link needs no sign-in. */
export class EmailConfirmations {
  readonly #deps: EmailConfirmationsDeps;

  constructor(deps: EmailConfirmationsDeps) {
    this.#deps = deps;
  }

  /** Part of the caller's transaction; the caller has counted the message, and calls `wake` after the commit. */
  async send(connection: Connection, unproven: UnprovenEmail, language: Language): Promise<void> {
    const { clock, flows, messages, issuer, settings } = this.#deps;
    const seconds = settings.emailLinkMinutes * 60;
    const token = await flows.create<UnprovenEmail>(LINK, unproven, seconds, connection);
    const deadlineAt = new Date(clock.now().getTime() + seconds * 1000);
    const args = { link: `${issuer}/account/confirm-email/${token}`, minutes: settings.emailLinkMinutes };
    const to = { channel: 'email', to: unproven.email, language } as const;
    await messages.send(connection, { ...to, name: 'confirm-email', args }, { deadlineAt });
  }

  /** Looking at a link does not use it (R8). */
  async find(token: string): Promise<UnprovenEmail | undefined> {
    return (await this.#deps.flows.find<UnprovenEmail>(LINK, token))?.record;
  }

  /** Uses the link up. `taken`: another account proved the address first. */
  async confirm(token: string): Promise<ConfirmationVerdict> {
    const unproven = await this.find(token);
    const account = unproven && (await this.#deps.accounts.find(unproven.accountId));
    // Sent at registration only: once everything of the account was ended, it may be a stranger's (F2).
    if (account?.status !== 'active' || account.generation !== 0) return 'link_used';
    try {
      return await this.#deps.db.transaction().execute((transaction) => this.#confirm(transaction, token));
    } catch (error) {
      if (isUniqueViolation(error, 'contacts_verified_key')) return 'taken';
      throw error;
    }
  }

  async #confirm(connection: Connection, token: string): Promise<ConfirmationVerdict> {
    const { flows, accounts, audit } = this.#deps;
    const unproven = await flows.take<UnprovenEmail>(LINK, token, connection);
    if (!unproven) return 'link_used';
    const contact = { kind: 'email', value: unproven.email } as const;
    if (!(await accounts.markContactVerified(connection, unproven.accountId, contact))) return 'link_used';
    await audit.record(auditEvent.contactVerified(unproven.accountId, contact.kind), connection);
    return 'confirmed';
  }
}
