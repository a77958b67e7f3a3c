import { encode, tags } from '#src/platform/signatures/ber.ts';
import { encodeOid } from '#src/platform/signatures/ber-values.ts';
import { digestOf } from '#src/platform/signatures/digests.ts';
import type { IssuingKey } from '#src/sandbox/authority/issuing-key.ts';
import * as der from '#src/sandbox/authority/der.ts';

export interface ToIssue {
  serial: Buffer;
  issuer: Buffer;
  subject: Buffer;
  spki: Buffer;
  notBefore: Date;
  notAfter: Date;
  extensions: readonly Buffer[];
}

/** RFC 5280 section 4.1. */
export function writeCertificate(certificate: ToIssue, signer: IssuingKey): Buffer {
  const { serial, issuer, subject, spki, notBefore, notAfter, extensions } = certificate;
  const validity = der.sequence(der.time(notBefore), der.time(notAfter));
  const body = [der.explicit(0, der.integer(2)), der.integer(serial), signer.signatureAlgorithm, issuer, validity];
  const more = extensions.length > 0 ? [der.explicit(3, der.sequence(...extensions))] : [];
  return signed(signer, der.sequence(...body, subject, spki, ...more));
}

export interface ToList {
  issuer: Buffer;
  thisUpdate: Date;
  nextUpdate: Date;
  revoked: readonly { serial: Buffer; at: Date }[];
}

/** RFC 5280 section 5.1. */
export function writeCrl({ issuer, thisUpdate, nextUpdate, revoked }: ToList, signer: IssuingKey): Buffer {
  const entries = revoked.map(({ serial, at }) => der.sequence(der.integer(serial), der.time(at)));
  const list = entries.length > 0 ? [der.sequence(...entries)] : [];
  const times = [der.time(thisUpdate), der.time(nextUpdate)];
  return signed(signer, der.sequence(der.integer(1), signer.signatureAlgorithm, issuer, ...times, ...list));
}

/** The extensions of a person's certificate, and where to ask about it. */
export function holderExtensions(at: { crlUrl?: string; ocspUrl?: string }): Buffer[] {
  return [keyUsage(0xc0, 6), usages(), ...addresses(at)];
}

export function authorityExtensions(): Buffer[] {
  const isAuthority = der.sequence(encode(tags.boolean, Buffer.of(0xff)));
  return [der.extension('2.5.29.19', isAuthority, true), keyUsage(0x06, 1)];
}

/** A named bit list: digitalSignature and nonRepudiation are the first two bits, keyCertSign and cRLSign the sixth and seventh. */
function keyUsage(byte: number, unused: number): Buffer {
  return der.extension('2.5.29.15', der.bits(Buffer.of(byte), unused), true);
}

/** Where to ask about a certificate (RFC 5280 sections 4.2.1.13 and 4.2.2.1). */
function addresses({ crlUrl, ocspUrl }: { crlUrl?: string; ocspUrl?: string }): Buffer[] {
  const crl = crlUrl && der.sequence(der.sequence(der.explicit(0, der.explicit(0, uri(crlUrl)))));
  const ocsp = ocspUrl && der.sequence(der.sequence(encodeOid('1.3.6.1.5.5.7.48.1'), uri(ocspUrl)));
  return [
    ...(crl ? [der.extension('2.5.29.31', crl)] : []),
    ...(ocsp ? [der.extension('1.3.6.1.5.5.7.1.1', ocsp)] : []),
  ];
}

export function signed(signer: IssuingKey, body: Buffer): Buffer {
  return der.sequence(body, signer.signatureAlgorithm, der.bits(signer.sign(body)));
}

/** A certificate's number, from what is unique to it. */
export function serialFrom(seed: Uint8Array): Buffer {
  const serial = digestOf('sha256', seed).subarray(0, 16);
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  return serial;
}

/** TLS clients and e-mail. */
function usages(): Buffer {
  return der.extension('2.5.29.37', der.sequence(encodeOid('1.3.6.1.5.5.7.3.2'), encodeOid('1.3.6.1.5.5.7.3.4')));
}

function uri(url: string): Buffer {
  return encode(tags.primitiveContext(6), Buffer.from(url));
}
