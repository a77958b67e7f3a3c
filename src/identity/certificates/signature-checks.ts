import type { Clock } from '#src/platform/clock.ts';
import type { Logger } from '#src/platform/logger.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import { verifyCms, type VerifiedCms } from '#src/platform/signatures/cms.ts';
import { base64Readings } from '#src/platform/signatures/decode-base64.ts';
import type { Failed } from '#src/platform/signatures/signature-fault.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Evidence } from '#src/identity/certificates/signature-archive.ts';
import type { SignedTexts, TextScope } from '#src/identity/certificates/signed-texts.ts';
import type { Believed, TrustedAuthorities } from '#src/identity/certificates/trusted-authorities.ts';

/** What a person may be told. Why exactly stands in the log and in the audit. */
export type SignatureRefusal = 'expired' | 'too_many' | 'unreadable' | 'untrusted' | 'unavailable';

export interface BelievedSignature {
  believed: Believed;
  evidence: Evidence;
}

interface SignatureChecksDeps {
  clock: Clock;
  logger: Logger;
  budgets: Budgets;
  audit: Audit;
  texts: SignedTexts;
  authorities: TrustedAuthorities;
}

const TRIES = { name: 'esign', limit: 30, windowSeconds: 3600 };
/** Whole offices sign in from one address. */
const ADDRESS_TRIES = { name: 'esign-address', limit: 300, windowSeconds: 3600 };

/** Is this a signature of the text that was given out, by somebody whom a trusted authority vouches for? Whose, others say. */
export class SignatureChecks {
  readonly #deps: SignatureChecksDeps;

  constructor(deps: SignatureChecksDeps) {
    this.#deps = deps;
  }

  get isOffered(): boolean {
    return this.#deps.authorities.isOffered;
  }

  /**
   * Leaves the text unused: the caller uses it up together with what it is good for.
   * @param typed a CMS SignedData in base64, detached or attached, with or without the lines around it.
   */
  async check(
    scope: TextScope,
    { text: id, typed, address }: { text: string; typed: string; address: string },
  ): Promise<BelievedSignature | { refused: SignatureRefusal }> {
    const { budgets, texts, clock } = this.#deps;
    const isAllowed =
      scope.accountId === undefined ? budgets.take(ADDRESS_TRIES, address) : budgets.take(TRIES, scope.accountId);
    if (!(await isAllowed)) return this.refuse(scope, 'too_many');
    const text = await texts.find(id, scope);
    if (text === undefined) return this.refuse(scope, 'expired');
    const signed = read(typed, text);
    if (!signed.ok) return this.refuse(scope, 'unreadable', signed.reason);
    if (signed.isWeak) return this.refuse(scope, 'unreadable', 'algorithm_weak');
    const at = clock.now();
    const found = await this.checkCertificate(scope, signed.certificate, signed.otherCertificates);
    if ('refused' in found) return found;
    const { chain, proofs } = found.believed;
    const evidence = { text: signed.content, cms: signed.cms, chain, proofs, at };
    return { believed: found.believed, evidence };
  }

  /** A certificate whose holder proved to have its key, by a signature or to the proxy that speaks TLS. */
  async checkCertificate(
    scope: TextScope,
    certificate: Buffer,
    others: Buffer[],
  ): Promise<BelievedSignature | { refused: SignatureRefusal }> {
    const at = this.#deps.clock.now();
    const believed = await this.#deps.authorities.verified(certificate, others, at);
    if (!believed.ok) return this.refuse(scope, believed.isUnavailable ? 'unavailable' : 'untrusted', believed.reason);
    return { believed, evidence: { chain: believed.chain, proofs: believed.proofs, at } };
  }

  /** Written down with its reason. */
  async refuse<T extends string>(scope: TextScope, refused: T, reason: string = refused): Promise<{ refused: T }> {
    const { purpose, accountId } = scope;
    this.#deps.logger.info({ purpose, reason }, 'signature refused');
    await this.#deps.audit.record(auditEvent.signatureRefused(accountId, purpose, reason));
    return { refused };
  }
}

/** Some programs sign text with the line ends of their own system: the same words. */
function read(typed: string, text: string): (VerifiedCms & { cms: Buffer; content: string }) | Failed {
  const bare = typed.replaceAll(/-----[A-Z0-9 ]+-----/g, '').replaceAll(/\s/g, '');
  let failed: Failed = { ok: false, reason: 'malformed' };
  for (const cms of base64Readings(bare))
    for (const content of [text, text.replaceAll('\n', '\r\n')]) {
      const verified = verifyCms({ cms, content: Buffer.from(content) });
      if (verified.ok) return { ...verified, cms, content };
      failed = verified;
    }
  return failed;
}
