import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import type { Message } from '#src/platform/messaging/message.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Contact } from '#src/identity/accounts/contact.ts';
import type { Codes, CodeScope, CodeTimes, CodeVerdict } from '#src/identity/codes/codes.ts';
import type { SendLimits } from '#src/identity/codes/send-limits.ts';

export type ProofVerdict = 'sent' | 'too_soon' | 'too_many' | 'phone_country' | 'sms_paused';

/** How long the owner of a taken contact may be told after the attempt. */
const NOTICE_SECONDS = 3600;

interface ContactProofDeps {
  clock: Clock;
  accounts: Accounts;
  codes: Codes;
  sendLimits: SendLimits;
  messages: Messages;
  issuer: string;
  settings: Config['codes'];
}

/**
 * Proof that a contact belongs to the person at the page: a code for a phone, a link for e-mail. For a contact that is
 * taken everything happens alike, but the message tells its owner and holds nothing that would work (F1).
 */
export class ContactProof {
  readonly #deps: ContactProofDeps;

  constructor(deps: ContactProofDeps) {
    this.#deps = deps;
  }

  /** Counts one message to this contact. Only `sent` allows the caller to go on with `sendCode` or `sendLink`. */
  async mayAsk(contact: Contact, address: string): Promise<ProofVerdict> {
    const { sendLimits } = this.#deps;
    if (contact.kind === 'phone' && (await this.#deps.codes.isClosed({ purpose: 'register', target: contact.value })))
      return 'too_many';
    const verdict = await sendLimits.take(contact.value, address);
    return verdict === 'allowed' ? 'sent' : verdict;
  }

  async sendCode(connection: Connection, phone: string, browser: string, language: Language): Promise<void> {
    const { codes, messages, settings } = this.#deps;
    const scope: CodeScope = { purpose: 'register', target: phone, browser };
    const to = { channel: 'sms', to: phone, language } as const;
    if (await this.#isTaken(connection, { kind: 'phone', value: phone })) {
      await codes.issueDecoy(connection, scope);
      return this.#tellOwner(connection, to);
    }
    const args = { code: await codes.issue(connection, scope), minutes: Math.floor(settings.smsSeconds / 60) };
    const deadlineAt = this.#after(settings.smsSeconds);
    await messages.send(connection, { ...to, name: 'registration-code', args }, { deadlineAt });
  }

  /** @param token the single-use token of the link. */
  async sendLink(connection: Connection, email: string, token: string, language: Language): Promise<void> {
    const { issuer, messages, settings } = this.#deps;
    const to = { channel: 'email', to: email, language } as const;
    if (await this.#isTaken(connection, { kind: 'email', value: email })) return this.#tellOwner(connection, to);
    const args = { link: `${issuer}/registration/link/${token}`, minutes: settings.emailLinkMinutes };
    const deadlineAt = this.#after(settings.emailLinkMinutes * 60);
    await messages.send(connection, { ...to, name: 'registration-link', args }, { deadlineAt });
  }

  async verifyCode(phone: string, browser: string, typed: string): Promise<CodeVerdict> {
    const verdict = await this.#deps.codes.verify({ purpose: 'register', target: phone, browser }, typed);
    if (verdict === 'right') await this.answered({ kind: 'phone', value: phone });
    return verdict;
  }

  /** The right code or link came back from there. */
  async answered({ value }: Contact): Promise<void> {
    await this.#deps.sendLimits.answered(value);
  }

  async codeTimes(phone: string, browser: string): Promise<CodeTimes | undefined> {
    return this.#deps.codes.times({ purpose: 'register', target: phone, browser });
  }

  async #tellOwner(connection: Connection, to: Pick<Message, 'channel' | 'to' | 'language'>): Promise<void> {
    const deadlineAt = this.#after(NOTICE_SECONDS);
    await this.#deps.messages.send(connection, { ...to, name: 'already-registered', args: {} }, { deadlineAt });
  }

  async #isTaken(connection: Connection, contact: Contact): Promise<boolean> {
    return (await this.#deps.accounts.findIdByContact(contact, connection)) !== undefined;
  }

  #after(seconds: number): Date {
    return new Date(this.#deps.clock.now().getTime() + seconds * 1000);
  }
}
