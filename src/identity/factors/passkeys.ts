import type { AuthenticationResponseJSON, AuthenticatorTransport } from '@simplewebauthn/server';
import type { Clock } from '#src/platform/clock.ts';
import type { Database } from '#src/platform/storage/database.ts';
import type { PasskeyRow } from '#src/platform/storage/tables.ts';
import type { EnrolledPasskey } from '#src/identity/factors/factor.ts';
import { challengeIn, readAssertion, readAttestation } from '#src/identity/factors/passkey-answer.ts';
import type { ChallengeScope, PasskeyChallenges } from '#src/identity/factors/passkey-challenges.ts';
import * as passkeyStore from '#src/identity/factors/passkey-store.ts';

type Refusal = 'malformed' | 'challenge' | 'unknown' | 'unproven' | 'counter';

export type PasskeyProof = { accountId: string; amr: string[] } | { refused: Refusal; accountId?: string };

interface PasskeysDeps {
  db: Database;
  clock: Clock;
  challenges: PasskeyChallenges;
  issuer: string;
  serviceName: string;
  /** How the person's device names the account. */
  nameOf(accountId: string): Promise<string>;
}

/** Forty packages and twenty megabytes, for ceremonies that an instance may never see. */
const webAuthn = () => import('@simplewebauthn/server');

/** EdDSA, ES256 and RS256. */
const ALGORITHMS = [-8, -7, -257];

/** The ceremonies of WebAuthn: a passkey is made, and later proves who holds it. Always with user verification. */
export class Passkeys {
  readonly #deps: PasskeysDeps;
  readonly #origin: string;
  readonly #rpId: string;

  constructor(deps: PasskeysDeps) {
    this.#deps = deps;
    ({ origin: this.#origin, hostname: this.#rpId } = new URL(deps.issuer));
  }

  async isAnyOf(accountIds: string[]): Promise<boolean> {
    return (await passkeyStore.list(this.#deps.db, accountIds)).length > 0;
  }

  /** For the browser, as JSON. */
  async beginMaking(scope: ChallengeScope & { accountId: string }): Promise<string> {
    const { db, challenges, serviceName, nameOf } = this.#deps;
    const options = await (
      await webAuthn()
    ).generateRegistrationOptions({
      rpID: this.#rpId,
      rpName: serviceName,
      userID: new Uint8Array(Buffer.from(scope.accountId)),
      userName: await nameOf(scope.accountId),
      challenge: await challenges.issue(scope),
      excludeCredentials: (await passkeyStore.list(db, [scope.accountId])).map(describe),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      supportedAlgorithmIDs: ALGORITHMS,
    });
    return JSON.stringify(options);
  }

  async finishMaking(scope: ChallengeScope, answer: string): Promise<EnrolledPasskey | undefined> {
    const response = readAttestation(answer);
    if (!response || !(await this.#deps.challenges.take(challengeIn(response), scope))) return undefined;
    const made = await (
      await webAuthn()
    )
      .verifyRegistrationResponse({
        response,
        expectedChallenge: challengeIn(response),
        expectedOrigin: this.#origin,
        expectedRPID: this.#rpId,
        supportedAlgorithmIDs: ALGORITHMS,
      })
      .catch(() => undefined);
    if (!made?.verified) return undefined;
    const { credential, credentialDeviceType } = made.registrationInfo;
    return {
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: response.response.transports ?? [],
      isSynced: credentialDeviceType === 'multiDevice',
    };
  }

  /** For the browser, as JSON. Without an account it names no credential, so it says nothing about anybody (J4). */
  async beginProving(scope: ChallengeScope): Promise<string> {
    const { db, challenges } = this.#deps;
    const known = scope.accountId === undefined ? [] : await passkeyStore.list(db, [scope.accountId]);
    const options = await (
      await webAuthn()
    ).generateAuthenticationOptions({
      rpID: this.#rpId,
      challenge: await challenges.issue(scope),
      allowCredentials: known.map(describe),
      userVerification: 'required',
    });
    return JSON.stringify(options);
  }

  async finishProving(scope: ChallengeScope, answer: string): Promise<PasskeyProof> {
    const { db, clock, challenges } = this.#deps;
    const response = readAssertion(answer);
    if (!response) return { refused: 'malformed' };
    if (!(await challenges.take(challengeIn(response), scope))) return { refused: 'challenge' };
    const passkey = await passkeyStore.find(db, response.id);
    const accountId = passkey?.account_id;
    if (!accountId || (scope.accountId ?? accountId) !== accountId) return { refused: 'unknown' };
    const counter = isHandleOf(response, accountId) ? await this.#counterIn(response, passkey) : undefined;
    if (counter === undefined) return { refused: 'unproven', accountId };
    const isNewer = await db
      .transaction()
      .execute((transaction) => passkeyStore.advance(transaction, passkey.factor_id, counter, clock.now()));
    if (!isNewer) return { refused: 'counter', accountId };
    return { accountId, amr: [passkey.is_synced ? 'swk' : 'hwk', 'user'] };
  }

  /** Undefined: the answer proves nothing. The counter is compared where it is kept, so that two answers cannot both be newer. */
  async #counterIn(response: AuthenticationResponseJSON, passkey: PasskeyRow): Promise<number | undefined> {
    const { credential_id: id, public_key: publicKey } = passkey;
    const proven = await (
      await webAuthn()
    )
      .verifyAuthenticationResponse({
        response,
        expectedChallenge: challengeIn(response),
        expectedOrigin: this.#origin,
        expectedRPID: this.#rpId,
        credential: { id, publicKey: new Uint8Array(publicKey), counter: 0 },
        requireUserVerification: true,
      })
      .catch(() => undefined);
    return proven?.verified ? proven.authenticationInfo.newCounter : undefined;
  }
}

/** Whether a passkey is among the methods that were used. */
export function provesPasskey(amr: readonly string[]): boolean {
  return amr.includes('hwk') || amr.includes('swk');
}

function describe({ credential_id: id, transports }: PasskeyRow) {
  return { id, transports: transports as AuthenticatorTransport[] };
}

function isHandleOf({ response: { userHandle } }: AuthenticationResponseJSON, accountId: string): boolean {
  return userHandle === undefined || Buffer.from(userHandle, 'base64url').toString() === accountId;
}
