import { isUniqueViolation } from '#src/platform/storage/database.ts';
import type { ApprovalRefusal, WaitingApproval } from '#src/identity/approvals/approval.ts';
import type { Approvals } from '#src/identity/approvals/approvals.ts';
import type { RoleRefusal } from '#src/identity/operators/operator.ts';
import type { Operators, WantedRole } from '#src/identity/operators/operators.ts';

const ACT = 'give_role';

/** Giving a role takes two administrators: one asks, another person approves (A2). */
export class RoleRequests {
  readonly #operators: Operators;
  readonly #approvals: Approvals;

  constructor({ operators, approvals }: { operators: Operators; approvals: Approvals }) {
    this.#operators = operators;
    this.#approvals = approvals;
  }

  async ask(wanted: WantedRole, by: string): Promise<RoleRefusal | undefined> {
    const refusal = await this.#operators.refusalOf(wanted);
    if (!refusal) await this.#approvals.request({ act: ACT, payload: wanted, by });
    return refusal;
  }

  async waiting(): Promise<WaitingApproval<WantedRole>[]> {
    return this.#approvals.waiting<WantedRole>(ACT);
  }

  /** @param payloadHash of what the second administrator saw. */
  async approve(id: string, payloadHash: string, by: string): Promise<RoleRefusal | ApprovalRefusal | undefined> {
    const seen = (await this.waiting()).find((one) => one.id === id);
    if (!seen) return 'over';
    const refusal = await this.#operators.refusalOf(seen.payload);
    if (refusal) return refusal;
    return this.#approvals
      .approve<WantedRole>({ id, act: ACT, by, payloadHash }, async (transaction, wanted, requestedBy) => {
        for (const accountId of [requestedBy, by])
          if (!(await this.#operators.holds(transaction, { accountId, role: 'administrator' }))) throw new NotAllowed();
        await this.#operators.give(transaction, wanted, by);
      })
      .catch((error: unknown) => {
        if (error instanceof NotAllowed) return 'over';
        if (isUniqueViolation(error, 'operator_roles_live_key')) return 'has_role';
        throw error;
      });
  }

  async refuse(id: string, by: string): Promise<ApprovalRefusal | undefined> {
    return this.#approvals.refuse({ id, act: ACT, by });
  }
}

/** One of the two is no administrator any more; nothing is done. */
class NotAllowed extends Error {}
