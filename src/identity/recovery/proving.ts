import { Refusal } from '#src/platform/errors.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { Database } from '#src/platform/storage/database.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Question, SecurityQuestions } from '#src/identity/credentials/security-questions.ts';
import type { Attempt, FactorKind } from '#src/identity/factors/factor.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import type { Notices } from '#src/identity/protection/notices.ts';
import type { Delivery } from '#src/identity/recovery/delivery.ts';
import {
  give,
  isFactorOfItsOwn,
  journey,
  nextStep,
  type Given,
  type StepName,
} from '#src/identity/recovery/journey.ts';
import type { PersonNumber } from '#src/identity/recovery/known-numbers.ts';
import type { RecoveryFlow, RecoveryFlows } from '#src/identity/recovery/recovery-flows.ts';
import type { Whereabouts } from '#src/identity/recovery/whereabouts.ts';

export type RecoveryStep = Exclude<StepName, 'find'> | 'password' | 'elsewhere';

interface ProvingDeps {
  db: Database;
  flows: RecoveryFlows;
  budgets: Budgets;
  whereabouts: Whereabouts;
  delivery: Delivery;
  questions: SecurityQuestions;
  factors: Factors;
  notices: Notices;
  audit: Audit;
  documentTriesPerDay: number;
}

/** The proofs of one journey, one after the other. Which are asked for is written in `journey.ts`. */
export class Proving {
  readonly #deps: ProvingDeps;

  constructor(deps: ProvingDeps) {
    this.#deps = deps;
  }

  async step({ record }: RecoveryFlow, browser: string): Promise<RecoveryStep> {
    if (record.provenBy === undefined) return 'channel';
    if (record.provenBy !== browser) return 'elsewhere';
    await this.#deps.flows.stand(record);
    const next = nextStep(journey, record, await this.#deps.whereabouts.demands(record.accountId!));
    return next === 'find' ? 'channel' : next;
  }

  /** Wrong, used, expired and closed are one answer: what another browser did to the same account must not show here. */
  async giveCode(flow: RecoveryFlow, browser: string, typed: string): Promise<boolean> {
    const { delivery, notices } = this.#deps;
    const { record } = flow;
    if (record.browser !== browser) throw new Refusal('wrong_browser', 403);
    // A code that was on its way before the person chose the letter proves the phone, and not the letter's address.
    if ((await delivery.verifyCode(record, typed)) === 'right' && record.channel === 'phone') {
      await this.#give(flow, { proof: 'channel', browser, by: 'phone' });
      await delivery.answered(record.reach!.value);
      return true;
    }
    const isClosed = await delivery.isClosed(record);
    if (isClosed && record.accountId !== undefined) await notices.recoveryClosed(record.accountId);
    return false;
  }

  /** Undefined: used, replaced by a newer one, or expired. Looking changes nothing. */
  async findByLink(link: string): Promise<RecoveryFlow | undefined> {
    const { delivery, flows } = this.#deps;
    const found = await delivery.flowOf(link);
    const flow = found && (await flows.at(found.flowId));
    if (!found || flow?.record.channel !== 'email') return undefined;
    if (!(await this.#deps.flows.stands(flow.record))) return undefined;
    return (await delivery.isLinkLive(flow.record, found.token)) ? flow : undefined;
  }

  /** Uses the link up, in any browser; there the journey goes on. */
  async giveLink(link: string, browser: string): Promise<RecoveryFlow | undefined> {
    const { db, delivery, flows, whereabouts } = this.#deps;
    const flow = await this.findByLink(link);
    const found = await delivery.flowOf(link);
    if (!flow || !found) return undefined;
    const demands = await whereabouts.demands(flow.record.accountId!);
    const next = give(journey, flow.record, demands, {
      proof: 'channel',
      accountId: flow.record.accountId!,
      browser,
      by: 'email',
    });
    if (!next) return undefined;
    const isUsed = await db.transaction().execute(async (transaction) => {
      if (!(await delivery.useLink(transaction, flow.record, found.token))) return false;
      await flows.replace(flow, { ...flow.record, ...next }, transaction);
      return true;
    });
    if (!isUsed) return undefined;
    await delivery.answered(flow.record.reach!.value);
    return flow;
  }

  /** A document, after the channel. */
  async giveDocument(flow: RecoveryFlow, browser: string, number: PersonNumber): Promise<'right' | 'wrong' | 'closed'> {
    const { budgets, whereabouts } = this.#deps;
    const accountId = await this.#deps.flows.stand(flow.record);
    if (!(await budgets.take(this.#documentTries, accountId))) return 'closed';
    if (!(await whereabouts.has(accountId, number))) return this.#failed(accountId, 'document');
    await this.#give(flow, { proof: 'document', browser });
    await budgets.clear(this.#documentTries, accountId);
    return 'right';
  }

  async question({ record }: RecoveryFlow): Promise<Question | undefined> {
    return this.#deps.questions.find(await this.#deps.flows.stand(record));
  }

  async giveAnswer(flow: RecoveryFlow, browser: string, typed: string): Promise<'right' | 'wrong' | 'closed'> {
    const accountId = await this.#deps.flows.stand(flow.record);
    const verdict = await this.#deps.questions.verify(accountId, typed);
    if (verdict === 'right') await this.#give(flow, { proof: 'answer', browser });
    return verdict === 'wrong' ? this.#failed(accountId, 'answer') : verdict;
  }

  /** What this person may be asked for now: never the phone that got the code. */
  async factorChoices({ record }: RecoveryFlow): Promise<FactorKind[]> {
    const { factors } = this.#deps;
    const accountId = await this.#deps.flows.stand(record);
    const kinds: FactorKind[] = [...new Set((await factors.list(accountId)).map(({ kind }) => kind))];
    const usable = kinds.filter((kind) => isFactorOfItsOwn(kind, record.channel));
    return (await factors.backupCodes.left(accountId)) > 0 ? [...usable, 'backup_code'] : usable;
  }

  /** The caller has the right answer's proof from the factor. */
  async giveFactor(flow: RecoveryFlow, kind: FactorKind, attempt: Attempt, answer: string) {
    const { factors, audit } = this.#deps;
    const accountId = await this.#deps.flows.stand(flow.record);
    if (!(await this.factorChoices(flow)).includes(kind)) throw new Refusal('expired', 409);
    const { verdict, reason } = await factors.verify(kind, attempt, answer);
    if (verdict === 'right') await this.#give(flow, { proof: 'factor', browser: attempt.browser, by: kind });
    else await audit.record(auditEvent.secondFactorFailed(accountId, kind, reason ?? verdict));
    return verdict;
  }

  async #give(flow: RecoveryFlow, given: Omit<Given, 'accountId'>): Promise<void> {
    const accountId = await this.#deps.flows.stand(flow.record);
    const demands = await this.#deps.whereabouts.demands(accountId);
    const next = give(journey, flow.record, demands, { ...given, accountId });
    if (!next) throw new Refusal('expired', 409);
    await this.#deps.flows.replace(flow, { ...flow.record, ...next });
  }

  async #failed(accountId: string, proof: string): Promise<'wrong'> {
    await this.#deps.audit.record(auditEvent.recoveryProofFailed(accountId, proof));
    return 'wrong';
  }

  get #documentTries() {
    return { name: 'recovery-document', limit: this.#deps.documentTriesPerDay, windowSeconds: 86_400 };
  }
}
