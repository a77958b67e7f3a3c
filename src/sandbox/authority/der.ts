import { encode, tags } from '#src/platform/signatures/ber.ts';
import { encodeOid } from '#src/platform/signatures/ber-values.ts';

/** Writing what platform/signatures reads. Only the sandbox and tests issue anything. */
export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return encode(tags.sequence, ...parts);
}

/** DER sorts a set. */
export function setOf(...parts: readonly Buffer[]): Buffer {
  return encode(tags.set, ...parts.toSorted(Buffer.compare));
}

export function explicit(number: number, ...parts: readonly Uint8Array[]): Buffer {
  return encode(tags.context(number), ...parts);
}

export function octets(bytes: Uint8Array): Buffer {
  return encode(tags.octetString, bytes);
}

/** Whole bytes; a named bit list says how many bits of the last are unused. */
export function bits(bytes: Uint8Array, unused = 0): Buffer {
  return encode(tags.bitString, Buffer.of(unused), bytes);
}

export function integer(value: number | Buffer): Buffer {
  return encode(tags.integer, typeof value === 'number' ? Buffer.of(value) : value);
}

/** Two digits of the year until 2049, four from then on (RFC 5280 section 4.1.2.5). */
export function time(at: Date): Buffer {
  const text = at.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return at.getUTCFullYear() < 2050
    ? encode(tags.utcTime, Buffer.from(text.slice(2)))
    : encode(tags.generalizedTime, Buffer.from(text));
}

export function generalizedTime(at: Date): Buffer {
  return encode(tags.generalizedTime, Buffer.from(at.toISOString().replaceAll(/[-:T]|\.\d+/g, '')));
}

/** AlgorithmIdentifier. */
export function algorithm(oid: string, ...parameters: readonly Uint8Array[]): Buffer {
  return sequence(encodeOid(oid), ...parameters);
}

export function extension(oid: string, value: Uint8Array, isCritical = false): Buffer {
  const critical = isCritical ? encode(tags.boolean, Buffer.of(0xff)) : Buffer.alloc(0);
  return sequence(encodeOid(oid), critical, octets(value));
}

/** Each attribute in a set of its own; SNILS and INN are NumericString, the rest UTF-8. */
export function name(attributes: readonly (readonly [oid: string, text: string])[]): Buffer {
  return sequence(
    ...attributes.map(([oid, text]) => {
      const tag = oid.startsWith('1.2.643.') ? 0x12 : 0x0c;
      return setOf(sequence(encodeOid(oid), encode(tag, Buffer.from(text))));
    }),
  );
}
