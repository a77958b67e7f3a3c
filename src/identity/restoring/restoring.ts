import type { Config } from '#src/platform/config/config.ts';
import type { Database } from '#src/platform/storage/database.ts';
import type { Flow, Flows } from '#src/platform/storage/flows.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import type { Approvals } from '#src/identity/approvals/approvals.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { CodeVerdict } from '#src/identity/codes/codes.ts';
import type { ClerkAtWork } from '#src/identity/visits/visit.ts';
import type { Visits } from '#src/identity/visits/visits.ts';
import type { Activations } from '#src/identity/restoring/activations.ts';
import type { DeskProof, DeskRefusal } from '#src/identity/restoring/desk-proof.ts';
import { ACT, type RestorePayload } from '#src/identity/restoring/restore-requests.ts';
import type { Terms, Wish } from '#src/identity/restoring/restoration.ts';

const KIND = 'restoring';

interface Proposal extends Wish {
  visitId: string;
  accountId: string;
  operator: string;
  browser: string;
}

interface RestoringDeps {
  db: Database;
  flows: Flows;
  identities: Identities;
  visits: Visits;
  proof: DeskProof;
  approvals: Approvals;
  activations: Activations;
  audit: Audit;
  settings: Config['operators'];
}

/** An account is given back at a service centre (P19). The clerk learns no password and sets none. */
export class Restoring {
  readonly #deps: RestoringDeps;

  constructor(deps: RestoringDeps) {
    this.#deps = deps;
  }

  /** A code goes to the new contact; the person, at the desk, reads it out. */
  async propose(
    clerk: ClerkAtWork,
    visit: { id: string; accountId: string },
    wish: Wish,
    at: { browser: string; address: string },
  ): Promise<{ flowId: string } | DeskRefusal> {
    const { flows, proof, identities, db, settings } = this.#deps;
    const refused = await proof.mayAsk(wish.contact, at.address);
    if (refused) return refused;
    const flowId = await db.transaction().execute(async (transaction) => {
      const language = (await identities.hold(transaction, visit.accountId))?.locale ?? 'ru';
      await proof.send(transaction, { subject: visit.id, contact: wish.contact, browser: at.browser, language });
      const own = { visitId: visit.id, accountId: visit.accountId, operator: clerk.accountId, browser: at.browser };
      return flows.create<Proposal>(KIND, { ...wish, ...own }, settings.visitMinutes * 60, transaction);
    });
    proof.wake();
    return { flowId };
  }

  /** Undefined: over, or another clerk's, visit's or browser's. */
  async find(
    clerk: ClerkAtWork,
    visitId: string,
    flowId: string,
    browser: string,
  ): Promise<Flow<Proposal> | undefined> {
    const flow = await this.#deps.flows.find<Proposal>(KIND, flowId);
    const { record } = flow ?? {};
    const isOwn = record?.operator === clerk.accountId && record.visitId === visitId && record.browser === browser;
    return isOwn ? flow : undefined;
  }

  /** The right code ends the visit: an activation goes out, or a second clerk is asked. */
  async prove(
    clerk: ClerkAtWork,
    flow: Flow<Proposal>,
    typed: string,
  ): Promise<Exclude<CodeVerdict, 'right'> | 'asked' | 'sent' | 'over'> {
    const { proof, activations } = this.#deps;
    const { visitId: subject, contact, browser } = flow.record;
    const verdict = await proof.verify({ subject, contact, browser }, typed);
    if (verdict !== 'right') return verdict;
    const done = await this.#carryOut(clerk, flow);
    activations.wake();
    return done;
  }

  /** A tier that was reached counts, also while a changed name has put it in doubt. */
  async #carryOut(clerk: ClerkAtWork, flow: Flow<Proposal>): Promise<'asked' | 'sent' | 'over'> {
    const { db, flows, identities, visits, activations } = this.#deps;
    return db.transaction().execute(async (transaction) => {
      const { accountId, visitId, contact, reason, lost } = flow.record;
      const held = await identities.hold(transaction, accountId);
      if (held?.status !== 'active' || !(await flows.take(KIND, flow.id, transaction))) return 'over';
      const evidence = await identities.evidence(accountId, transaction);
      const isAsked = tierFrom(evidence.map(({ method }) => method)) === 'confirmed';
      const outcome = isAsked ? 'restoration_asked' : 'restoration_sent';
      const visit = await visits.endRestoring(transaction, clerk, { id: visitId, held, outcome });
      if (!visit) return 'over';
      const terms = { contact, reason, lost, papers: visit.papers, office: clerk.office, operator: clerk.accountId };
      const id = await activations.begin(transaction, held, terms);
      if (isAsked) await this.#ask(transaction, { id, accountId, terms, snapshot: held.fullSnapshot.toString('hex') });
      else await activations.send(transaction, { id, held, terms });
      return isAsked ? 'asked' : 'sent';
    });
  }

  async #ask(
    transaction: Parameters<Activations['begin']>[0],
    payload: RestorePayload & { terms: Terms },
  ): Promise<void> {
    const { approvals, audit } = this.#deps;
    const { operator, office, reason } = payload.terms;
    await approvals.request({ act: ACT, payload, by: operator }, transaction);
    const look = { operator, by: 'clerk', office, purpose: 'restore' };
    await audit.record(auditEvent.restorationAsked(payload.accountId, reason, look), transaction);
  }
}
