import type { Clock } from '#src/platform/clock.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import { hashToken } from '#src/platform/security/random.ts';
import type { Database } from '#src/platform/storage/database.ts';
import type { Statements } from '#src/platform/storage/statements.ts';
import { auditEvent, type AuditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import { provesPasskey } from '#src/identity/factors/passkeys.ts';
import type { Devices } from '#src/identity/devices/devices.ts';
import { recordOnKnownDevice } from '#src/identity/protection/sign-in-store.ts';
import type { Notices } from '#src/identity/protection/notices.ts';

/** A sign-in with everything that was asked for. */
export interface CompleteSignIn {
  accountId: string;
  client: { id: string; name: string };
  amr: string[];
  device: { secret: string | undefined; name: string | undefined };
  /** The person does not want to be asked for the second factor here for a while. */
  remember?: boolean;
  /** The account was made a moment ago in this browser: there is nobody to warn. */
  isFirst?: boolean;
  /** Nothing was proven in this browser, but in another that vouches for it. */
  isRelayed?: boolean;
}

interface SignInsDeps {
  db: Database;
  statements: Statements;
  clock: Clock;
  devices: Devices;
  notices: Notices;
  messages: Messages;
  audit: Audit;
}

/** What belongs to every complete sign-in: the record, the device, and the notice when the device is new (L16). */
export class SignIns {
  readonly #deps: SignInsDeps;

  constructor(deps: SignInsDeps) {
    this.#deps = deps;
  }

  /** The secret for the browser's device cookie. */
  async complete({ accountId, client, amr, device, remember, isFirst, isRelayed }: CompleteSignIn): Promise<string> {
    const { db, devices, notices, messages, audit } = this.#deps;
    const signedIn = auditEvent.signedIn(accountId, client.id, amr.join(' '), device.name ?? '');
    if (device.secret !== undefined && !remember && (await this.#isKnown(accountId, device, signedIn)))
      return device.secret;
    const recipient = await notices.recipient(accountId);
    const admitted = await db.transaction().execute(async (transaction) => {
      const admitted = await devices.admit(transaction, accountId, device);
      if (!isRelayed && amr.includes('pwd') && provesPasskey(amr))
        await devices.preferPasskey(transaction, accountId, admitted.secret);
      if (remember) await devices.remember(transaction, admitted.id);
      if (admitted.isNew && !isFirst)
        await notices.newDevice(transaction, recipient, { device: device.name, site: client.name });
      await audit.record(signedIn, transaction);
      return admitted;
    });
    if (admitted.isNew) messages.wake();
    return admitted.secret;
  }

  /** The usual case, by one statement. */
  #isKnown(accountId: string, { secret, name }: CompleteSignIn['device'], signedIn: AuditEvent): Promise<boolean> {
    const { statements, clock } = this.#deps;
    const device = { accountId, secretHash: hashToken(secret!), name: name ?? null, at: clock.now() };
    return recordOnKnownDevice(statements, device, signedIn);
  }
}
