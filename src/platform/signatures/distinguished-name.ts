import { children, childrenOf, tags, type Element } from '#src/platform/signatures/ber.ts';
import { oidOf, textOf } from '#src/platform/signatures/ber-values.ts';

/** What a certificate says about its holder. A field named twice with different values is left out: it proves nothing. */
export interface DistinguishedName {
  /** The encoded name: two names are one when these bytes are equal. */
  der: Buffer;
  commonName?: string;
  surname?: string;
  givenName?: string;
  organisation?: string;
  title?: string;
  email?: string;
  country?: string;
  /** 11 digits. */
  snils?: string;
  /** 12 digits of a person; older certificates of organisations keep theirs here with two zeros before it. */
  inn?: string;
  innOfOrganisation?: string;
  ogrn?: string;
  ogrnip?: string;
}

/** RFC 5280 section 4.1.2.4; the Russian attributes are from order 795 of the FSB (2011), section III. */
export function readName(element: Element): DistinguishedName {
  const values = new Map<NameField, Set<string>>();
  for (const relativeName of children(element, MAX_PARTS)) {
    for (const attribute of children(relativeName, MAX_PARTS)) {
      const [oid, value] = childrenOf(attribute, tags.sequence);
      const field = fields.get(oidOf(oid));
      const text = value && textOf(value);
      if (field && text !== undefined) values.set(field, (values.get(field) ?? new Set()).add(text));
    }
  }
  const single = [...values].filter(([, texts]) => texts.size === 1).map(([field, texts]) => [field, [...texts][0]]);
  return { der: element.raw, ...Object.fromEntries(single) };
}

const MAX_PARTS = 64;

type NameField = Exclude<keyof DistinguishedName, 'der'>;

const fields = new Map<string, NameField>([
  ['2.5.4.3', 'commonName'],
  ['2.5.4.4', 'surname'],
  ['2.5.4.42', 'givenName'],
  ['2.5.4.10', 'organisation'],
  ['2.5.4.12', 'title'],
  ['2.5.4.6', 'country'],
  ['1.2.840.113549.1.9.1', 'email'],
  ['1.2.643.100.3', 'snils'],
  ['1.2.643.3.131.1.1', 'inn'],
  ['1.2.643.100.4', 'innOfOrganisation'],
  ['1.2.643.100.1', 'ogrn'],
  ['1.2.643.100.5', 'ogrnip'],
]);
