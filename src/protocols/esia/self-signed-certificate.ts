import { createHash } from 'node:crypto';
import { encode, tags } from '#src/platform/signatures/ber.ts';
import { encodeOid } from '#src/platform/signatures/ber-values.ts';

interface ToCertify {
  /** The common name of issuer and subject. */
  name: string;
  spki: Uint8Array;
  algorithm: { oid: string; hasNull: boolean };
  sign(bytes: Buffer): Buffer;
}

/**
 * A key of ours in the wrapping that client libraries ask for (RFC 5280 section 4.1). It proves nothing by itself and
 * is the same for the same key, wherever and whenever it is made.
 */
export function selfSignedCertificate({ name, spki, algorithm, sign }: ToCertify): string {
  const signatureAlgorithm = encode(
    tags.sequence,
    encodeOid(algorithm.oid),
    algorithm.hasNull ? encode(tags.null) : Buffer.alloc(0),
  );
  const title = distinguishedName(name);
  const body = encode(
    tags.sequence,
    encode(tags.context(0), encode(tags.integer, Buffer.of(2))),
    encode(tags.integer, serialOf(spki)),
    signatureAlgorithm,
    title,
    encode(tags.sequence, utcTime('260101000000Z'), utcTime('491231235959Z')),
    title,
    Buffer.from(spki),
  );
  const signature = encode(tags.bitString, Buffer.of(0), sign(body));
  const der = encode(tags.sequence, body, signatureAlgorithm, signature);
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

const UTF8_STRING = 0x0c;
const COMMON_NAME = '2.5.4.3';

function distinguishedName(name: string): Buffer {
  const attribute = encode(tags.sequence, encodeOid(COMMON_NAME), encode(UTF8_STRING, Buffer.from(name)));
  return encode(tags.sequence, encode(tags.set, attribute));
}

/** Positive and never zero. */
function serialOf(spki: Uint8Array): Buffer {
  const serial = createHash('sha256').update(spki).digest().subarray(0, 16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  return serial;
}

function utcTime(text: string): Buffer {
  return encode(tags.utcTime, Buffer.from(text));
}
