import type { Account } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Releases } from '#src/identity/consents/releases.ts';
import type { Dialect } from '#src/protocols/oidc/dialect.ts';
import { organisationOf, parseScopes, type ScopeItem } from '#src/protocols/esia/esia-scopes.ts';
import { markerId, type Markers } from '#src/protocols/esia/markers.ts';
import { addressResources } from '#src/protocols/esia/resources/addresses.ts';
import { collection, type Resource } from '#src/protocols/esia/resources/collection.ts';
import { contactResources } from '#src/protocols/esia/resources/contacts.ts';
import { documentResources, documentScopes } from '#src/protocols/esia/resources/documents.ts';
import { parseEmbed, type Embeddable, type Embedding } from '#src/protocols/esia/resources/embedding.ts';
import { givenByElements, givenByPerson } from '#src/protocols/esia/resources/given.ts';
import { personResource } from '#src/protocols/esia/resources/person.ts';
import { ResourceError } from '#src/protocols/esia/resources/resource-error.ts';

interface ResourcesDeps {
  accounts: Accounts;
  dialect: Dialect;
  markers: Markers;
  releases: Releases;
  /** Addresses in answers begin with it; it is where clients reach us. */
  issuer: string;
  now(): Date;
}

/** Who shows a marker, and what it opens. */
export interface Visitor {
  clientId: string;
  accountId: string | undefined;
  scopes: ScopeItem[];
}

/** `/rs`: what a marker's scopes let its bearer see. */
export class Resources {
  readonly #deps: ResourcesDeps;

  constructor(deps: ResourcesDeps) {
    this.#deps = deps;
  }

  /** Found by the marker as a whole, so a forged or altered one is simply not there. */
  async visitor(marker: string): Promise<Visitor> {
    const { dialect, markers, now } = this.#deps;
    const id = markerId(marker);
    const ofPerson = await dialect.findAccessToken(id);
    const token = ofPerson ?? (await dialect.findClientToken(id));
    if (token) return { clientId: token.clientId, accountId: ofPerson?.accountId, scopes: parseScopes(token.scope) };
    const claims = markers.read(marker, 'access');
    if (!claims) throw new ResourceError('invalid', 'the marker is not one of ours');
    if (Number(claims.exp) * 1000 <= now().getTime()) throw new ResourceError('expired', 'the marker is expired');
    throw new ResourceError('invalid', 'the person signed out, took the consent back, or the marker was revoked');
  }

  async answer(visitor: Visitor, segments: string[], embed: string): Promise<unknown> {
    const [root, owner = '', ...rest] = segments;
    if (root === 'prns') return this.#person(visitor, { owner, rest, embedding: parseEmbed(embed) });
    if (root === 'orgs') return this.#organisation(visitor, owner);
    throw new ResourceError('absent', `no such resource: ${segments.join('/').slice(0, 100)}`);
  }

  async #person(
    visitor: Visitor,
    { owner, rest, embedding }: { owner: string; rest: string[]; embedding: Embedding },
  ): Promise<unknown> {
    const account = visitor.accountId === undefined ? undefined : await this.#deps.accounts.find(visitor.accountId);
    if (account?.status !== 'active')
      throw new ResourceError('scope', "the marker is a system's own and opens no person");
    if (!(await this.#deps.dialect.isStillEnough(account, visitor.clientId)))
      throw new ResourceError('invalid', 'the account is below the tier that the system asks for');
    if (owner !== String(account.oid))
      throw new ResourceError('scope', 'the marker is of another person than the address');
    const names = new Set(visitor.scopes.map(({ name }) => name));
    const [part, id, ...deeper] = rest;
    if (part === undefined) return this.#whole(visitor, account, embedding);
    const member = members.find(({ path }) => path === part);
    if (!member || deeper.length > 0) throw new ResourceError('absent', `a person has no part ${part.slice(0, 40)}`);
    if (!isOpen(member, names))
      throw new ResourceError('scope', `/${part} needs one of the scopes ${member.scopes.join(', ')}`);
    const elements = await this.#elements(member.name, account, names);
    const form = {
      url: this.#urlOf(account, member.path),
      isEmbedded: embedding.elements || member.isAlwaysWhole === true,
    };
    const shown = id === undefined ? elements : elements.filter((element) => String(element.id) === id);
    const [one] = shown;
    if (id !== undefined && !one) throw new ResourceError('absent', `no such element of /${part}`);
    if (id !== undefined || form.isEmbedded)
      await this.#deps.releases.note(account.id, visitor.clientId, givenByElements(member.name, shown));
    return id === undefined ? collection(elements, form) : one;
  }

  async #whole(visitor: Visitor, account: Account, { members: wanted }: Embedding): Promise<unknown> {
    const names = new Set(visitor.scopes.map(({ name }) => name));
    const documents = await this.#deps.accounts.documents(account.id);
    const person: Record<string, unknown> = personResource(account, documents, names);
    const given = givenByPerson(person);
    for (const member of members.filter(({ name }) => (wanted as string[]).includes(name))) {
      if (!isOpen(member, names)) continue;
      const elements = await this.#elements(member.name, account, names);
      person[member.name] = collection(elements, { url: this.#urlOf(account, member.path), isEmbedded: true });
      given.push(...givenByElements(member.name, elements));
    }
    await this.#deps.releases.note(account.id, visitor.clientId, given);
    return person;
  }

  async #elements(member: Member['name'], account: Account, names: ReadonlySet<string>): Promise<Resource[]> {
    const { accounts } = this.#deps;
    if (member === 'contacts') return contactResources(account, await accounts.contacts(account.id), names);
    if (member === 'documents') return documentResources(account, await accounts.documents(account.id), names);
    return member === 'addresses' ? addressResources(account, names) : [];
  }

  #organisation({ scopes }: Visitor, oid: string): never {
    if (!scopes.some((item) => item.name.startsWith('org_') && organisationOf(item) === oid))
      throw new ResourceError('scope', `no org_ scope with org_oid=${oid.slice(0, 20)}`);
    throw new ResourceError('absent', 'no such organisation');
  }

  #urlOf({ oid }: Account, path: string): string {
    return `${this.#deps.issuer}/rs/prns/${oid}/${path}`;
  }
}

interface Member {
  path: string;
  name: Embeddable | 'roles';
  scopes: string[];
  isAlwaysWhole?: true;
}

/** Parts of a person by their path and by their name in `embed`. Those without data are empty, not absent. */
const members: Member[] = [
  { path: 'ctts', name: 'contacts', scopes: ['contacts', 'email', 'mobile', 'phone', 'usr_inf'] },
  { path: 'addrs', name: 'addresses', scopes: ['addresses', 'contacts', 'address', 'usr_inf'] },
  { path: 'docs', name: 'documents', scopes: documentScopes },
  { path: 'vhls', name: 'vehicles', scopes: ['vehicles', 'usr_inf'] },
  { path: 'orgs', name: 'organizations', scopes: ['usr_org', 'usr_inf'] },
  { path: 'roles', name: 'roles', scopes: ['usr_org', 'usr_inf'], isAlwaysWhole: true },
  {
    path: 'kids',
    name: 'kids',
    scopes: ['kid_fullname', 'kid_birthdate', 'kid_snils', 'kid_inn', 'kid_birth_cert_doc', 'usr_inf'],
  },
];

function isOpen({ scopes }: Member, names: ReadonlySet<string>): boolean {
  return scopes.some((scope) => names.has(scope));
}
