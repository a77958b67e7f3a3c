import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { Contact } from '#src/identity/accounts/contact.ts';
import type { Codes, CodeVerdict } from '#src/identity/codes/codes.ts';
import type { SendLimits, SendVerdict } from '#src/identity/codes/send-limits.ts';

export type DeskRefusal = 'phone_country' | 'sms_paused' | 'too_many_codes' | 'resend_too_soon';

const refusals: Record<SendVerdict, DeskRefusal | undefined> = {
  allowed: undefined,
  too_soon: 'resend_too_soon',
  too_many: 'too_many_codes',
  phone_country: 'phone_country',
  sms_paused: 'sms_paused',
};

interface Asked {
  /** What the code is for; two desks may ask one contact at the same time. */
  subject: string;
  contact: Contact;
  /** The clerk's. */
  browser: string;
}

interface DeskProofDeps {
  clock: Clock;
  codes: Codes;
  sendLimits: SendLimits;
  messages: Messages;
  settings: Config['codes'];
}

/** That a contact is the person's who stands at the desk: they read the code out to the clerk. */
export class DeskProof {
  readonly #deps: DeskProofDeps;

  constructor(deps: DeskProofDeps) {
    this.#deps = deps;
  }

  async mayAsk({ value }: Contact, address: string): Promise<DeskRefusal | undefined> {
    return refusals[await this.#deps.sendLimits.take(value, address)];
  }

  /** Part of the caller's transaction; `wake` after the commit. */
  async send(connection: Connection, { language, ...asked }: Asked & { language: Language }): Promise<void> {
    const { clock, codes, messages, settings } = this.#deps;
    const { kind, value } = asked.contact;
    const code = await codes.issue(connection, scopeOf(asked));
    const args = { code, minutes: Math.floor(settings.smsSeconds / 60) };
    const channel = kind === 'phone' ? 'sms' : 'email';
    const deadlineAt = new Date(clock.now().getTime() + settings.smsSeconds * 1000);
    await messages.send(connection, { name: 'centre-code', channel, to: value, language, args }, { deadlineAt });
  }

  wake(): void {
    this.#deps.messages.wake();
  }

  async verify(asked: Asked, typed: string): Promise<CodeVerdict> {
    const { codes, sendLimits } = this.#deps;
    const verdict = await codes.verify(scopeOf(asked), typed);
    if (verdict === 'right') await sendLimits.answered(asked.contact.value);
    return verdict;
  }
}

function scopeOf({ subject, contact, browser }: Asked) {
  return { purpose: 'centre', target: `${subject} ${contact.value}`, browser } as const;
}
