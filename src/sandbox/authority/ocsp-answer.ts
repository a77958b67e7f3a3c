import { childrenOf, encode, expect, readElement, tags, unwrap, type Element } from '#src/platform/signatures/ber.ts';
import { encodeOid, serialOf } from '#src/platform/signatures/ber-values.ts';
import { attempt } from '#src/platform/signatures/signature-fault.ts';
import type { IssuingKey } from '#src/sandbox/authority/issuing-key.ts';
import { signed } from '#src/sandbox/authority/issuing.ts';
import * as der from '#src/sandbox/authority/der.ts';

/** Undefined: never issued. */
export type Standing = { revokedAt: Date | null } | undefined;

export interface OcspQuestion {
  serial: string;
  id: Element;
  /** Encoded, to be given back as they came. */
  extensions: Buffer;
}

/** Undefined: not a request (RFC 6960 section 4.1). Only the first certificate asked about is looked at. */
export function readOcspQuestion(request: Buffer): OcspQuestion | undefined {
  const read = attempt(() => {
    const fields = childrenOf(childrenOf(readElement(request), tags.sequence)[0], tags.sequence);
    const list = fields.find(({ tag }) => tag === tags.sequence);
    const [id] = childrenOf(childrenOf(list, tags.sequence)[0], tags.sequence);
    const extensions = fields.find(({ tag }) => tag === tags.context(2));
    const serial = serialOf(childrenOf(id, tags.sequence)[3]);
    return { ok: true as const, serial, id: id!, extensions: extensions ? unwrap(extensions).raw : Buffer.alloc(0) };
  });
  return read.ok ? read : undefined;
}

/** RFC 6960 section 4.2.1, signed by the authority itself. */
export function writeOcspAnswer(
  { id, extensions }: OcspQuestion,
  { standing, authority, at, until }: { standing: Standing; authority: Buffer; at: Date; until: Date },
  signer: IssuingKey,
): Buffer {
  const next = der.explicit(0, der.generalizedTime(until));
  const single = der.sequence(expect(id, tags.sequence).raw, statusOf(standing), der.generalizedTime(at), next);
  const more = extensions.length > 0 ? [der.explicit(1, extensions)] : [];
  const body = der.sequence(der.explicit(1, authority), der.generalizedTime(at), der.sequence(single), ...more);
  const basic = der.sequence(encodeOid('1.3.6.1.5.5.7.48.1.1'), der.octets(signed(signer, body)));
  return der.sequence(encode(tags.enumerated, Buffer.of(0)), der.explicit(0, basic));
}

function statusOf(standing: Standing): Buffer {
  if (!standing) return encode(tags.primitiveContext(2));
  const { revokedAt } = standing;
  return revokedAt ? encode(tags.context(1), der.generalizedTime(revokedAt)) : encode(tags.primitiveContext(0));
}
