import { Refusal } from '#src/platform/errors.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Budget, Budgets } from '#src/platform/security/budgets.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { ContactChanges } from '#src/identity/contacts/contact-changes.ts';
import type { Credentials } from '#src/identity/credentials/credentials.ts';
import type { Question, SecurityQuestions } from '#src/identity/credentials/security-questions.ts';
import type { Devices } from '#src/identity/devices/devices.ts';
import type { EnrolledKind, Enrolled } from '#src/identity/factors/factor.ts';
import type { AccountCertificates } from '#src/identity/certificates/account-certificates.ts';
import type { Believed } from '#src/identity/certificates/trusted-authorities.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import type { ChangedSetting, Notices } from '#src/identity/protection/notices.ts';
import { undo } from '#src/identity/protection/undoing.ts';

interface SecuritySettingsDeps {
  db: Database;
  factors: Factors;
  certificates: AccountCertificates;
  devices: Devices;
  credentials: Credentials;
  questions: SecurityQuestions;
  contactChanges: ContactChanges;
  holds: Holds;
  notices: Notices;
  messages: Messages;
  audit: Audit;
  budgets: Budgets;
  changesPerDay: number;
}

type Record = (change: ChangedSetting) => Promise<void>;

/** Changes of how an account is protected. Each is recorded, told to every contact, and can be undone from there. */
export class SecuritySettings {
  readonly #deps: SecuritySettingsDeps;

  constructor(deps: SecuritySettingsDeps) {
    this.#deps = deps;
  }

