import type { Database } from '#src/platform/storage/database.ts';
import type { Flows } from '#src/platform/storage/flows.ts';
import type { Account, AccountContact } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Contact } from '#src/identity/accounts/contact.ts';
import { areSamePerson } from '#src/identity/accounts/same-person.ts';
import type { Audit, PastEvent } from '#src/identity/audit/audit.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import type { Looks } from '#src/identity/operators/looks.ts';

const KIND = 'console-timeline';
const MINUTES = 30;
const EVENTS = 100;

export const timelinePurposes = ['access', 'complaint'] as const;

export type TimelineRefusal = 'nobody' | 'own_record' | 'too_many';

interface Opened {
  accountId: string;
  operator: string;
}

export interface Timeline {
  account: Account;
  contacts: AccountContact[];
  factors: string[];
  events: PastEvent[];
}

interface TimelinesDeps {
  db: Database;
  flows: Flows;
  accounts: Accounts;
  factors: Factors;
  looks: Looks;
  audit: Audit;
}

/** What happened to an account, for whoever has to explain it to its owner (S2). Opening one is a look, counted and told. */
export class Timelines {
  readonly #deps: TimelinesDeps;

  constructor(deps: TimelinesDeps) {
    this.#deps = deps;
  }

  async open(
    operator: string,
    contact: Contact,
    purpose: (typeof timelinePurposes)[number],
  ): Promise<{ id: string } | TimelineRefusal> {
    const { db, accounts, looks, flows } = this.#deps;
    const accountId = await db.transaction().execute(async (transaction) => {
      if (!(await looks.maySearch(transaction, operator))) return 'too_many' as const;
      return accounts.findIdByContact(contact, transaction);
    });
    if (accountId === 'too_many') return accountId;
    const [own, account] = await Promise.all([accounts.find(operator), accountId && accounts.find(accountId)]);
    if (!own || !account || account.status === 'deleted') return 'nobody';
    const isOwn = areSamePerson({ accountId: operator, profile: own.profile }, { ...account, accountId: account.id });
    if (isOwn) return 'own_record';
    return db.transaction().execute(async (transaction): Promise<{ id: string } | TimelineRefusal> => {
      const look = { operator, by: 'support', purpose };
      if (!(await looks.open(transaction, account.id, look))) return 'too_many';
      const opened: Opened = { accountId: account.id, operator };
      return { id: await flows.create(KIND, opened, MINUTES * 60, transaction) };
    });
  }

  /** Undefined: over, or somebody else opened it. */
  async find(operator: string, id: string): Promise<Timeline | undefined> {
    const { flows, accounts, factors, audit } = this.#deps;
    const flow = await flows.find<Opened>(KIND, id);
    const account = flow?.record.operator === operator ? await accounts.find(flow.record.accountId) : undefined;
    if (!account) return undefined;
    return {
      account,
      contacts: await accounts.contacts(account.id),
      factors: (await factors.list(account.id)).map(({ kind }) => kind),
      events: await audit.history(account.id, EVENTS),
    };
  }
}
