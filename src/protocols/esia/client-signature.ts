import { readCertificate, thumbprintsOf } from '#src/platform/signatures/certificate.ts';
import { readUnproven, verifyCms } from '#src/platform/signatures/cms.ts';
import { base64Readings } from '#src/platform/signatures/decode-base64.ts';
import { verifyRawSignature } from '#src/platform/signatures/raw-signature.ts';
import type { SignedMessage } from '#src/protocols/esia/message-orders.ts';
import type { RegisteredCertificate } from '#src/protocols/esia/registered-certificate.ts';

type SignatureForm = 'raw' | 'cms';

export interface SignatureMatch {
  message: SignedMessage;
  form: SignatureForm;
  algorithm: string;
  digest: string;
  certificate: RegisteredCertificate;
  /** `detached, signed attributes`, `reversed` and the like, for the log. */
  details: string[];
}

/** One thing tried and what came of it, for the log. */
interface Attempt {
  order: string;
  form: SignatureForm | 'unreadable';
  result: string;
}

/** Thumbprints of the certificate inside the signature. */
interface ReceivedCertificate {
  sha256: string;
  streebog256?: string;
  subject?: string;
  isRegistered: boolean;
}

export interface SignatureFindings {
  match?: SignatureMatch;
  attempts: Attempt[];
  received?: ReceivedCertificate;
  /** The signature is right for this message, but the certificate is not registered. */
  strangerSigned?: string;
}

export interface SignatureToCheck {
  /** As sent: base64 of some kind. */
  signature: string;
  messages: readonly SignedMessage[];
  certificates: readonly RegisteredCertificate[];
}

/**
 * Finds which of the registered certificates signed which of the messages, and in which form. The form is told by content:
 * a raw value may begin like a container. The documented order stands first, so a right request costs one verification.
 */
export function checkSignature({ signature, messages, certificates }: SignatureToCheck): SignatureFindings {
  const findings: SignatureFindings = { attempts: [] };
  const readings = base64Readings(signature);
  if (readings.length === 0) findings.attempts.push({ order: '', form: 'unreadable', result: 'not base64' });
  for (const bytes of readings) {
    for (const message of messages) {
      const match =
        checkRaw(bytes, message, certificates, findings) ?? checkCms(bytes, message, certificates, findings);
      if (match) return { ...findings, match };
    }
  }
  return findings;
}

/** What a container that fits nothing says of itself: whose certificate came, and the string that came inside. */
export function readContainer({ signature, certificates }: Omit<SignatureToCheck, 'messages'>): {
  received?: ReceivedCertificate;
  content?: string;
} {
  for (const bytes of base64Readings(signature)) {
    const read = readUnproven(
      bytes,
      certificates.map(({ parsed }) => parsed),
    );
    if (!read.ok) continue;
    const isRegistered = certificates.some(({ der }) => der.equals(read.certificate));
    return { received: { ...describe(read.certificate), isRegistered }, content: read.content?.toString('utf8') };
  }
  return {};
}

const MOST_ATTEMPTS = 40;

function checkRaw(
  bytes: Buffer,
  message: SignedMessage,
  certificates: readonly RegisteredCertificate[],
  findings: SignatureFindings,
): SignatureMatch | undefined {
  for (const certificate of certificates.filter(({ signatureLength }) => signatureLength === bytes.length)) {
    const content = Buffer.from(message.text);
    const { publicKey } = certificate.parsed;
    const verified = verifyRawSignature({ publicKey, content, signature: bytes });
    note(findings, { order: message.order, form: 'raw', result: verified.ok ? 'right' : verified.reason });
    if (!verified.ok) continue;
    const { algorithm, digest, isReversed } = verified;
    return { message, form: 'raw', algorithm, digest, certificate, details: isReversed ? ['reversed'] : [] };
  }
  return undefined;
}

function checkCms(
  bytes: Buffer,
  message: SignedMessage,
  certificates: readonly RegisteredCertificate[],
  findings: SignatureFindings,
): SignatureMatch | undefined {
  if (bytes[0] !== 0x30) return undefined;
  const known = certificates.map(({ parsed }) => parsed);
  const verified = verifyCms({ cms: bytes, content: Buffer.from(message.text), known });
  note(findings, { order: message.order, form: 'cms', result: verified.ok ? 'right' : verified.reason });
  if (!verified.ok) return undefined;
  const certificate = certificates.find(({ der }) => der.equals(verified.certificate));
  if (certificate) findings.received = { sha256: certificate.sha256, isRegistered: true };
  else {
    findings.received = { ...describe(verified.certificate), isRegistered: false };
    findings.strangerSigned = message.order;
    return undefined;
  }
  const { algorithm, digest, isAttached, hasSignedAttributes, isWeak } = verified;
  const details = [isAttached ? 'attached' : 'detached', hasSignedAttributes ? 'signed attributes' : 'no attributes'];
  if (isWeak) details.push('weak digest or key');
  return { message, form: 'cms', algorithm, digest, certificate, details };
}

function note(findings: SignatureFindings, attempt: Attempt): void {
  if (findings.attempts.length < MOST_ATTEMPTS) findings.attempts.push(attempt);
}

function describe(der: Buffer) {
  const read = readCertificate(der);
  const subject = read.ok ? (read.certificate.subject.commonName ?? '') : '';
  return { ...thumbprintsOf(der), subject };
}
