import { Refusal } from '#src/platform/errors.ts';
import type { Flow, Flows } from '#src/platform/storage/flows.ts';
import type { ForeignPassport } from '#src/identity/verification/foreign-passport.ts';

interface DraftRecord {
  browser: string;
  /** The client's request the person came from. */
  interaction?: string;
  clientName?: string;
  /** Absent: not asked yet; null: has none. */
  snils?: string | null;
  passport?: ForeignPassport;
}

export type ForeignDraft = Flow<DraftRecord>;
export type DraftStep = 'snils' | 'passport' | 'email';

const KIND = 'foreign-registration';
const SECONDS = 24 * 3600;

/** What a foreign citizen has said so far, before any account or message. It belongs to one browser. */
export class ForeignDrafts {
  readonly #flows: Flows;

  constructor({ flows }: { flows: Flows }) {
    this.#flows = flows;
  }

  async begin(origin: Pick<DraftRecord, 'browser' | 'interaction' | 'clientName'>): Promise<string> {
    return this.#flows.create<DraftRecord>(KIND, origin, SECONDS);
  }

  /** @throws Refusal when it is over, or another browser's. */
  async find(id: string, browser: string): Promise<ForeignDraft> {
    const draft = await this.#flows.find<DraftRecord>(KIND, id);
    if (!draft) throw new Refusal('expired', 404);
    if (draft.record.browser !== browser) throw new Refusal('wrong_browser', 403);
    return draft;
  }

  /** The first step that is not done. */
  step({ record: { snils, passport } }: ForeignDraft): DraftStep {
    if (snils === undefined) return 'snils';
    return passport ? 'email' : 'passport';
  }

  async say(draft: ForeignDraft, said: Pick<DraftRecord, 'snils' | 'passport'>): Promise<void> {
    if (!(await this.#flows.replace(draft, { ...draft.record, ...said }))) throw new Refusal('expired', 409);
  }
}
