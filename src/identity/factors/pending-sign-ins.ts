import type { Flows } from '#src/platform/storage/flows.ts';

/** Who gave the right password, in which request of which browser. It opens nothing but the page of the second factor. */
export interface PendingSignIn {
  accountId: string;
  interaction: string;
  browser: string;
  /** How the first factor was passed. */
  amr: string[];
  /** Of the account's sign-ins, when it was passed. */
  generation: number;
}

const FLOW = 'pending-sign-in';

/** Between password and second factor there is no session, only this note (minutes). */
export class PendingSignIns {
  readonly #flows: Flows;
  readonly #seconds: number;

  constructor({ flows, minutes }: { flows: Flows; minutes: number }) {
    this.#flows = flows;
    this.#seconds = minutes * 60;
  }

  async begin(pending: PendingSignIn): Promise<string> {
    return this.#flows.create(FLOW, pending, this.#seconds);
  }

  /** Undefined: over, or it belongs to another request or browser. */
  async find(id: string, at: Pick<PendingSignIn, 'interaction' | 'browser'>): Promise<PendingSignIn | undefined> {
    const record = (await this.#flows.find<PendingSignIn>(FLOW, id))?.record;
    return record?.interaction === at.interaction && record.browser === at.browser ? record : undefined;
  }

  /** True for exactly one caller. */
  async finish(id: string): Promise<boolean> {
    return (await this.#flows.take(FLOW, id)) !== undefined;
  }
}
