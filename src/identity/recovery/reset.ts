import { Refusal } from '#src/platform/errors.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { Flows } from '#src/platform/storage/flows.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { ContactChanges } from '#src/identity/contacts/contact-changes.ts';
import { factsOfAccount } from '#src/identity/credentials/facts-of-account.ts';
import type { PersonalFacts } from '#src/identity/credentials/password-policy.ts';
import type { Credentials } from '#src/identity/credentials/credentials.ts';
import type { Devices } from '#src/identity/devices/devices.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import type { Notices, Recipient } from '#src/identity/protection/notices.ts';
import type { Delivery } from '#src/identity/recovery/delivery.ts';
import { journey, nextStep } from '#src/identity/recovery/journey.ts';
import type { RecoveryFlow, RecoveryFlows, RecoveryRecord } from '#src/identity/recovery/recovery-flows.ts';
import type { Whereabouts } from '#src/identity/recovery/whereabouts.ts';

const TICKET = 'recovered';
const TICKET_SECONDS = 900;

interface Ticket {
  login: string;
  browser: string;
}

interface ResetDeps {
  flows: Flows;
  recoveries: RecoveryFlows;
  accounts: Accounts;
  identities: Identities;
  whereabouts: Whereabouts;
  credentials: Credentials;
  devices: Devices;
  contactChanges: ContactChanges;
  delivery: Delivery;
  holds: Holds;
  notices: Notices;
  messages: Messages;
  audit: Audit;
}

/** The end of a recovery (P24, E5): the new password, and everything that the old one opened is shut. */
export class Reset {
  readonly #deps: ResetDeps;

  constructor(deps: ResetDeps) {
    this.#deps = deps;
  }

  async facts({ record }: RecoveryFlow): Promise<PersonalFacts> {
    return factsOfAccount(this.#deps, record.accountId!);
  }

  /** To be read before the transaction of `finish`. */
  async recipient({ record }: RecoveryFlow): Promise<Recipient> {
    return this.#deps.notices.recipient(record.accountId!);
  }

  /**
   * Part of the caller's transaction, which also ends the sessions. Everything is asked for once more in here, so that
   * nothing that changed meanwhile is passed over.
   * @throws Refusal `expired` when a proof is missing now, or somebody was faster.
   */
  async finish(
    connection: Connection,
    flow: RecoveryFlow,
    at: { browser: string; hash: string; recipient: Recipient },
  ): Promise<void> {
    const { recoveries, credentials, devices, contactChanges, delivery, holds, notices, audit } = this.#deps;
    const record = await recoveries.take(connection, flow.id);
    if (!record || !(await this.#isProven(connection, record, at.browser))) throw new Refusal('expired', 409);
    const accountId = record.accountId!;
    await credentials.set(connection, accountId, at.hash);
    await devices.forgetAll(connection, accountId);
    await contactChanges.cancelAll(connection, accountId);
    const phones = at.recipient.contacts.filter(({ kind }) => kind === 'phone').map(({ value }) => value);
    await delivery.cancelAll(connection, accountId, phones);
    await holds.place(connection, accountId, 'recovery');
    await audit.record(auditEvent.passwordRecovered(accountId, record.proofs.join(' ')), connection);
    await notices.securityChanged(connection, at.recipient, { event: 'password_recovered' });
  }

  /** After the commit. The ticket fills the login in, and opens nothing. */
  async after({ record }: RecoveryFlow, browser: string): Promise<string> {
    const { credentials, messages } = this.#deps;
    messages.wake();
    await credentials.forgiveGuesses(record.accountId!);
    return this.ticketFor(record.reach!.value, browser);
  }

  /** Fills the login in at the next sign-in of this browser. */
  async ticketFor(login: string, browser: string): Promise<string> {
    return this.#deps.flows.create<Ticket>(TICKET, { login, browser }, TICKET_SECONDS);
  }

  async loginOf(ticket: string, browser: string): Promise<string | undefined> {
    const found = (await this.#deps.flows.find<Ticket>(TICKET, ticket))?.record;
    return found?.browser === browser ? found.login : undefined;
  }

  async #isProven(connection: Connection, record: RecoveryRecord, browser: string): Promise<boolean> {
    const { identities, whereabouts } = this.#deps;
    const { accountId, generation, reach, provenBy } = record;
    if (accountId === undefined || reach === undefined || provenBy !== browser) return false;
    const held = await identities.hold(connection, accountId);
    if (held?.status !== 'active' || held.generation !== generation) return false;
    if (!(await whereabouts.isReachable(accountId, reach, connection))) return false;
    return nextStep(journey, record, await whereabouts.demands(accountId, connection)) === 'password';
  }
}
