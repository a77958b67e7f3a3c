import type { Identities } from '#src/identity/accounts/identities.ts';
import { namesThePerson } from '#src/identity/certificates/holder.ts';
import type { SignatureArchive } from '#src/identity/certificates/signature-archive.ts';
import type { SignatureChecks, SignatureRefusal } from '#src/identity/certificates/signature-checks.ts';
import type { SignedTexts, TextScope } from '#src/identity/certificates/signed-texts.ts';
import type { Confirmations } from '#src/identity/verification/confirmations.ts';

export type SignatureVerdict = 'confirmed' | SignatureRefusal | 'other_person' | 'not_standard' | 'conflict';

interface SignatureProofsDeps {
  texts: SignedTexts;
  checks: SignatureChecks;
  archive: SignatureArchive;
  identities: Identities;
  confirmations: Confirmations;
}

/**
 * Proof by an electronic signature (R15): a text made for this account, signed with a certificate that names the same
 * person. What the certificate says is compared in the transaction that confirms.
 */
export class SignatureProofs {
  readonly #deps: SignatureProofsDeps;

  constructor(deps: SignatureProofsDeps) {
    this.#deps = deps;
  }

  get isOffered(): boolean {
    return this.#deps.checks.isOffered;
  }

  async confirm(
    scope: TextScope & { accountId: string },
    signature: { text: string; typed: string; address: string },
  ): Promise<SignatureVerdict> {
    const { texts, checks, archive, confirmations, identities } = this.#deps;
    const { accountId } = scope;
    const checked = await checks.check(scope, signature);
    if ('refused' in checked) return checked.refused;
    const { certificate } = checked.believed;
    let reason: SignatureVerdict = 'expired';
    const proof = { method: 'esign', by: `certificate ${certificate.serialNumber}` } as const;
    const verdict = await confirmations.confirm(accountId, proof, async (connection, held) => {
      const evidence = await identities.evidence(accountId, connection);
      if (!evidence.some(({ fits }) => fits)) reason = 'not_standard';
      else if (!namesThePerson(certificate.subject, held)) reason = 'other_person';
      else if (await texts.use(signature.text, connection)) {
        await archive.keep(connection, scope, checked.evidence);
        return true;
      }
      return false;
    });
    if (verdict !== 'refused') return verdict;
    return (await checks.refuse(scope, reason)).refused;
  }
}
