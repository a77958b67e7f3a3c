import { X509Certificate } from 'node:crypto';

/** The certificate as PEM, or why it cannot be registered. */
export type CertificateReading = { pem: string } | { problem: string };

/**
 * Reads a certificate as people paste it: PEM with text around it, or bare base64 of DER. Only its envelope is looked at:
 * Node knows no GOST keys, but it does read the certificates that hold them.
 */
export function readCertificate(text: string): CertificateReading {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    return { problem: 'this holds a private key; keep that to yourself and register the certificate alone' };
  if (/-----BEGIN CERTIFICATE REQUEST-----/.test(text))
    return { problem: 'this is a request for a certificate; register the certificate that was issued for it' };
  const blocks = [...text.matchAll(/-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/g)];
  if (blocks.length > 1) return { problem: 'this holds several certificates; register each one by itself' };
  const base64 = (blocks[0]?.[1] ?? text).replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return { problem: NOT_A_CERTIFICATE };
  try {
    return { pem: new X509Certificate(Buffer.from(base64, 'base64')).toString() };
  } catch {
    return { problem: NOT_A_CERTIFICATE };
  }
}

const NOT_A_CERTIFICATE = 'this is not an X.509 certificate; write PEM: -----BEGIN CERTIFICATE----- …';
