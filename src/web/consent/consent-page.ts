import type { Scopes, ScopeGroup } from '#src/platform/config/scopes.ts';
import type { Translator } from '#src/platform/i18n/translator.ts';
import { spellContact } from '#src/identity/accounts/contact.ts';
import type { Allowance } from '#src/identity/consents/consents.ts';

interface ConsentGroup {
  title: string;
  items: { label: string; value: string; sensitive?: boolean }[];
}

const order: ScopeGroup[] = ['identity', 'contacts', 'address', 'documents', 'organisations'];
/** Said beside the value they belong to, or of no interest to a person. */
const unspoken = new Set([
  'sub',
  'email_verified',
  'phone_number_verified',
  'updated_at',
  'locale',
  'zoneinfo',
  'profile',
  'profile_type',
]);

/** Sent in parts, said as one. */
const papers = new Set(['id_doc', 'drivers_licence_doc', 'foreign_passport_doc']);

/** Said already by the full name. */
const partsOfName = new Set(['family_name', 'given_name', 'middle_name']);

/** Claim names that a request would send, for reading their values. */
export function claimNames(asked: Allowance, scopes: Scopes): Set<string> {
  return new Set([...asked.claims, ...asked.scopes.flatMap((scope) => scopes.get(scope)?.claims ?? [])]);
}

/** Each value that will be sent, as the person's own, under the headings of config/scopes.yaml. Absent values are not listed. */
export function consentGroups(
  asked: Allowance,
  scopes: Scopes,
  values: Record<string, unknown>,
  translator: Translator,
): ConsentGroup[] {
  const asksFullName = values.name !== undefined && claimNames(asked, scopes).has('name');
  const names = [...claimNames(asked, scopes)].filter(
    (name) => values[name] !== undefined && !unspoken.has(name) && !(asksFullName && partsOfName.has(name)),
  );
  return order.flatMap((group) => {
    const items = names
      .filter((name) => homeOf(name, scopes).group === group)
      .map((name) => ({
        label: translator.t(`claim.${name}`),
        value: spoken(name, values, translator),
        sensitive: homeOf(name, scopes).sensitive,
      }));
    return items.length > 0 ? [{ title: translator.t(`scope-group.${group}`), items }] : [];
  });
}

function homeOf(claim: string, scopes: Scopes): { group: ScopeGroup; sensitive: boolean } {
  return [...scopes.values()].find(({ claims }) => claims.includes(claim)) ?? { group: 'identity', sensitive: false };
}

function spoken(name: string, values: Record<string, unknown>, translator: Translator): string {
  const value = values[name];
  if (name === 'birthdate') return translator.date(new Date(`${String(value)}T00:00:00Z`));
  if (name === 'phone_number') return spellContact({ kind: 'phone', value: String(value) });
  if (name === 'gender') return translator.t(`gender.${String(value)}`);
  if (name === 'stay_status') return translator.t(`stay.${String(value)}`);
  if (name === 'address')
    return (value as { formatted?: string }).formatted ?? Object.values(value as object).join(', ');
  if (papers.has(name)) return spokenPaper(value as Paper, translator);
  return String(value);
}

interface Paper {
  country?: string;
  series?: string;
  number: string;
  issue_date?: string;
  issued_by?: string;
  issue_id?: string;
  expiry_date?: string;
}

function spokenPaper(paper: Paper, translator: Translator): string {
  const {
    country,
    series,
    number,
    issue_date: issued,
    issued_by: by,
    issue_id: department,
    expiry_date: until,
  } = paper;
  const day = (date: string) => translator.date(new Date(`${date}T00:00:00Z`));
  const parts = [[country, series, number].filter(Boolean).join(' '), issued && day(issued), by, department];
  if (until) parts.push(translator.t('claim-until', { date: day(until) }));
  return parts.filter(Boolean).join(', ');
}
