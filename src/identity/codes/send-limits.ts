import type { Config } from '#src/platform/config/config.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { SmsGuard } from '#src/identity/codes/sms-guard.ts';

export type SendVerdict = 'allowed' | 'too_soon' | 'too_many' | 'phone_country' | 'sms_paused';

interface SendLimitsDeps {
  budgets: Budgets;
  smsGuard: SmsGuard;
  settings: Config['codes'];
}

/** How often one recipient may be written to and one address may cause it (D8). Counted for the number, whoever asks. */
export class SendLimits {
  readonly #deps: SendLimitsDeps;

  constructor(deps: SendLimitsDeps) {
    this.#deps = deps;
  }

  /**
   * @param recipient contact in normal form. @param address network address of the asking browser.
   * @param decoyPhone nothing is sent to anybody, but it takes as long as a message to this number (E1).
   * @param isProven whether an account's own number is written to for somebody who has passed the first factor.
   */
  async take(
    recipient: string,
    address: string,
    { isProven = false, decoyPhone }: { isProven?: boolean; decoyPhone?: string } = {},
  ): Promise<SendVerdict> {
    const { budgets, smsGuard, settings } = this.#deps;
    const { resendSeconds, sendsPerTenMinutes, sendsPerDay, sendsPerAddress } = settings;
    if (!(await budgets.take({ name: 'send-address', limit: sendsPerAddress, windowSeconds: 300 }, address)))
      return 'too_many';
    const soon = { name: 'send-pause', limit: 1, windowSeconds: resendSeconds };
    if (resendSeconds > 0 && !(await budgets.take(soon, recipient))) return 'too_soon';
    if (!(await budgets.take({ name: 'send-short', limit: sendsPerTenMinutes, windowSeconds: 600 }, recipient)))
      return 'too_many';
    if (!(await budgets.take({ name: 'send-day', limit: sendsPerDay, windowSeconds: 86_400 }, recipient))) {
      const phone = decoyPhone ?? recipient;
      if (isPhone(phone)) await smsGuard.refused(phone);
      return 'too_many';
    }
    if (decoyPhone !== undefined) return smsGuard.take(decoyPhone, { isProven, isDecoy: true });
    return isPhone(recipient) ? smsGuard.take(recipient, { isProven }) : 'allowed';
  }

  /** The right code came back from there. */
  async answered(recipient: string): Promise<void> {
    if (isPhone(recipient)) await this.#deps.smsGuard.answered(recipient);
  }
}

function isPhone(recipient: string): boolean {
  return /^\+\d+$/.test(recipient);
}
