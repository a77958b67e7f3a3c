import { fullName, type Account, type AccountContact, type AccountDocument } from '#src/identity/accounts/account.ts';
import type { DocumentDetails } from '#src/identity/accounts/identity.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import type { Releases } from '#src/identity/consents/releases.ts';
import type { ClientMetadata } from '#src/identity/clients/client.ts';
import type { Scopes } from '#src/platform/config/scopes.ts';
import { foreignIdDoc, VERIFIED_CLAIMS, verifiedClaims, verifiedNamesIn } from '#src/protocols/oidc/verified-claims.ts';

export type ClaimValues = Record<string, unknown>;

/** Claims that a client may ask for by scope, in the form that oidc-provider takes: scope → claim names. */
export function claimsByScope(scopes: Scopes): Record<string, string[] | null> {
  const byScope = Object.fromEntries(
    [...scopes].filter(([name]) => name !== 'offline_access').map(([name, { claims }]) => [name, claims]),
  );
  // Said in every ID token: how, how well and when the person signed in.
  return { ...byScope, openid: ['sub', 'acr', 'amr', 'auth_time'] };
}

interface ClaimRequest {
  account: Account;
  client: ClientMetadata;
  use: string;
  scope: string;
  claims: Record<string, unknown> | undefined;
}

/** The values for one ID token or userinfo answer; the library leaves out what was not consented to. */
export async function releasedClaims(deps: ReleaseDeps, request: ClaimRequest): Promise<ClaimValues> {
  const values = await valuesFor(deps, request);
  const { account, client, use, claims = {} } = request;
  // An ID token repeats only what was asked for by name; values of scopes are given by userinfo.
  const given = Object.keys(values).filter((name) => name !== 'sub' && (use === 'userinfo' || name in claims));
  await deps.releases.note(account.id, String(client.client_id ?? client.clientId), given);
  return values;
}

interface ReleaseDeps {
  accounts: Accounts;
  identities: Identities;
  scopes: Scopes;
  releases: Releases;
}

async function valuesFor(
  { accounts, identities, scopes }: ReleaseDeps,
  { account, client, scope, claims = {} }: ClaimRequest,
): Promise<ClaimValues> {
  const names = new Set([
    ...Object.keys(claims),
    ...scope.split(' ').flatMap((name) => scopes.get(name)?.claims ?? []),
  ]);
  const values: ClaimValues = { ...(await claimValues(accounts, account, names)), sub: account.id };
  if (!names.has(VERIFIED_CLAIMS)) return values;
  // Asked for by scope: of the values that the client sees anyway, those that were checked.
  const asked = verifiedNamesIn(claims);
  const evidence = await identities.evidence(account.id);
  const verified = verifiedClaims(evidence, asked.length > 0 ? new Set(asked) : names, client.refused_methods);
  return verified ? { ...values, [VERIFIED_CLAIMS]: verified } : values;
}

const contactClaims = ['email', 'email_verified', 'phone_number', 'phone_number_verified'];
const documentClaims = ['snils', 'inn', 'id_doc', 'drivers_licence_doc', 'foreign_passport_doc'];

/**
 * Every claim we could make about an account, limited to the names that are needed: contacts and documents are read
 * only when asked for. Absent values are left out (OpenID Connect Core 5.3.2).
 */
export async function claimValues(
  accounts: Accounts,
  account: Account,
  names: ReadonlySet<string>,
  { unproven = false } = {},
): Promise<ClaimValues> {
  const needs = (list: string[]) => list.some((name) => names.has(name));
  const contacts = needs(contactClaims) ? await accounts.contacts(account.id) : [];
  const documents = needs(documentClaims) ? await accounts.documents(account.id) : [];
  const values = { ...profileClaims(account), ...fromContacts(contacts), ...fromDocuments(documents, unproven) };
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== undefined && names.has(name)));
}

function profileClaims({ profile, locale, updatedAt }: Account): ClaimValues {
  return {
    name: fullName(profile),
    family_name: profile.familyName,
    given_name: profile.givenName,
    middle_name: profile.middleName,
    nickname: profile.nickname,
    preferred_username: profile.preferredUsername,
    profile: profile.profileUrl,
    picture: profile.pictureUrl,
    website: profile.websiteUrl,
    gender: profile.gender,
    birthdate: profile.birthdate,
    birthplace: profile.birthplace,
    citizenship: profile.citizenship,
    stay_status: profile.stayStatus,
    profile_type: profile.kind,
    zoneinfo: profile.zoneinfo,
    locale,
    address: profile.address,
    updated_at: Math.floor(updatedAt.getTime() / 1000),
  };
}

function fromContacts(contacts: AccountContact[]): ClaimValues {
  const best = (kind: AccountContact['kind']) =>
    contacts.filter((contact) => contact.kind === kind).sort((a, b) => Number(b.verified) - Number(a.verified))[0];
  const [email, phone] = [best('email'), best('phone')];
  return {
    email: email?.value,
    email_verified: email?.verified,
    phone_number: phone?.value,
    phone_number_verified: phone?.verified,
  };
}

function fromDocuments(documents: AccountDocument[], unproven: boolean): ClaimValues {
  const known = (kind: string) =>
    documents.find((document) => document.kind === kind && (document.verified || unproven));
  const value = (kind: string) => known(kind)?.value;
  const [passport, foreign] = [known('rf_passport'), known('foreign')];
  return {
    snils: value('snils'),
    inn: value('inn'),
    id_doc: passport
      ? inParts('RF_PASSPORT', passport, 4)
      : foreign && { ...foreignIdDoc(foreign.value), ...printed(foreign.details) },
    drivers_licence_doc: inParts('RF_DRIVING_LICENSE', known('driving_licence'), 4),
    foreign_passport_doc: inParts('FRGN_PASS', known('international_passport'), 2),
  };
}

function inParts(type: string, document: AccountDocument | undefined, seriesLength: number) {
  if (!document) return undefined;
  const { value, details } = document;
  return { type, series: value.slice(0, seriesLength), number: value.slice(seriesLength), ...printed(details) };
}

/** What a document says beside its number, as far as it is known. */
function printed({ issuedAt, departmentCode, issuer, expiresAt }: DocumentDetails = {}) {
  const said = { issue_date: issuedAt, issue_id: departmentCode, issued_by: issuer, expiry_date: expiresAt };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}
