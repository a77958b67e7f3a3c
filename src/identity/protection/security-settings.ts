import type { Messages } from '#src/platform/messaging/messages.ts';
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
import type { Disownable, Notices, SecurityChange } from '#src/identity/protection/notices.ts';

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
}

type Record = (change: { event: SecurityChange; factorId?: string }) => Promise<void>;

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
  async removeFactor(accountId: string, factorId: string): Promise<boolean> {
    const { factors, devices } = this.#deps;
    return this.#change(accountId, async (transaction, record) => {
      const removed = await factors.remove(transaction, accountId, factorId);
      if (!removed) return false;
      if ((await factors.list(accountId, transaction)).length === 0)
        await factors.backupCodes.removeAll(transaction, accountId);
      await devices.forgetRemembered(transaction, accountId);
      await record({ event: `${removed.kind}_removed`, factorId });
      return true;
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
      await questions.set(transaction, accountId, question, hash);
      await record({ event: 'question_set' });
    });
  }

  async removeQuestion(accountId: string): Promise<void> {
    await this.#change(accountId, async (transaction, record) => {
      if (await this.#deps.questions.remove(transaction, accountId)) await record({ event: 'question_removed' });
    });
  }

  async renameFactor(accountId: string, factorId: string, name: string): Promise<void> {
    await this.#deps.factors.rename(this.#deps.db, accountId, factorId, name);
  }

  async putFirst(accountId: string, factorId: string): Promise<void> {
    const { db, factors } = this.#deps;
    await db.transaction().execute((transaction) => factors.putFirst(transaction, accountId, factorId));
  }

  async forgetDevice(accountId: string, deviceId: string): Promise<void> {
    await this.#deps.devices.forget(this.#deps.db, accountId, deviceId);
  }

  /**
   * "This wasn't me": undoes what was reported, forgets every device and makes the password useless. Part of the caller's
   * transaction, which also ends the sessions. False: the link was used before.
   */
  async disown(connection: Connection, token: string): Promise<boolean> {
    const { notices, devices, credentials, contactChanges, audit } = this.#deps;
    const disowned = await notices.take(connection, token);
    if (!disowned) return false;
    await this.#undo(connection, disowned);
    await contactChanges.cancelAll(connection, disowned.accountId);
    await devices.forgetAll(connection, disowned.accountId);
    await credentials.requireReset(connection, disowned.accountId);
    await audit.record(auditEvent.disowned(disowned.accountId, disowned.reported.event), connection);
    return true;
  }

  async #undo(connection: Connection, { accountId, reported }: Disownable): Promise<void> {
    const { factors, certificates, contactChanges } = this.#deps;
    if ('replaced' in reported) return contactChanges.undo(connection, accountId, reported);
    if (reported.event === 'certificate_added')
      return void (await certificates.remove(connection, accountId, reported.factorId!));
    if (reported.event === 'certificate_removed')
      return certificates.restore(connection, accountId, reported.factorId!);
    // Codes made by a stranger, or while one was in the account, must not open it.
    if (reported.event === 'backup_codes_renewed' || reported.event.endsWith('_added'))
      await factors.backupCodes.removeAll(connection, accountId);
    if (!('factorId' in reported) || reported.factorId === undefined) return;
    if (reported.event.endsWith('_added')) await factors.remove(connection, accountId, reported.factorId);
    else await factors.restore(connection, accountId, reported.factorId);
  }

  /** `record` writes down what changed, and tells the person. */
  async #change<T>(accountId: string, work: (transaction: Connection, record: Record) => Promise<T>): Promise<T> {
    const { db, notices, audit, messages } = this.#deps;
    const recipient = await notices.recipient(accountId);
    const result = await db.transaction().execute((transaction) =>
      work(transaction, async (change) => {
        await audit.record(auditEvent.securityChanged(accountId, change.event), transaction);
        await notices.securityChanged(transaction, recipient, change);
      }),
    );
    messages.wake();
    return result;
  }
}
