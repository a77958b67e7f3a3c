import { Refusal } from '#src/platform/errors.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { AccountNotices } from '#src/identity/accounts/account-notices.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { ContactChanges } from '#src/identity/contacts/contact-changes.ts';
import type { Credentials } from '#src/identity/credentials/credentials.ts';
import type { Devices } from '#src/identity/devices/devices.ts';
import type { EnrolledKind } from '#src/identity/factors/factor.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import type { Delivery } from '#src/identity/recovery/delivery.ts';
import type { Activations } from '#src/identity/restoring/activations.ts';

interface GivingBackDeps {
  accounts: Accounts;
  identities: Identities;
  credentials: Credentials;
  devices: Devices;
  factors: Factors;
  contactChanges: ContactChanges;
  delivery: Delivery;
  holds: Holds;
  activations: Activations;
  notices: AccountNotices;
  audit: Audit;
}

/** What happens to the account when the person sets their password (E5, E6), and when an old contact says no. */
export class GivingBack {
  readonly #deps: GivingBackDeps;

  constructor(deps: GivingBackDeps) {
    this.#deps = deps;
  }

  /**
   * Part of the caller's transaction, which also ends the sessions.
   * @throws Refusal `link_used` when it was used, stopped or too late.
   */
  async finish(
    connection: Connection,
    { token, accountId, hash }: { token: string; accountId: string; hash: string },
  ): Promise<void> {
    const { identities, credentials, devices, contactChanges, holds, activations, notices, audit } = this.#deps;
    const held = await identities.hold(connection, accountId);
    if (held?.status !== 'active') throw new Refusal('link_used', 410);
    const { id, terms, stopPath } = await activations.use(connection, token);
    await credentials.set(connection, accountId, hash);
    if (terms.reason === 'new') return audit.record(auditEvent.accountActivated(accountId), connection);
    await this.#cancelCodes(connection, accountId);
    await devices.forgetAll(connection, accountId);
    const removedFactors = await this.#removeLost(connection, accountId, terms.lost);
    await contactChanges.cancelAll(connection, accountId);
    const endsAt = await holds.place(connection, accountId, 'recovery');
    const addsContact = await contactChanges.admit(connection, accountId, terms.contact, endsAt);
    await activations.noteChanges(connection, id, { removedFactors, addsContact });
    const { kind } = terms.contact;
    await audit.record(auditEvent.restorationCompleted(accountId, kind, terms.lost.join(' ')), connection);
    const args = { link: stopPath, lost: removedFactors.length > 0 ? 'yes' : 'no' };
    await notices.tellEverywhere(connection, accountId, { name: 'restoration-done', language: held.locale, args });
  }

  /** After the commit. */
  async after(accountId: string): Promise<void> {
    this.#deps.notices.wake();
    await this.#deps.credentials.forgiveGuesses(accountId);
  }

  /** From an old contact. Part of the caller's transaction, which also ends the sessions. False: it was stopped before. */
  async stop(connection: Connection, accountId: string, token: string): Promise<boolean> {
    const { accounts, identities, credentials, devices, factors, contactChanges, activations } = this.#deps;
    await identities.hold(connection, accountId);
    const stopped = await activations.stop(connection, token);
    if (!stopped?.undo) return stopped !== undefined;
    await contactChanges.cancelAll(connection, accountId);
    const { contact, factors: removed } = stopped.undo;
    if (contact) await accounts.removeContact(connection, accountId, contact);
    for (const id of removed) await factors.restore(connection, accountId, id);
    await devices.forgetAll(connection, accountId);
    await credentials.requireReset(connection, accountId);
    return true;
  }

  /** Whatever else is lost may be changed after the hold; without any factor left, backup codes mean nothing. */
  async #removeLost(connection: Connection, accountId: string, lost: EnrolledKind[]): Promise<string[]> {
    const { factors } = this.#deps;
    const gone = (await factors.list(accountId, connection)).filter(({ kind }) => lost.includes(kind));
    for (const { id } of gone) await factors.remove(connection, accountId, id);
    if (gone.length > 0 && (await factors.list(accountId, connection)).length === 0)
      await factors.backupCodes.removeAll(connection, accountId);
    return gone.map(({ id }) => id);
  }

  async #cancelCodes(connection: Connection, accountId: string): Promise<void> {
    const { accounts, delivery } = this.#deps;
    const contacts = await accounts.contacts(accountId, connection);
    const phones = contacts.filter(({ kind, verified }) => kind === 'phone' && verified).map(({ value }) => value);
    await delivery.cancelAll(connection, accountId, phones);
  }
}
