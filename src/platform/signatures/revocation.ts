import type { Certificate } from '#src/platform/signatures/certificate.ts';
import { checkAgainstCrl } from '#src/platform/signatures/crl.ts';
import { checkOcspResponse } from '#src/platform/signatures/ocsp.ts';
import { SignatureFault } from '#src/platform/signatures/signature-fault.ts';

export interface Link {
  certificate: Certificate;
  issuer: Certificate;
  at: Date;
}

/**
 * Fails closed: something signed by the right hand and not outdated must say that the certificate is good. One that says
 * revoked outweighs all that say good.
 */
export function requireNotRevoked(
  link: Link & { crls: readonly Uint8Array[]; ocspResponses?: readonly Uint8Array[] },
): void {
  const { crls, ocspResponses = [] } = link;
  const verdicts = [
    ...ocspResponses.map((response) => faultOf(() => checkOcspResponse({ ...link, response: bufferOf(response) }))),
    ...crls.map((crl) => faultOf(() => checkAgainstCrl(link, bufferOf(crl)))),
  ];
  const faults = verdicts.filter((verdict) => verdict !== undefined);
  const revoked = faults.find(({ reason }) => reason === 'revoked');
  if (revoked) throw revoked;
  if (faults.length < verdicts.length) return;
  throw faults.find(({ reason }) => reason !== 'revocation_unknown') ?? new SignatureFault('revocation_unknown');
}

function faultOf(check: () => void): SignatureFault | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof SignatureFault) return error;
    throw error;
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
