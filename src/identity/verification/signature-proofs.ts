import type { Clock } from '#src/platform/clock.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import { verifyCms } from '#src/platform/signatures/cms.ts';
import { base64Readings } from '#src/platform/signatures/decode-base64.ts';
import type { DistinguishedName } from '#src/platform/signatures/distinguished-name.ts';
import type { Flows } from '#src/platform/storage/flows.ts';
import type { HeldIdentity, Identities } from '#src/identity/accounts/identities.ts';
import { normalizeName } from '#src/identity/accounts/person-name.ts';
import type { Confirmations } from '#src/identity/verification/confirmations.ts';
import type { TrustedAuthorities } from '#src/identity/verification/trusted-authorities.ts';

const CHALLENGE = 'esign-challenge';
const CHALLENGE_SECONDS = 1800;
const TRIES = { name: 'esign', limit: 10, windowSeconds: 3600 };

export type SignatureVerdict =
  'confirmed' | 'expired' | 'too_many' | 'unreadable' | 'untrusted' | 'other_person' | 'not_standard' | 'conflict';

interface SignatureProofsDeps {
  clock: Clock;
  flows: Flows;
  budgets: Budgets;
  identities: Identities;
  confirmations: Confirmations;
  authorities: TrustedAuthorities;
}

/**
 * Proof by an electronic signature (R15): a text made for this account and this half hour, signed with a certificate that
 * names the same person. What the certificate says is compared in the transaction that confirms.
 */
export class SignatureProofs {
  readonly #deps: SignatureProofsDeps;

  constructor(deps: SignatureProofsDeps) {
    this.#deps = deps;
  }

  get isOffered(): boolean {
    return this.#deps.authorities.isOffered;
  }

  async challenge(accountId: string): Promise<string> {
    return this.#deps.flows.create(CHALLENGE, { accountId }, CHALLENGE_SECONDS);
  }

  /** The text to sign, byte for byte. Undefined: over, or another account's. */
  async textOf(challenge: string, accountId: string): Promise<string | undefined> {
    const flow = await this.#deps.flows.find<{ accountId: string }>(CHALLENGE, challenge);
    return flow?.record.accountId === accountId ? `OpenESIA identity ${challenge}` : undefined;
  }

  /** @param typed a detached CMS SignedData in base64, with or without the lines around it. */
  async confirm(accountId: string, challenge: string, typed: string): Promise<SignatureVerdict> {
    const { clock, flows, budgets, confirmations, identities, authorities } = this.#deps;
    if (!(await budgets.take(TRIES, accountId))) return 'too_many';
    const text = await this.textOf(challenge, accountId);
    if (text === undefined) return 'expired';
    const signed = readings(typed)
      .map((cms) => verifyCms({ cms, content: Buffer.from(text) }))
      .find(({ ok }) => ok);
    if (!signed?.ok || signed.isWeak) return 'unreadable';
    const certificate = await authorities.verified(signed.certificate, signed.otherCertificates, clock.now());
    if (!certificate) return 'untrusted';
    let reason: SignatureVerdict = 'expired';
    const proof = { method: 'esign', by: `certificate ${certificate.serialNumber}` } as const;
    const verdict = await confirmations.confirm(accountId, proof, async (connection, held) => {
      const evidence = await identities.evidence(accountId, connection);
      if (!evidence.some(({ fits }) => fits)) reason = 'not_standard';
      else if (!namesThePerson(certificate.subject, held)) reason = 'other_person';
      else return (await flows.take(CHALLENGE, challenge, connection)) !== undefined;
      return false;
    });
    return verdict === 'refused' ? reason : verdict;
  }
}

function readings(typed: string): Buffer[] {
  return base64Readings(typed.replace(/-----[A-Z0-9 ]+-----/g, '').replace(/\s/g, ''));
}

/** Given name and patronymic stand in one field of a certificate. */
function namesThePerson(
  { snils, surname, givenName }: DistinguishedName,
  { profile, documents }: HeldIdentity,
): boolean {
  const known = documents.find(({ kind }) => kind === 'snils')?.value;
  const given = [profile.givenName, profile.middleName].filter(Boolean).join(' ');
  return known !== undefined && snils === known && same(surname, profile.familyName) && same(givenName, given);
}

function same(one: string | undefined, other: string): boolean {
  const spelling = (name: string) => normalizeName(name).toLowerCase().replaceAll('ё', 'е');
  return one !== undefined && spelling(one) === spelling(other);
}
