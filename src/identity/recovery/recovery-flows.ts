import { Refusal } from '#src/platform/errors.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { Flow, Flows } from '#src/platform/storage/flows.ts';
import type { Contact } from '#src/identity/accounts/contact.ts';
import type { Progress } from '#src/identity/recovery/journey.ts';
import type { Named, Whereabouts } from '#src/identity/recovery/whereabouts.ts';

export interface RecoveryRecord extends Progress {
  /** Of the account's sign-ins when this began: a newer password ends it. */
  generation?: number;
  /** Where the code or link went. */
  reach: Contact | undefined;
  named: Named;
  /** Codes and limits are counted for it. */
  subject: string;
  language: Language;
  sentAt: string;
  /** A second number of the same person was given: only then contacts are shown, and masked (P11). */
  isMatched?: boolean;
  interaction?: string;
  clientName?: string;
}

export type RecoveryFlow = Flow<RecoveryRecord>;

const RECOVERY = 'recovery';
const SECONDS = 3600;

/** Journeys under way: each bound to a browser, to an account as it was, and to the contact that was written to. */
export class RecoveryFlows {
  readonly #flows: Flows;
  readonly #whereabouts: Whereabouts;

  constructor({ flows, whereabouts }: { flows: Flows; whereabouts: Whereabouts }) {
    this.#flows = flows;
    this.#whereabouts = whereabouts;
  }

  async create(connection: Connection, record: RecoveryRecord): Promise<string> {
    return this.#flows.create(RECOVERY, record, SECONDS, connection);
  }

  async at(id: string): Promise<RecoveryFlow | undefined> {
    return this.#flows.find<RecoveryRecord>(RECOVERY, id);
  }

  /** @throws Refusal when it is over, or neither this browser began it nor proved its channel. */
  async find(id: string, browser: string): Promise<RecoveryFlow> {
    const flow = await this.at(id);
    if (!flow) throw new Refusal('expired', 404);
    const { browser: began, provenBy } = flow.record;
    if (browser !== began && browser !== provenBy) throw new Refusal('wrong_browser', 403);
    return flow;
  }

  /** @throws Refusal when another tab was faster. */
  async replace(flow: RecoveryFlow, record: RecoveryRecord, connection?: Connection): Promise<void> {
    if (!(await this.claim(flow, record, connection))) throw new Refusal('expired', 409);
  }

  /** False: another tab was faster. */
  async claim(flow: RecoveryFlow, record: RecoveryRecord, connection?: Connection): Promise<boolean> {
    return this.#flows.replace(flow, record, connection);
  }

  /** To one caller only. */
  async take(connection: Connection, id: string): Promise<RecoveryRecord | undefined> {
    return this.#flows.take<RecoveryRecord>(RECOVERY, id, connection);
  }

  /** @throws Refusal `expired` when the password or the contact changed meanwhile: then everything begins anew. */
  async stand(record: RecoveryRecord): Promise<string> {
    if (!(await this.stands(record))) throw new Refusal('expired', 410);
    return record.accountId!;
  }

  async stands({ accountId, generation, reach }: RecoveryRecord): Promise<boolean> {
    if (accountId === undefined) return false;
    const found = await this.#whereabouts.standing(accountId);
    const isTheirs = found?.reachable.some(({ kind, value }) => kind === reach?.kind && value === reach.value);
    return isTheirs === true && found!.account.generation === generation;
  }
}
