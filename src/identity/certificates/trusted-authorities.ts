import { findChain, verifyChain } from '#src/platform/signatures/chain.ts';
import type { Certificate } from '#src/platform/signatures/certificate.ts';
import type { FaultReason } from '#src/platform/signatures/signature-fault.ts';
import type { RevocationProof, RevocationProofs } from '#src/identity/certificates/revocation-proofs.ts';
import { readTrustList, type TrustList } from '#src/identity/certificates/trust-list.ts';

/** A qualified certificate, or one of a universal electronic card. */
export type CertificateProfile = 'qualified' | 'card';

/** A holder's certificate with everything that made us believe it. */
export interface Believed {
  ok: true;
  certificate: Certificate;
  profile: CertificateProfile;
  /** Up to the root, DER. */
  chain: Buffer[];
  proofs: RevocationProof[];
}

/** `isUnavailable`: it would be good, but nobody says now whether it was revoked. */
export interface Doubted {
  ok: false;
  reason: FaultReason;
  isUnavailable: boolean;
}

interface TrustedAuthoritiesDeps {
  /** Empty: nobody is trusted for this profile. */
  folders: Record<CertificateProfile, string>;
  /** The sandbox's own authority. */
  own?: { root: Certificate; host: string };
  revocation: RevocationProofs;
}

/** The authorities whose certificates count. Fails closed: a certificate that nobody speaks for does not count. */
export class TrustedAuthorities {
  readonly #deps: TrustedAuthoritiesDeps;

  constructor(deps: TrustedAuthoritiesDeps) {
    this.#deps = deps;
  }

  get isOffered(): boolean {
    const { folders, own } = this.#deps;
    return own !== undefined || Object.values(folders).some((folder) => folder !== '');
  }

  /** Whether a trusted root stands behind the certificate at that moment. */
  async verified(certificate: Buffer, others: Buffer[], at: Date): Promise<Believed | Doubted> {
    let doubt: Doubted = { ok: false, reason: 'issuer_unknown', isUnavailable: false };
    for (const [profile, list] of await this.#lists()) {
      const verdict = await this.#verifiedBy(list, { certificate, others, at });
      if (verdict.ok) return { ...verdict, profile };
      if (doubt.reason === 'issuer_unknown') doubt = verdict;
    }
    return doubt;
  }

  async #verifiedBy(
    list: TrustList,
    { certificate, others, at }: { certificate: Buffer; others: Buffer[]; at: Date },
  ): Promise<Omit<Believed, 'profile'> | Doubted> {
    const path = { certificate, intermediates: [...others, ...list.intermediates], trusted: list.roots, at };
    const found = findChain(path);
    if (!found.ok) return { ...found, isUnavailable: false };
    const proofs = await this.#deps.revocation.collect(found.chain, list, at);
    const [crls, ocspResponses] = (['crl', 'ocsp'] as const).map((kind) =>
      proofs.filter((proof) => proof.kind === kind).map(({ bytes }) => bytes),
    );
    const verdict = verifyChain({ ...path, crls: crls!, ocspResponses });
    if (!verdict.ok) return { ...verdict, isUnavailable: verdict.reason !== 'revoked' };
    return { ok: true, certificate: verdict.chain[0]!, chain: verdict.chain.map(({ der }) => der), proofs };
  }

  async #lists(): Promise<[CertificateProfile, TrustList][]> {
    const { folders, own } = this.#deps;
    const profiles = (['qualified', 'card'] as const).filter((profile) => folders[profile] !== '');
    const lists = profiles.map(async (profile) => [profile, await readTrustList(folders[profile])] as const);
    const ours = own && { roots: [own.root], intermediates: [], crls: [], hosts: new Set([own.host]) };
    return [...(await Promise.all(lists)), ...(ours ? [['qualified', ours] as const] : [])].map(([profile, list]) => [
      profile,
      list,
    ]);
  }
}
