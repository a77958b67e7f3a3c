import type { Config } from '#src/platform/config/config.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import { isUniqueViolation, type Connection, type Database } from '#src/platform/storage/database.ts';
import type { Flow, Flows } from '#src/platform/storage/flows.ts';
import type { Profile } from '#src/identity/accounts/account.ts';
import type { Accounts, Agreement } from '#src/identity/accounts/accounts.ts';
import type { Contact } from '#src/identity/accounts/contact.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import type { IdentityDocument } from '#src/identity/accounts/identity.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { CodeVerdict } from '#src/identity/codes/codes.ts';
import type { Looks } from '#src/identity/operators/looks.ts';
import type { Activations } from '#src/identity/restoring/activations.ts';
import type { DeskProof, DeskRefusal } from '#src/identity/restoring/desk-proof.ts';
import type { Checks } from '#src/identity/verification/checks.ts';
import type { ClerkAtWork } from '#src/identity/visits/visit.ts';
import type { Visits } from '#src/identity/visits/visits.ts';

const KIND = 'creating';

/** As the papers on the desk say, and where the person answers. */
export interface Newcomer {
  profile: Profile;
  documents: IdentityDocument[];
  contact: Contact;
}

interface Draft extends Newcomer {
  operator: string;
  browser: string;
  language: Language;
}

interface CreatingDeps {
  db: Database;
  flows: Flows;
  accounts: Accounts;
  identities: Identities;
  checks: Checks;
  visits: Visits;
  looks: Looks;
  proof: DeskProof;
  activations: Activations;
  audit: Audit;
  agreement: Agreement;
  settings: Config['operators'];
}

/** An account for a person who stands at the desk with papers (P19, P21). Whose papers are known gets that account back instead. */
export class Creating {
  readonly #deps: CreatingDeps;

  constructor(deps: CreatingDeps) {
    this.#deps = deps;
  }

  /** Asking whether somebody has an account is a search, and counted as one. */
  async propose(
    clerk: ClerkAtWork,
    newcomer: Newcomer,
    at: { browser: string; address: string; language: Language },
  ): Promise<{ flowId: string } | DeskRefusal | 'person_known' | 'visit_too_many'> {
    const { db, looks, proof, flows, settings } = this.#deps;
    const known = await db.transaction().execute(async (transaction) => {
      if (!(await looks.maySearch(transaction, clerk.accountId))) return 'visit_too_many' as const;
      return (await this.#isKnown(transaction, newcomer.documents)) ? ('person_known' as const) : undefined;
    });
    if (known) return known;
    const refused = await proof.mayAsk(newcomer.contact, at.address);
    if (refused) return refused;
    const { browser, language } = at;
    const flowId = await db.transaction().execute(async (transaction) => {
      await proof.send(transaction, { subject: clerk.accountId, contact: newcomer.contact, browser, language });
      const draft: Draft = { ...newcomer, operator: clerk.accountId, browser, language };
      return flows.create(KIND, draft, settings.visitMinutes * 60, transaction);
    });
    proof.wake();
    return { flowId };
  }

  async find(clerk: ClerkAtWork, flowId: string, browser: string): Promise<Flow<Draft> | undefined> {
    const flow = await this.#deps.flows.find<Draft>(KIND, flowId);
    return flow?.record.operator === clerk.accountId && flow.record.browser === browser ? flow : undefined;
  }

  /** The right code makes the account; the registry is asked like for everybody. Only then a taken contact is said to be so. */
  async prove(
    clerk: ClerkAtWork,
    flow: Flow<Draft>,
    typed: string,
  ): Promise<Exclude<CodeVerdict, 'right'> | 'created' | 'over' | 'person_known' | 'contact_known'> {
    const { proof, checks, activations } = this.#deps;
    const { contact, browser, profile, documents, language } = flow.record;
    const verdict = await proof.verify({ subject: clerk.accountId, contact, browser }, typed);
    if (verdict !== 'right') return verdict;
    const created = await this.#create(clerk, flow).catch((error: unknown) => {
      if (isUniqueViolation(error, 'contacts_verified_key')) return 'contact_known' as const;
      throw error;
    });
    if (typeof created === 'string') return created;
    await checks.submit(created.accountId, () => ({ profile, documents }), { language });
    activations.wake();
    return 'created';
  }

  async #create(
    clerk: ClerkAtWork,
    flow: Flow<Draft>,
  ): Promise<{ accountId: string } | 'over' | 'person_known' | 'contact_known'> {
    const { db, flows, accounts, identities, visits, activations, audit, agreement } = this.#deps;
    const { profile, documents, contact, language } = flow.record;
    return db.transaction().execute(async (transaction) => {
      if (!(await flows.take(KIND, flow.id, transaction))) return 'over';
      if (await accounts.findIdByContact(contact, transaction)) return 'contact_known';
      if (await this.#isKnown(transaction, documents)) return 'person_known';
      const person = { profile, locale: language, verified: [contact], unverified: [], agreement };
      const accountId = await accounts.create(transaction, person);
      const empty = (await identities.hold(transaction, accountId))!;
      const held = await identities.replace(transaction, empty, { profile, documents });
      const papers = documents.map(({ kind }) => kind);
      if (!(await visits.noteSeen(transaction, clerk, { held, papers }))) throw new NotAtWork();
      const { office, accountId: operator } = clerk;
      await audit.record(auditEvent.createdInPerson(accountId, contact.kind, { office, operator }), transaction);
      const terms = { contact, reason: 'new', lost: [], papers, office, operator } as const;
      const id = await activations.begin(transaction, held, { ...terms, lost: [] });
      await activations.send(transaction, { id, held, terms: { ...terms, lost: [] } });
      return { accountId };
    });
  }

  /** Papers that somebody merely typed stand in nobody's way. */
  async #isKnown(connection: Connection, documents: IdentityDocument[]): Promise<boolean> {
    for (const document of documents)
      if (await this.#deps.identities.findIdByDocument(document, connection)) return true;
    return false;
  }
}

/** The clerk's role ended meanwhile; nothing is done. */
class NotAtWork extends Error {}
