import type { Scopes } from '#src/platform/config/scopes.ts';
import { EsiaError } from '#src/protocols/esia/esia-error.ts';
import type { EsiaClient } from '#src/protocols/esia/esia-client.ts';

/** One item of a scope parameter: `org_shortname?org_oid=1` or `http://esia.gosuslugi.ru/usr_inf`, taken apart. */
export interface ScopeItem {
  name: string;
  /** With its question mark; empty when there is none. */
  query: string;
}

/** In the order sent. What no client may ask for is refused in the strict profile and passed over in the lenient. */
export function parseScopes(text: string): ScopeItem[] {
  return text.split(/\s+/).filter(Boolean).slice(0, MOST).map(parseItem);
}

/** Those of the items that the client may have. */
export function permittedScopes(items: readonly ScopeItem[], client: EsiaClient, catalogue: Scopes): ScopeItem[] {
  const unknown = items.find(({ name }) => !isKnown(name, catalogue));
  if (unknown && client.isStrict) throw new EsiaError('007006', `unknown scope ${unknown.name}`);
  const known = items.filter(({ name }) => isKnown(name, catalogue));
  if (known.length === 0)
    throw new EsiaError(unknown ? '007006' : '007013', `no scope that is known: ${unknown?.name ?? ''}`);
  const forbidden = known.find(
    ({ name }) => client.allowedScopes && !client.allowedScopes.has(name) && name !== 'openid',
  );
  if (forbidden) throw new EsiaError('007019', `the client is not registered for the scope ${forbidden.name}`);
  return known.filter((item, i) => known.findIndex((other) => sayScope(other) === sayScope(item)) === i);
}

/** For the provider: plain names of the catalogue, and openid, which asks for nothing. */
export function providerScope(items: readonly ScopeItem[], catalogue: Scopes): string {
  const names = items.map(({ name }) => name).filter((name) => catalogue.has(name) && name !== 'offline_access');
  return [...new Set(['openid', ...names])].join(' ');
}

/** As markers carry it: a person's scopes with the person's oid, openid bare, organisations' with their own. */
export function markerScope(items: readonly ScopeItem[], oid?: number): string {
  return items
    .map(({ name, query }) => {
      if (name === 'openid') return name;
      if (isOrganisational(name) || oid === undefined) return `${name}${query}`;
      return `${name}?oid=${oid}`;
    })
    .join(' ');
}

function sayScope({ name, query }: ScopeItem): string {
  return `${name}${query}`;
}

/** The organisation that an item speaks of. */
export function organisationOf({ query }: ScopeItem): string | undefined {
  return new URLSearchParams(query.slice(1)).get('org_oid') ?? undefined;
}

const MOST = 200;

function parseItem(item: string): ScopeItem {
  const at = item.indexOf('?');
  const [path, query] = at === -1 ? [item, ''] : [item.slice(0, at), item.slice(at)];
  return { name: path.replace(/^https?:\/\/[^/]*\//, ''), query };
}

function isKnown(name: string, catalogue: Scopes): boolean {
  return catalogue.has(name) || isOrganisational(name) || dialectOnly.test(name);
}

function isOrganisational(name: string): boolean {
  return name.startsWith('org_') && organisational.has(name.slice(4));
}

const organisational = new Set(
  'shortname fullname type ogrn inn leg kpp agencyterrange agencytype oktmo ctts addrs vhls grps emps brhs brhs_ctts brhs_addrs rcs stms invts ra'.split(
    ' ',
  ),
);

/** Names that clients send as a matter of course and that open nothing here. */
const dialectOnly = new RegExp(
  `^(?:kid_(?:fullname|birthdate|gender|snils|inn|birth_cert_doc|medical_doc|mobile|email|school_data)|usr_avt|self_employed|bio|ext_auth_result|prm_chg|api-order[\\w-]*|history_passport_doc|vehicle_reg_cert_doc|(?:marriage|divorce|paternity|death|change_fullname)_cert_doc|ils_doc|ndfl_person|electronic_workbook|pre_retirement_age|payments_egisso|payout_income|pension_reference|reg_realestate|bank_account|link|number_plate_doc|osago_policy|categories)$`,
);
