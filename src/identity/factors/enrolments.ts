import type { Flows } from '#src/platform/storage/flows.ts';
import type { Attempt, EnrolledKind, Enrolled, FactorVerdict } from '#src/identity/factors/factor.ts';
import type { Factors } from '#src/identity/factors/factors.ts';

interface EnrolmentRecord {
  accountId: string;
  browser: string;
  kind: EnrolledKind;
  /** What was shown, and must come back proven: an authenticator's key, a passkey's challenge. */
  shown: string;
}

const FLOW = 'factor-enrolment';
const SECONDS = 900;

/** From the moment a new key is shown to the proof that the person's device has it. Bound to account and browser. */
export class Enrolments {
  readonly #flows: Flows;
  readonly #factors: Factors;

  constructor({ flows, factors }: { flows: Flows; factors: Factors }) {
    this.#flows = flows;
    this.#factors = factors;
  }

  async begin(kind: EnrolledKind, attempt: Attempt): Promise<{ id: string; shown: string }> {
    const { shown = '' } = await this.#factors.prepare(kind, attempt);
    const { accountId, browser } = attempt;
    const id = await this.#flows.create<EnrolmentRecord>(FLOW, { accountId, browser, kind, shown }, SECONDS);
    return { id, shown };
  }

  /** Undefined: over, or another account's or browser's. */
  async find(id: string, { accountId, browser }: Attempt): Promise<EnrolmentRecord | undefined> {
    const record = (await this.#flows.find<EnrolmentRecord>(FLOW, id))?.record;
    return record?.accountId === accountId && record.browser === browser ? record : undefined;
  }

  /** A right answer uses the enrolment up. */
  async confirm(
    id: string,
    attempt: Attempt,
    answer: string,
  ): Promise<{ verdict: FactorVerdict; enrolled?: Enrolled }> {
    const record = await this.find(id, attempt);
    if (!record) return { verdict: 'expired' };
    const proof = await this.#factors.confirm(record.kind, attempt, answer, record.shown);
    if (proof.verdict === 'right' && !(await this.#flows.take(FLOW, id))) return { verdict: 'expired' };
    return proof;
  }
}
