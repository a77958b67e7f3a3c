import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Credentials } from '#src/identity/credentials/credentials.ts';
import type { Devices } from '#src/identity/devices/devices.ts';
import type { Passkeys } from '#src/identity/factors/passkeys.ts';
import type { Notices } from '#src/identity/protection/notices.ts';

interface PasskeySignInsDeps {
  passkeys: Passkeys;
  devices: Devices;
  accounts: Accounts;
  credentials: Credentials;
  notices: Notices;
  audit: Audit;
}

type Outcome =
  { accountId: string; amr: string[]; generation: number } | { refused: 'passkey_failed' | 'password_first' };

/** A passkey in place of the password, in a browser where its owner signed in with the password before (L6). @throws Refusal `password_reset_required` after "this wasn't me". */
export class PasskeySignIns {
  readonly #deps: PasskeySignInsDeps;

  constructor(deps: PasskeySignInsDeps) {
    this.#deps = deps;
  }

  async isOffered(deviceSecret: string | undefined): Promise<boolean> {
    const { passkeys, devices } = this.#deps;
    return passkeys.isAnyOf(await devices.preferringPasskey(deviceSecret));
  }

  /** For the browser, as JSON; the same whoever asks. */
  async begin(browser: string): Promise<string> {
    return this.#deps.passkeys.beginProving({ browser, purpose: 'first-factor' });
  }

  async finish(
    { browser, deviceSecret }: { browser: string; deviceSecret: string | undefined },
    answer: string,
  ): Promise<Outcome> {
    const { passkeys, devices, accounts, credentials } = this.#deps;
    const proof = await passkeys.finishProving({ browser, purpose: 'first-factor' }, answer);
    if ('refused' in proof) return this.#refuse(proof.accountId, proof.refused);
    const { accountId, amr } = proof;
    const account = await accounts.find(accountId);
    if (account?.status !== 'active') return this.#refuse(accountId, 'inactive');
    await credentials.refuseUntilReset(accountId);
    if (!(await devices.preferringPasskey(deviceSecret)).includes(accountId)) return { refused: 'password_first' };
    return { accountId, amr: [...amr, 'mfa'], generation: account.generation };
  }

  async #refuse(accountId: string | undefined, reason: string): Promise<Outcome> {
    const { audit, notices } = this.#deps;
    await audit.record(auditEvent.passkeyRefused(accountId, reason));
    if (accountId !== undefined && reason === 'counter') await notices.passkeySuspected(accountId);
    return { refused: 'passkey_failed' };
  }
}
