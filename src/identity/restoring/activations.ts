import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import { Refusal } from '#src/platform/errors.ts';
import type { FieldEncryption } from '#src/platform/security/encryption.ts';
import { hashToken, newId, newToken } from '#src/platform/security/random.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { AccountNotices } from '#src/identity/accounts/account-notices.ts';
import type { HeldIdentity } from '#src/identity/accounts/identities.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { ContactChanges } from '#src/identity/contacts/contact-changes.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import * as store from '#src/identity/restoring/restoration-store.ts';
import type { Activation, Terms } from '#src/identity/restoring/restoration.ts';

const HOUR_MS = 3600_000;

/** The link "this wasn't me" is kept beside the terms: it is said once more when the account was given back. */
interface Kept extends Terms {
  stopToken: string;
}

interface ActivationsDeps {
  db: Database;
  clock: Clock;
  encryption: FieldEncryption;
  holds: Holds;
  contactChanges: ContactChanges;
  notices: AccountNotices;
  audit: Audit;
  settings: Config['recovery'] & Pick<Config['operators'], 'approvalHours'>;
}

/**
 * From the desk to the person's own hands: one link to the new contact, once and for a day, and a link to every old contact
 * that stops it (E8). The caller of everything that changes holds the account first, so that nobody waits in a circle.
 */
export class Activations {
  readonly #deps: ActivationsDeps;

  constructor(deps: ActivationsDeps) {
    this.#deps = deps;
  }

  /** Begins it and tells every old contact at once, whether or not a second clerk has to agree. */
  async begin(connection: Connection, { accountId, locale }: HeldIdentity, terms: Terms): Promise<string> {
    const { clock, encryption, notices, settings } = this.#deps;
    const now = clock.now();
    const [id, stopToken] = [newId(now), newToken()];
    const kept: Kept = { ...terms, stopToken };
    const stopHours = settings.approvalHours + settings.activationHours + settings.holdHours;
    await store.endLive(connection, accountId, now);
    await store.insert(connection, {
      id,
      account_id: accountId,
      terms: encryption.encryptJson(kept, placeOf(id)),
      stop_hash: hashToken(stopToken),
      activation_hash: null,
      activation_until: null,
      created_at: now,
      stop_until: new Date(now.getTime() + stopHours * HOUR_MS),
      activated_at: null,
      stopped_at: null,
    });
    const args = { link: `/restoration/stop/${stopToken}` };
    if (terms.reason !== 'new')
      await notices.tellEverywhere(connection, accountId, { name: 'restoration-begun', language: locale, args });
    return id;
  }

  /** False: it was stopped meanwhile. `second`: the clerk who agreed. From here on the account is held. */
  async send(
    connection: Connection,
    { id, held, terms, second }: { id: string; held: HeldIdentity; terms: Terms; second?: string },
  ): Promise<boolean> {
    const { clock, notices, settings } = this.#deps;
    const token = newToken();
    const until = new Date(clock.now().getTime() + settings.activationHours * HOUR_MS);
    if (!(await store.send(connection, id, { hash: hashToken(token), until }))) return false;
    if (terms.reason !== 'new') await this.#hold(connection, held.accountId, terms, second);
    const args = { link: `/activation/${token}`, hours: settings.activationHours };
    await notices.tellContact(connection, terms.contact, { name: 'activation', language: held.locale, args });
    return true;
  }

  wake(): void {
    this.#deps.notices.wake();
  }

  /** Looking does not use it: mail scanners look. */
  async find(token: string): Promise<Activation | undefined> {
    const row = await store.findActivation(this.#deps.db, hashToken(token), this.#deps.clock.now());
    return row && { accountId: row.account_id, contact: this.#terms(row).contact };
  }

  /**
   * To one caller only, in their transaction, which holds the account.
   * @throws Refusal `link_used` to the others.
   */
  async use(connection: Connection, token: string): Promise<{ id: string; terms: Terms; stopPath: string }> {
    const now = this.#deps.clock.now();
    const row = await store.findActivation(connection, hashToken(token), now);
    if (!row || !(await store.activate(connection, row.id, now))) throw new Refusal('link_used', 410);
    const { stopToken, ...terms } = this.#terms(row);
    return { id: row.id, terms, stopPath: `/restoration/stop/${stopToken}` };
  }

  async noteChanges(
    connection: Connection,
    id: string,
    changes: { removedFactors: string[]; addsContact: boolean },
  ): Promise<void> {
    await store.noteChanges(connection, id, changes);
  }

  async findStoppable(token: string): Promise<{ accountId: string } | undefined> {
    const row = await store.findStoppable(this.#deps.db, hashToken(token), this.#deps.clock.now());
    return row && { accountId: row.account_id };
  }

  /** Undefined: stopped before. `undo`: what was done already. */
  async stop(
    connection: Connection,
    token: string,
  ): Promise<{ undo?: { contact?: Terms['contact']; factors: string[] } } | undefined> {
    const now = this.#deps.clock.now();
    const found = await store.findStoppable(connection, hashToken(token), now);
    const row = found && (await store.stop(connection, found.id, now));
    if (!row) return undefined;
    const stage = row.activated_at ? 'after' : 'before';
    await this.#deps.audit.record(auditEvent.restorationStopped(row.account_id, stage), connection);
    if (!row.activated_at) return {};
    const contact = row.adds_contact ? this.#terms(row).contact : undefined;
    return { undo: { contact, factors: row.removed_factors } };
  }

  async #hold(connection: Connection, accountId: string, terms: Terms, second?: string): Promise<void> {
    const { contactChanges, holds, audit } = this.#deps;
    const { office, contact, reason, operator } = terms;
    await contactChanges.cancelAll(connection, accountId);
    await holds.place(connection, accountId, 'recovery');
    const sent = { by: 'clerk', office, contact: contact.kind, reason, operator, second };
    await audit.record(auditEvent.restorationSent(accountId, sent), connection);
  }

  #terms({ id, terms }: store.StoredRestoration): Kept {
    return this.#deps.encryption.decryptJson<Kept>(terms, placeOf(id));
  }
}

function placeOf(row: string) {
  return { table: 'restorations', column: 'terms', row };
}
