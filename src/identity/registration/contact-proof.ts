import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { phoneCountry, type Contact } from '#src/identity/accounts/contact.ts';
import type { Codes, CodeTimes, CodeVerdict } from '#src/identity/codes/codes.ts';
import type { SendLimits } from '#src/identity/codes/send-limits.ts';

export type ProofVerdict = 'sent' | 'too_soon' | 'too_many' | 'phone_country';

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
    const { settings, sendLimits } = this.#deps;
    if (contact.kind === 'phone' && !settings.smsCountries.includes(phoneCountry(contact.value) ?? ''))
      return 'phone_country';
    const verdict = await sendLimits.take(contact.value, address);
    return verdict === 'allowed' ? 'sent' : verdict;
  }

  async sendCode(connection: Connection, phone: string, browser: string, language: Language): Promise<void> {
    const code = await this.#deps.codes.issue(connection, { purpose: 'register', target: phone, browser });
    const taken = await this.#isTaken(connection, { kind: 'phone', value: phone });
    const { smsSeconds } = this.#deps.settings;
    const name = taken ? 'already-registered' : 'registration-code';
    const args: Record<string, string | number> = taken ? {} : { code, minutes: Math.floor(smsSeconds / 60) };
    const deadlineAt = this.#after(taken ? NOTICE_SECONDS : smsSeconds);
    await this.#deps.messages.send(connection, { name, channel: 'sms', to: phone, language, args }, { deadlineAt });
  }

  /** @param token the single-use token of the link. */
  async sendLink(connection: Connection, email: string, token: string, language: Language): Promise<void> {
    const taken = await this.#isTaken(connection, { kind: 'email', value: email });
    const { emailLinkMinutes } = this.#deps.settings;
    const name = taken ? 'already-registered' : 'registration-link';
    const link = `${this.#deps.issuer}/registration/link/${token}`;
    const args: Record<string, string | number> = taken ? {} : { link, minutes: emailLinkMinutes };
    const deadlineAt = this.#after(taken ? NOTICE_SECONDS : emailLinkMinutes * 60);
    await this.#deps.messages.send(connection, { name, channel: 'email', to: email, language, args }, { deadlineAt });
  }

  async verifyCode(phone: string, browser: string, typed: string): Promise<CodeVerdict> {
    return this.#deps.codes.verify({ purpose: 'register', target: phone, browser }, typed);
  }

  async codeTimes(phone: string): Promise<CodeTimes | undefined> {
    return this.#deps.codes.times({ purpose: 'register', target: phone });
  }

  async #isTaken(connection: Connection, contact: Contact): Promise<boolean> {
    return (await this.#deps.accounts.findIdByContact(contact, connection)) !== undefined;
  }

  #after(seconds: number): Date {
    return new Date(this.#deps.clock.now().getTime() + seconds * 1000);
  }
}
