import type { Flows } from '#src/platform/storage/flows.ts';

/** Who was challenged, where and what for. Without an account: whoever holds a passkey may answer. */
export interface ChallengeScope {
  browser: string;
  purpose: 'sign-in' | 'change-factors' | 'first-factor' | 'recover';
  accountId?: string;
}

const FLOW = 'passkey-challenge';
const SECONDS = 900;

/** Challenges of passkeys. Each is its own key, so that the answer finds it; any answer uses it up. */
export class PasskeyChallenges {
  readonly #flows: Flows;

  constructor({ flows }: { flows: Flows }) {
    this.#flows = flows;
  }

  async issue({ browser, purpose, accountId }: ChallengeScope): Promise<Uint8Array<ArrayBuffer>> {
    const id = await this.#flows.create<ChallengeScope>(FLOW, { browser, purpose, accountId }, SECONDS);
    return new Uint8Array(Buffer.from(id, 'base64url'));
  }

  /** True for exactly one caller, and only in the browser, for the purpose and account it was made for. */
  async take(challenge: string, { browser, purpose, accountId }: ChallengeScope): Promise<boolean> {
    const made = await this.#flows.take<ChallengeScope>(FLOW, challenge);
    return made?.browser === browser && made.purpose === purpose && made.accountId === accountId;
  }
}