  /**
   * The caller has checked that the person holds the factor. Answers backup codes, to be shown once, when the account had
   * none. @throws a unique violation of `factors_sms_key` when codes were switched on a moment before.
   */
  async addFactor(
    accountId: string,
    factor: { kind: EnrolledKind; name?: string; deviceSecret?: string } & Enrolled,
  ): Promise<string[]> {
    const { factors, devices } = this.#deps;
    return this.#change(accountId, async (transaction, record) => {
      const factorId = await factors.add(transaction, accountId, factor);
      if (factor.kind === 'passkey') await devices.preferPasskey(transaction, accountId, factor.deviceSecret);
      await record({ event: `${factor.kind}_added`, factorId });
      const hasCodes = (await factors.backupCodes.left(accountId, transaction)) > 0;
      return hasCodes ? [] : factors.backupCodes.renew(transaction, accountId);
    });
  }

  /** Without any factor left, backup codes and remembered devices mean nothing, and go too. */
  /** @param isMeant the person has said that it may be the last one. `last`: it is, and they have not. */
  async removeFactor(
    accountId: string,
    factorId: string,
    { isMeant }: { isMeant: boolean },
  ): Promise<'removed' | 'gone' | 'last'> {
    const { factors, devices } = this.#deps;
    return this.#change(accountId, async (transaction, record) => {
      const isLast = await factors.isLast(transaction, accountId, factorId);
      if (isLast && !isMeant) return 'last';
      const removed = await factors.remove(transaction, accountId, factorId);
      if (!removed) return 'gone';
      if (isLast) await factors.backupCodes.removeAll(transaction, accountId);
      await devices.forgetRemembered(transaction, accountId);
      await record({ event: `${removed.kind}_removed`, factorId });
      return 'removed';
    });
  }

  /**
   * `isProven` looks in the same transaction whether the certificate is this person's. False: it was not.
   * @throws a unique violation of `certificates_fingerprint_key` when it is bound already, Refusal `held` after a recovery.
   */
  async addCertificate(
    accountId: string,
    believed: Believed,
    isProven: (transaction: Connection) => Promise<boolean>,
  ): Promise<boolean> {
    return this.#change(accountId, async (transaction, record) => {
      await this.#deps.holds.refuse(accountId, transaction);
      if (!(await isProven(transaction))) return false;
      const factorId = await this.#deps.certificates.add(transaction, accountId, believed);
      await record({ event: 'certificate_added', factorId });
      return true;
    });
  }

  async removeCertificate(accountId: string, certificateId: string): Promise<boolean> {
    return this.#change(accountId, async (transaction, record) => {
      const isRemoved = await this.#deps.certificates.remove(transaction, accountId, certificateId);
      if (isRemoved) await record({ event: 'certificate_removed', factorId: certificateId });
      return isRemoved;
    });
  }

  async renewBackupCodes(accountId: string): Promise<string[]> {
    return this.#change(accountId, async (transaction, record) => {
      const codes = await this.#deps.factors.backupCodes.renew(transaction, accountId);
      await record({ event: 'backup_codes_renewed' });
      return codes;
    });
  }

  /** The caller has checked the present password and the policy. Devices are asked for the second factor again. */
  async changePassword(accountId: string, hash: string): Promise<void> {
    const { credentials, devices } = this.#deps;
    await this.#change(accountId, async (transaction, record) => {
      await credentials.set(transaction, accountId, hash);
      await devices.forgetRemembered(transaction, accountId);
      await record({ event: 'password_changed' });
    });
  }

  async setQuestion(accountId: string, question: Question, answer: string): Promise<void> {
    const { questions } = this.#deps;
    const hash = await questions.hash(answer);
    await this.#change(accountId, async (transaction, record) => {
      const before = await questions.keep(transaction, accountId);
      await questions.set(transaction, accountId, question, hash);
      await record({ event: 'question_set', question: before });
    });
  }

  async removeQuestion(accountId: string): Promise<void> {
    const { questions } = this.#deps;
    await this.#change(accountId, async (transaction, record) => {
      const before = await questions.keep(transaction, accountId);
      if (await questions.remove(transaction, accountId)) await record({ event: 'question_removed', question: before });
    });
  }

  async renameFactor(accountId: string, factorId: string, name: string): Promise<void> {
    const { factors } = this.#deps;
    await this.#change(accountId, async (transaction, record) => {
      const factor = (await factors.list(accountId, transaction)).find(({ id }) => id === factorId);
      if (!factor || factor.name === name) return;
      await factors.rename(transaction, accountId, factorId, name);
      await record({ event: 'factor_renamed', factorId, name: factor.name });
    });
  }

  /** This one is asked for first; the others keep their order. */
  async putFirst(accountId: string, factorId: string): Promise<void> {
    const { factors } = this.#deps;
    await this.#change(accountId, async (transaction, record) => {
      const order = (await factors.list(accountId, transaction)).map(({ id }) => id);
      if (!order.includes(factorId) || order[0] === factorId) return;
      await factors.order(transaction, accountId, [factorId, ...order.filter((id) => id !== factorId)]);
      await record({ event: 'factors_reordered', order });
    });
  }

  async forgetDevice(accountId: string, deviceId: string): Promise<void> {
    await this.#change(accountId, async (transaction, record) => {
      if (await this.#deps.devices.forget(transaction, accountId, deviceId))
        await record({ event: 'device_forgotten' });
    });
  }

  /**
   * "This wasn't me": undoes what was reported, forgets every device and makes the password useless. Part of the caller's
   * transaction, which also ends the sessions. False: the link was used before.
   */
  async disown(connection: Connection, token: string): Promise<boolean> {
    const { notices, devices, credentials, contactChanges, audit } = this.#deps;
    const disowned = await notices.take(connection, token);
    if (!disowned) return false;
    await undo(this.#deps, connection, disowned);
    await contactChanges.cancelAll(connection, disowned.accountId);
    await devices.forgetAll(connection, disowned.accountId);
    await credentials.requireReset(connection, disowned.accountId);
    await audit.record(auditEvent.disowned(disowned.accountId, disowned.reported.event), connection);
    return true;
  }

  /** `record` writes down what changed, and tells the person. @throws Refusal `too_many_changes`: nothing has changed then. */
  async #change<T>(accountId: string, work: (transaction: Connection, record: Record) => Promise<T>): Promise<T> {
    const { db, notices, audit, messages, budgets } = this.#deps;
    const recipient = await notices.recipient(accountId);
    const result = await db.transaction().execute((transaction) =>
      work(transaction, async (change) => {
        if (!(await budgets.take(this.#perDay, accountId, transaction))) throw new Refusal('too_many_changes', 429);
        await audit.record(auditEvent.securityChanged(accountId, change.event), transaction);
        await notices.securityChanged(transaction, recipient, change);
      }),
    );
    messages.wake();
    return result;
  }

  /** Every change is told, and every message is paid for. A change that would not be told does not happen. */
  get #perDay(): Budget {
    return { name: 'security-changes', limit: this.#deps.changesPerDay, windowSeconds: 86_400 };
  }
}
