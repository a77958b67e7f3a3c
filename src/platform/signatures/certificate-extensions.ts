import { childrenOf, expect, readElement, tags, unwrap, type Element } from '#src/platform/signatures/ber.ts';
import { booleanOf, hasBit, integerOf, octetsOf, oidOf } from '#src/platform/signatures/ber-values.ts';
import { refuseIf } from '#src/platform/signatures/signature-fault.ts';

type KeyUsage = 'digitalSignature' | 'nonRepudiation' | 'keyCertSign' | 'cRLSign';

/** The extensions of RFC 5280 section 4.2 that decide something here. */
export interface CertificateExtensions {
  isAuthority: boolean;
  pathLength?: number;
  /** Undefined when the certificate does not say. */
  keyUsage?: ReadonlySet<KeyUsage>;
  extendedKeyUsage?: readonly string[];
  hasNameConstraints: boolean;
  unknownCritical: readonly string[];
  subjectKeyId?: Buffer;
  authorityKeyId?: Buffer;
  /** Encoded GeneralNames of the distribution points, and those of them that are addresses. */
  crlPoints: readonly Buffer[];
  crlUrls: readonly string[];
  ocspUrls: readonly string[];
  issuerUrls: readonly string[];
}

/** Reads `[3] Extensions`; absent in certificates of versions 1 and 2. */
export function readExtensions(wrapper: Element | undefined): CertificateExtensions {
  const all = readExtensionList(wrapper && unwrap(wrapper));
  const value = (oid: string): Element | undefined => all.get(oid)?.value;
  const [isAuthority, pathLength] = readBasicConstraints(value('2.5.29.19'));
  const [ocspUrls, issuerUrls] = readAccess(value('1.3.6.1.5.5.7.1.1'));
  const crlPoints = readCrlPoints(value('2.5.29.31'));
  return {
    isAuthority,
    pathLength,
    keyUsage: readKeyUsage(value('2.5.29.15')),
    extendedKeyUsage: value('2.5.29.37') && childrenOf(value('2.5.29.37'), tags.sequence).map(oidOf),
    hasNameConstraints: all.has('2.5.29.30'),
    unknownCritical: [...all].filter(([oid, { isCritical }]) => isCritical && !understood.has(oid)).map(([oid]) => oid),
    subjectKeyId: value('2.5.29.14') && octetsOf(value('2.5.29.14')),
    authorityKeyId: readAuthorityKeyId(value('2.5.29.35')),
    crlPoints: crlPoints.map(({ raw }) => raw),
    crlUrls: crlPoints.flatMap(urlOf),
    ocspUrls,
    issuerUrls,
  };
}

/** Any `Extensions` value, by identifier. One that occurs twice is refused (RFC 5280 section 4.2). */
export function readExtensionList(list: Element | undefined): Map<string, { isCritical: boolean; value: Element }> {
  const found = new Map<string, { isCritical: boolean; value: Element }>();
  for (const extension of list ? childrenOf(list, tags.sequence) : []) {
    const [id, second, third] = childrenOf(extension, tags.sequence);
    const oid = oidOf(id);
    refuseIf(found.has(oid), 'malformed');
    found.set(oid, {
      isCritical: third !== undefined && booleanOf(second),
      value: readElement(octetsOf(third ?? second)),
    });
  }
  return found;
}

/** Extensions we obey, or that ask nothing of a verifier without a policy of its own. */
const understood = new Set([
  '2.5.29.14',
  '2.5.29.15',
  '2.5.29.17',
  '2.5.29.18',
  '2.5.29.19',
  '2.5.29.30',
  '2.5.29.31',
  '2.5.29.32',
  '2.5.29.35',
  '2.5.29.37',
  '1.3.6.1.5.5.7.1.1',
]);

function readBasicConstraints(value: Element | undefined): [isAuthority: boolean, pathLength?: number] {
  const [authority, pathLength] = value ? childrenOf(value, tags.sequence) : [];
  if (!authority || authority.tag !== tags.boolean) return [false];
  return [booleanOf(authority), pathLength && integerOf(pathLength)];
}

function readKeyUsage(value: Element | undefined): ReadonlySet<KeyUsage> | undefined {
  if (!value) return undefined;
  const bits: [KeyUsage, number][] = [
    ['digitalSignature', 0],
    ['nonRepudiation', 1],
    ['keyCertSign', 5],
    ['cRLSign', 6],
  ];
  return new Set(bits.filter(([, index]) => hasBit(value, index)).map(([usage]) => usage));
}

function readAuthorityKeyId(value: Element | undefined): Buffer | undefined {
  const fields = value ? childrenOf(value, tags.sequence) : [];
  return fields.find(({ tag }) => tag === tags.primitiveContext(0))?.content;
}

/** RFC 5280 section 4.2.1.13: DistributionPoint { [0] { [0] GeneralNames } … }. */
function readCrlPoints(value: Element | undefined): Element[] {
  const points = value ? childrenOf(value, tags.sequence) : [];
  return points.flatMap((point) => {
    const name = childrenOf(point, tags.sequence).find(({ tag }) => tag === tags.context(0));
    return name ? fullNamesOf(name) : [];
  });
}

/** The GeneralNames of a DistributionPointName; none when it is relative to the issuer. */
export function fullNamesOf(pointName: Element): Element[] {
  const name = unwrap(pointName);
  return name.tag === tags.context(0) ? childrenOf(name, tags.context(0)) : [];
}

/** RFC 5280 section 4.2.2.1: where to ask about this certificate, and where its issuer's lies. */
function readAccess(value: Element | undefined): [ocspUrls: string[], issuerUrls: string[]] {
  const descriptions = (value ? childrenOf(value, tags.sequence) : []).map((description) => {
    const [method, location] = childrenOf(description, tags.sequence);
    return { method: oidOf(method), urls: location ? urlOf(location) : [] };
  });
  const urls = (oid: string): string[] =>
    descriptions.filter(({ method }) => method === oid).flatMap((found) => found.urls);
  return [urls('1.3.6.1.5.5.7.48.1'), urls('1.3.6.1.5.5.7.48.2')];
}

function urlOf(name: Element): string[] {
  return name.tag === tags.primitiveContext(6) ? [expect(name, name.tag).content.toString('latin1')] : [];
}
