import type { Config } from '#src/platform/config/config.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Clock } from '#src/platform/clock.ts';
import { Refusal } from '#src/platform/errors.ts';
import type { Database } from '#src/platform/storage/database.ts';
import type { Flow, Flows } from '#src/platform/storage/flows.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Contact } from '#src/identity/accounts/contact.ts';
import type { CodePurpose, Codes, CodeVerdict } from '#src/identity/codes/codes.ts';
import type { SendLimits, SendVerdict } from '#src/identity/codes/send-limits.ts';
import type { ContactChanges } from '#src/identity/contacts/contact-changes.ts';

interface ChangeRecord {
  accountId: string;
  browser: string;
  language: Language;
  contact: Contact;
  /** Must agree, when there is one. */
  old?: Contact;
  isNewProven?: boolean;
}

export type ChangeFlow = Flow<ChangeRecord>;
export type ChangeStep = 'new' | 'old' | 'done';
export type SendRefusal = 'phone_country' | 'sms_paused' | 'too_many_codes' | 'resend_too_soon';

const refusals: Record<SendVerdict, SendRefusal | undefined> = {
  allowed: undefined,
  too_soon: 'resend_too_soon',
  too_many: 'too_many_codes',
  phone_country: 'phone_country',
  sms_paused: 'sms_paused',
};
const FLOW = 'contact-change';
const FLOW_SECONDS = 3600;
const purposes: Record<'new' | 'old', CodePurpose> = { new: 'contact-new', old: 'contact-old' };

interface ContactChangeFlowDeps {
  db: Database;
  clock: Clock;
  flows: Flows;
  accounts: Accounts;
  codes: Codes;
  sendLimits: SendLimits;
  messages: Messages;
  changes: ContactChanges;
  settings: Config['codes'];
}

/** The journey of a change: a code to the new contact, then one to the old, or the hold when the old one is lost. */
export class ContactChangeFlow {
  readonly #deps: ContactChangeFlowDeps;

  constructor(deps: ContactChangeFlowDeps) {
    this.#deps = deps;
  }

  async begin(
    { accountId, browser, language }: Pick<ChangeRecord, 'accountId' | 'browser' | 'language'>,
    contact: Contact,
    address: string,
  ): Promise<{ flowId: string } | { refused: SendRefusal }> {
    const contacts = await this.#deps.accounts.contacts(accountId);
    const old = contacts.find(
      ({ kind, verified, value }) => kind === contact.kind && verified && value !== contact.value,
    );
    const record: ChangeRecord = {
      accountId,
      browser,
      language,
      contact,
      old: old && { kind: old.kind, value: old.value },
    };
    const refused = await this.#maySend(record, 'new', address);
    if (refused) return { refused };
    const flowId = await this.#deps.db.transaction().execute(async (transaction) => {
      const id = await this.#deps.flows.create(FLOW, record, FLOW_SECONDS, transaction);
      await this.#send(transaction, record, 'new');
      return id;
    });
    this.#deps.messages.wake();
    return { flowId };
  }

  /** @throws Refusal when it is over, or another person's or browser's. */
  async find(id: string, { accountId, browser }: { accountId: string; browser: string }): Promise<ChangeFlow> {
    const flow = await this.#deps.flows.find<ChangeRecord>(FLOW, id);
    if (!flow) throw new Refusal('expired', 404);
    if (flow.record.accountId !== accountId || flow.record.browser !== browser) throw new Refusal('wrong_browser', 403);
    return flow;
  }

  step({ record }: ChangeFlow): Exclude<ChangeStep, 'done'> {
    return record.isNewProven ? 'old' : 'new';
  }

  asked({ record }: ChangeFlow): Contact {
    return record.isNewProven ? record.old! : record.contact;
  }

  async resend(flow: ChangeFlow, address: string): Promise<SendRefusal | undefined> {
    const refused = await this.#maySend(flow.record, this.step(flow), address);
    if (refused) return refused;
    await this.#deps.db.transaction().execute((transaction) => this.#send(transaction, flow.record, this.step(flow)));
    this.#deps.messages.wake();
    return undefined;
  }

  /** The right code leads to the next step, and the last one makes the change. */
  async prove(
    flow: ChangeFlow,
    typed: string,
    address: string,
  ): Promise<Exclude<ChangeStep, 'new'> | Exclude<CodeVerdict, 'right'>> {
    const step = this.step(flow);
    const { record } = flow;
    const scope = { purpose: purposes[step], target: this.#target(record, step), browser: record.browser };
    const verdict = await this.#deps.codes.verify(scope, typed);
    if (verdict !== 'right') return verdict;
    await this.#deps.sendLimits.answered((step === 'new' ? record.contact : record.old!).value);
    if (step === 'old' || !record.old) {
      if (!(await this.#deps.flows.take(FLOW, flow.id))) throw new Refusal('expired', 409);
      await this.#deps.changes.apply(record.accountId, record.contact, record.language);
      return 'done';
    }
    const next = { ...record, isNewProven: true };
    if (!(await this.#deps.flows.replace(flow, next))) throw new Refusal('expired', 409);
    if (!(await this.#maySend(next, 'old', address))) {
      await this.#deps.db.transaction().execute((transaction) => this.#send(transaction, next, 'old'));
      this.#deps.messages.wake();
    }
    return 'old';
  }

  /** The old contact is lost: the change waits. */
  async wait(flow: ChangeFlow): Promise<Date> {
    const { record } = flow;
    if (!record.isNewProven || !(await this.#deps.flows.take(FLOW, flow.id))) throw new Refusal('expired', 409);
    return this.#deps.changes.plan(record.accountId, record.contact, record.language);
  }

  /** The old one is the account's own: what is sent to neighbours does not hold its code back. */
  async #maySend(record: ChangeRecord, step: 'new' | 'old', address: string): Promise<SendRefusal | undefined> {
    const isProven = step === 'old';
    const { value } = isProven ? record.old! : record.contact;
    return refusals[await this.#deps.sendLimits.take(value, address, { isProven })];
  }

  async #send(connection: Parameters<Codes['issue']>[0], record: ChangeRecord, step: 'new' | 'old'): Promise<void> {
    const { codes, messages, clock, settings } = this.#deps;
    const contact = step === 'new' ? record.contact : record.old!;
    const scope = { purpose: purposes[step], target: this.#target(record, step), browser: record.browser };
    const code = await codes.issue(connection, scope);
    const args = { code, minutes: Math.floor(settings.smsSeconds / 60) };
    const channel = contact.kind === 'phone' ? 'sms' : 'email';
    const message = { name: 'contact-code', channel, to: contact.value, language: record.language, args } as const;
    const deadlineAt = new Date(clock.now().getTime() + settings.smsSeconds * 1000);
    await messages.send(connection, message, { deadlineAt });
  }

  /** A code belongs to the account as well: two accounts may ask for one number at the same time. */
  #target({ accountId, contact, old }: ChangeRecord, step: 'new' | 'old'): string {
    return `${accountId} ${contact.value}${step === 'old' ? ` ${old!.value}` : ''}`;
  }
}
