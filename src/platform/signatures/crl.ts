import { childrenOf, eachChild, expect, readElement, tags, type Element } from '#src/platform/signatures/ber.ts';
import { bitsOf, booleanOf, serialOf, timeOf } from '#src/platform/signatures/ber-values.ts';
import { serialElementOf, type Certificate } from '#src/platform/signatures/certificate.ts';
import { fullNamesOf, readExtensionList } from '#src/platform/signatures/certificate-extensions.ts';
import type { Link } from '#src/platform/signatures/revocation.ts';
import { attempt, refuseIf, SignatureFault, type Failed } from '#src/platform/signatures/signature-fault.ts';
import { requireStrongSignature, type Signed } from '#src/platform/signatures/signature-scheme.ts';

/** Bounds what one list may cost; larger ones are refused, and with them what they speak for. */
export const MAX_CRL_BYTES = 10 * 1024 * 1024;

/** Passes when this list speaks for the certificate and does not name it (RFC 5280 section 6.3). Throws `SignatureFault` otherwise. */
export function checkAgainstCrl({ certificate, issuer, at }: Link, bytes: Buffer): void {
  refuseIf(bytes.length > MAX_CRL_BYTES, 'too_large');
  const crl = parseCrl(bytes);
  refuseIf(!crl.issuer.equals(certificate.issuer.der), 'revocation_unknown');
  refuseIf(!crl.speaksFor(certificate), 'revocation_unknown');
  refuseIf(issuer.keyUsage?.has('cRLSign') === false, 'revocation_signer_wrong');
  requireSignatureOf(issuer, crl);
  refuseIf(
    crl.thisUpdate.getTime() > at.getTime() + CLOCK_SKEW || !crl.nextUpdate || crl.nextUpdate < at,
    'revocation_expired',
  );
  refuseIf(crl.names(certificate), 'revoked');
}

/** Whether this list proves the certificate good at `at`. Never throws on what a stranger sent. */
export function verifyCrl({ crl, ...link }: Link & { crl: Uint8Array }): { ok: true } | Failed {
  return attempt(() => {
    checkAgainstCrl(link, Buffer.from(crl));
    return { ok: true };
  });
}

/** An authority's clock may be a little ahead of ours. */
export const CLOCK_SKEW = 5 * 60 * 1000;

/** A wrong signature here means that somebody else signed, which the log should be able to tell from a bad certificate. */
export function requireSignatureOf(signer: Certificate, signed: Signed): void {
  try {
    requireStrongSignature(signed, signer.publicKey);
  } catch (error) {
    const isForeign = error instanceof SignatureFault && ['bad_signature', 'algorithm_mismatch'].includes(error.reason);
    throw isForeign ? new SignatureFault('revocation_signer_wrong') : error;
  }
}

interface Crl extends Signed {
  issuer: Buffer;
  thisUpdate: Date;
  nextUpdate?: Date;
  speaksFor(certificate: Certificate): boolean;
  names(certificate: Certificate): boolean;
}

/** RFC 5280 section 5.1. */
function parseCrl(bytes: Buffer): Crl {
  const [body, signatureAlgorithm, signature] = childrenOf(readElement(bytes), tags.sequence);
  const fields = childrenOf(body, tags.sequence);
  const [innerAlgorithm, issuer, thisUpdate, ...optional] = fields.slice(fields[0]?.tag === tags.integer ? 1 : 0);
  refuseIf(
    !expect(signatureAlgorithm, tags.sequence).raw.equals(expect(innerAlgorithm, tags.sequence).raw),
    'algorithm_mismatch',
  );
  const nextUpdate = optional.find(({ tag }) => tag === tags.utcTime || tag === tags.generalizedTime);
  const revoked = optional.find(({ tag }) => tag === tags.sequence);
  return {
    issuer: expect(issuer, tags.sequence).raw,
    thisUpdate: timeOf(thisUpdate),
    nextUpdate: nextUpdate && timeOf(nextUpdate),
    speaksFor: scopeOf(optional.find(({ tag }) => tag === tags.context(0))),
    names: (certificate) => revoked !== undefined && isListed(revoked, certificate),
    signedBytes: expect(body, tags.sequence).raw,
    signatureAlgorithm: expect(signatureAlgorithm, tags.sequence),
    signature: bitsOf(signature),
  };
}

/** The byte search is native and settles nearly every case; only a hit is looked at entry by entry. */
function isListed(revoked: Element, certificate: Certificate): boolean {
  if (!revoked.content.includes(serialElementOf(certificate))) return false;
  for (const entry of eachChild(revoked)) {
    if (serialOf(eachChild(entry).next().value ?? undefined) === certificate.serialNumber) return true;
  }
  return false;
}

const ISSUING_DISTRIBUTION_POINT = '2.5.29.28';
const UNDERSTOOD = new Set([
  ISSUING_DISTRIBUTION_POINT,
  '2.5.29.20',
  '2.5.29.35',
  '2.5.29.18',
  '2.5.29.46',
  '1.3.6.1.5.5.7.1.1',
]);

/** A partial list may stand for a certificate only if it is the part that certificate points to (RFC 5280 section 5.2.5). */
function scopeOf(wrapper: Element | undefined): Crl['speaksFor'] {
  const extensions = readExtensionList(wrapper && childrenOf(wrapper, tags.context(0))[0]);
  const isStrange = [...extensions].some(([oid, { isCritical }]) => isCritical && !UNDERSTOOD.has(oid));
  if (isStrange) return () => false;
  const point = extensions.get(ISSUING_DISTRIBUTION_POINT);
  if (!point) return () => true;
  const fields = childrenOf(point.value, tags.sequence);
  return ({ isAuthority, crlPoints }) =>
    fields.every((field) => {
      if (field.tag === tags.context(0))
        return fullNamesOf(field).some(({ raw }) => crlPoints.some((own) => own.equals(raw)));
      const isSet = booleanOf({ ...field, tag: tags.boolean });
      if (field.tag === tags.primitiveContext(1)) return !isSet || !isAuthority;
      if (field.tag === tags.primitiveContext(2)) return !isSet || isAuthority;
      return !isSet;
    });
}
