import type { Connection } from '#src/platform/storage/database.ts';
import type { Account, AccountContact } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Contact, ContactKind } from '#src/identity/accounts/contact.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import type { SecurityQuestions } from '#src/identity/credentials/security-questions.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import type { Demands } from '#src/identity/recovery/journey.ts';
import type { PersonNumber } from '#src/identity/recovery/known-numbers.ts';

/** By what a person says who they are. */
export type Named = { contact: Contact } | { number: PersonNumber };

/** An account that may be recovered, and where its owner can be reached. */
export interface Found {
  account: Account;
  reachable: Contact[];
}

/** Nobody's: for an unknown login the same questions are asked of the database as for a known one. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

interface WhereaboutsDeps {
  accounts: Accounts;
  identities: Identities;
  questions: SecurityQuestions;
  factors: Factors;
}

/** Who is meant, where they are reached, and what they must show. */
export class Whereabouts {
  readonly #deps: WhereaboutsDeps;

  constructor(deps: WhereaboutsDeps) {
    this.#deps = deps;
  }

  /** Undefined for every other outcome: unknown, unproven, blocked, deleted. */
  async find(named: Named): Promise<Found | undefined> {
    return this.standing((await this.#idOf(named)) ?? NOBODY);
  }

  async standing(accountId = NOBODY): Promise<Found | undefined> {
    const { accounts } = this.#deps;
    const account = await accounts.find(accountId);
    const contacts = await accounts.contacts(accountId);
    return account?.status === 'active' ? { account, reachable: proven(contacts) } : undefined;
  }

  /** Inside the transaction that acts on it. */
  async isReachable(accountId: string, reach: Contact, connection: Connection): Promise<boolean> {
    return proven(await this.#deps.accounts.contacts(accountId, connection)).some((one) => isSame(one, reach));
  }

  /** A tier that was reached counts even when a new name has put it in doubt. */
  async demands(accountId: string, connection?: Connection): Promise<Demands> {
    const { identities, questions, factors } = this.#deps;
    const evidence = await identities.evidence(accountId, connection);
    return {
      tier: tierFrom(evidence.map(({ method }) => method)),
      hasQuestion: (await questions.find(accountId, connection)) !== undefined,
      hasFactor: (await factors.list(accountId, connection)).length > 0,
    };
  }

  /** Whether the number is of a proven document of this very account; asked of the database for nobody, too. */
  async has(accountId: string | undefined, { kind, value }: PersonNumber): Promise<boolean> {
    const documents = await this.#deps.identities.documents(accountId ?? NOBODY);
    const owner = await this.#ownerOf({ kind, value });
    // By its length alone the number of a driving licence looks like a passport's.
    const kinds = kind === 'rf_passport' ? [kind, 'driving_licence'] : [kind];
    const isProven = documents.some((one) => one.verified && kinds.includes(one.kind) && one.value === value);
    return accountId !== undefined && (isProven || owner === accountId);
  }

  async #idOf(named: Named): Promise<string | undefined> {
    return 'contact' in named ? this.#deps.accounts.findIdByContact(named.contact) : this.#ownerOf(named.number);
  }

  async #ownerOf({ kind, value }: PersonNumber): Promise<string | undefined> {
    const { accounts, identities } = this.#deps;
    return kind === 'foreign' ? accounts.findIdByForeignLogin(value) : identities.findIdByDocument({ kind, value });
  }
}

/** A phone first: it is quicker. */
export function pick(reachable: Contact[], wanted?: ContactKind): Contact | undefined {
  if (wanted) return reachable.find(({ kind }) => kind === wanted);
  return reachable.find(({ kind }) => kind === 'phone') ?? reachable[0];
}

function proven(contacts: AccountContact[]): Contact[] {
  return contacts.filter(({ verified }) => verified).map(({ kind, value }) => ({ kind, value }));
}

function isSame(one: Contact, other: Contact): boolean {
  return one.kind === other.kind && one.value === other.value;
}
