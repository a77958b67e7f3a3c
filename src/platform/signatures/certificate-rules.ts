import type { Certificate } from '#src/platform/signatures/certificate.ts';
import { isWeakKey, readPublicKey } from '#src/platform/signatures/public-key.ts';
import { refuseIf } from '#src/platform/signatures/signature-fault.ts';

/** What every certificate of a chain must be at `at` (RFC 5280 section 6.1.3). Throws `SignatureFault`, as all rules here. */
export function requireUsable(certificate: Certificate, at: Date): void {
  refuseIf(at < certificate.notBefore, 'not_yet_valid');
  refuseIf(at > certificate.notAfter, 'expired');
  refuseIf(certificate.hasNameConstraints, 'name_constraints_unsupported');
  refuseIf(certificate.unknownCritical.length > 0, 'critical_extension_unknown');
  refuseIf(isWeakKey(readPublicKey(certificate.publicKey)), 'key_weak');
}

/** A person's or an organisation's own certificate: made to sign with, and signed by somebody else. */
export function requireSigner({ subject, issuer, keyUsage, extendedKeyUsage }: Certificate): void {
  refuseIf(subject.der.equals(issuer.der), 'self_signed');
  refuseIf(keyUsage?.has('digitalSignature') !== true, 'wrong_key_usage');
  refuseIf(extendedKeyUsage?.every((usage) => MACHINE_USAGES.has(usage)) === true, 'wrong_extended_key_usage');
}

/**
 * An authority that may issue to `authoritiesBelow` further ones in this path (RFC 5280 section 6.1.4 k to n). A root may
 * be silent on key usage, as old ones are.
 */
export function requireAuthority(certificate: Certificate, authoritiesBelow: number, isTrusted: boolean): void {
  refuseIf(!certificate.isAuthority, 'not_an_authority');
  refuseIf(!(certificate.keyUsage?.has('keyCertSign') ?? isTrusted), 'wrong_key_usage');
  refuseIf(authoritiesBelow > (certificate.pathLength ?? Infinity), 'path_too_long');
}

export const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
/** Servers, code, time stamps, OCSP: a certificate for these alone is not for a person's signature. */
const MACHINE_USAGES = new Set(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.3', '1.3.6.1.5.5.7.3.8', OCSP_SIGNING]);
