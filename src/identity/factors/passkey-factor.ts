import type {
  Attempt,
  Begun,
  Enrolled,
  FactorMethod,
  FactorProof,
  FactorVerdict,
} from '#src/identity/factors/factor.ts';
import type { ChallengeScope } from '#src/identity/factors/passkey-challenges.ts';
import type { Passkeys } from '#src/identity/factors/passkeys.ts';

/** A passkey as second factor. There is nothing to guess, so nothing is counted; a challenge is answered once. */
export class PasskeyFactor implements FactorMethod {
  readonly kind = 'passkey';
  readonly amr = [];
  readonly #passkeys: Passkeys;

  constructor({ passkeys }: { passkeys: Passkeys }) {
    this.#passkeys = passkeys;
  }

  async begin(attempt: Attempt): Promise<Begun> {
    return { verdict: 'ready', shown: await this.#passkeys.beginProving(scopeOf(attempt)) };
  }

  async verify(attempt: Attempt, answer: string): Promise<FactorProof> {
    const proof = await this.#passkeys.finishProving(scopeOf(attempt), answer);
    if ('amr' in proof) return { verdict: 'right', amr: proof.amr };
    const { refused: reason } = proof;
    return { verdict: reason === 'challenge' ? 'expired' : 'wrong', amr: [], reason };
  }

  async prepare(attempt: Attempt): Promise<Begun> {
    return { verdict: 'ready', shown: await this.#passkeys.beginMaking(scopeOf(attempt)) };
  }

  async confirm(attempt: Attempt, answer: string): Promise<{ verdict: FactorVerdict; enrolled?: Enrolled }> {
    const passkey = await this.#passkeys.finishMaking(scopeOf(attempt), answer);
    return passkey ? { verdict: 'right', enrolled: { passkey } } : { verdict: 'wrong' };
  }
}

function scopeOf({ accountId, browser, purpose }: Attempt): ChallengeScope & { accountId: string } {
  return { accountId, browser, purpose };
}
