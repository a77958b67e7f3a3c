import type { Config } from '#src/platform/config/config.ts';
import type { Budget, Budgets } from '#src/platform/security/budgets.ts';
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
    const { sendsPerTenMinutes, sendsPerDay, sendsPerAddress } = settings;
    if (!(await budgets.take({ name: 'send-address', limit: sendsPerAddress, windowSeconds: 300 }, address)))
      return 'too_many';
    const pause = this.#pause;
    if (pause.windowSeconds > 0 && !(await budgets.take(pause, recipient))) return 'too_soon';
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

  /**
   * The right code or link came back from there. Whoever reads what is sent is not pestered by it, and what they do next
   * may want another message: the pause between two ends. The other limits stay.
   */
  async answered(recipient: string): Promise<void> {
    await this.#deps.budgets.clear(this.#pause, recipient);
    if (isPhone(recipient)) await this.#deps.smsGuard.answered(recipient);
  }

  get #pause(): Budget {
    return { name: 'send-pause', limit: 1, windowSeconds: this.#deps.settings.resendSeconds };
  }
}

function isPhone(recipient: string): boolean {
  return /^\+\d+$/.test(recipient);
}
