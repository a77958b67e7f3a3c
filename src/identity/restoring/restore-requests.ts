import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import { areSamePerson } from '#src/identity/accounts/same-person.ts';
import type { ApprovalRefusal, WaitingApproval } from '#src/identity/approvals/approval.ts';
import type { Approvals } from '#src/identity/approvals/approvals.ts';
import type { Operators } from '#src/identity/operators/operators.ts';
import type { ClerkAtWork } from '#src/identity/visits/visit.ts';
import type { Activations } from '#src/identity/restoring/activations.ts';
import type { Terms } from '#src/identity/restoring/restoration.ts';

export const ACT = 'restore_account';

export interface RestorePayload {
  id: string;
  accountId: string;
  terms: Terms;
  /** Of the data that the first clerk compared. */
  snapshot: string;
}

interface RestoreRequestsDeps {
  approvals: Approvals;
  operators: Operators;
  accounts: Accounts;
  identities: Identities;
  activations: Activations;
}

/** A confirmed account is given back by two clerks of one office: both can see the person and the papers (E8, K2). */
export class RestoreRequests {
  readonly #deps: RestoreRequestsDeps;

  constructor(deps: RestoreRequestsDeps) {
    this.#deps = deps;
  }

  async waiting({ office }: ClerkAtWork): Promise<WaitingApproval<RestorePayload>[]> {
    const all = await this.#deps.approvals.waiting<RestorePayload>(ACT);
    return all.filter(({ payload }) => payload.terms.office === office);
  }

  /** `over` also when an old contact stopped it, or the account is not what it was. */
  async approve(
    clerk: ClerkAtWork,
    id: string,
    payloadHash: string,
  ): Promise<ApprovalRefusal | 'own_record' | undefined> {
    const seen = (await this.waiting(clerk)).find((one) => one.id === id);
    if (!seen) return 'over';
    if (await this.#isOwn(clerk, seen.payload.accountId)) return 'own_record';
    const decision = { id, act: ACT, by: clerk.accountId, payloadHash };
    const refusal = await this.#deps.approvals
      .approve<RestorePayload>(decision, (transaction, payload) => this.#carryOut(transaction, clerk, payload))
      .catch((error: unknown) => {
        if (error instanceof NotAllowed) return 'over' as const;
        throw error;
      });
    if (!refusal) this.#deps.activations.wake();
    return refusal;
  }

  async refuse(clerk: ClerkAtWork, id: string): Promise<ApprovalRefusal | undefined> {
    const isHere = (await this.waiting(clerk)).some((one) => one.id === id);
    return isHere ? this.#deps.approvals.refuse({ id, act: ACT, by: clerk.accountId }) : 'over';
  }

  async #carryOut(
    transaction: Parameters<Activations['send']>[0],
    clerk: ClerkAtWork,
    { id, accountId, terms, snapshot }: RestorePayload,
  ): Promise<void> {
    const { identities, operators, activations } = this.#deps;
    const held = await identities.hold(transaction, accountId);
    if (held?.status !== 'active' || held.fullSnapshot.toString('hex') !== snapshot) throw new NotAllowed();
    for (const who of [terms.operator, clerk.accountId])
      if (!(await operators.holds(transaction, { accountId: who, role: 'clerk', office: terms.office })))
        throw new NotAllowed();
    if (!(await activations.send(transaction, { id, held, terms, second: clerk.accountId }))) throw new NotAllowed();
  }

  async #isOwn({ accountId }: ClerkAtWork, restored: string): Promise<boolean> {
    const { accounts } = this.#deps;
    const [own, other] = await Promise.all([accounts.find(accountId), accounts.find(restored)]);
    if (!own || !other) return true;
    return areSamePerson({ accountId, profile: own.profile }, { accountId: restored, profile: other.profile });
  }
}

/** Nothing is done. */
class NotAllowed extends Error {}
