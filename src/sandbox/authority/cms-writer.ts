import { childrenOf, encode, readElement, tags } from '#src/platform/signatures/ber.ts';
import { encodeOid } from '#src/platform/signatures/ber-values.ts';
import type { IssuingKey } from '#src/sandbox/authority/issuing-key.ts';
import * as der from '#src/sandbox/authority/der.ts';

/** A detached CMS SignedData with signed attributes (RFC 5652 section 5), as signing programs write it. */
export function writeCms(content: Buffer, key: IssuingKey, certificate: Buffer, at: Date): Buffer {
  const fields = childrenOf(childrenOf(readElement(certificate), tags.sequence)[0], tags.sequence);
  const [serial, , issuer] = fields.slice(1);
  const attributes = [
    attribute('1.2.840.113549.1.9.3', encodeOid(DATA)),
    attribute('1.2.840.113549.1.9.5', der.time(at)),
    attribute('1.2.840.113549.1.9.4', der.octets(key.digest(content))),
  ].toSorted(Buffer.compare);
  const signature = key.sign(encode(tags.set, ...attributes));
  const signer = der.sequence(
    der.integer(1),
    der.sequence(issuer!.raw, serial!.raw),
    key.digestAlgorithm,
    der.explicit(0, ...attributes),
    key.signatureAlgorithm,
    der.octets(signature),
  );
  const algorithms = der.setOf(key.digestAlgorithm);
  const data = [der.integer(1), algorithms, der.sequence(encodeOid(DATA)), der.explicit(0, certificate)];
  return der.sequence(encodeOid(SIGNED_DATA), der.explicit(0, der.sequence(...data, der.setOf(signer))));
}

const DATA = '1.2.840.113549.1.7.1';
const SIGNED_DATA = '1.2.840.113549.1.7.2';

function attribute(oid: string, value: Buffer): Buffer {
  return der.sequence(encodeOid(oid), der.setOf(value));
}
