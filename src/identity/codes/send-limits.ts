import type { Config } from '#src/platform/config/config.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';

export type SendVerdict = 'allowed' | 'too_soon' | 'too_many';

/** How often one recipient may be written to and one address may cause it (D8). Counted for the number, whoever asks. */
export class SendLimits {
  readonly #budgets: Budgets;
  readonly #settings: Config['codes'];

  constructor({ budgets, settings }: { budgets: Budgets; settings: Config['codes'] }) {
    this.#budgets = budgets;
    this.#settings = settings;
  }

  /** @param recipient contact in normal form. @param address network address of the asking browser. */
  async take(recipient: string, address: string): Promise<SendVerdict> {
    const { resendSeconds, sendsPerTenMinutes, sendsPerDay, sendsPerAddress } = this.#settings;
    if (!(await this.#budgets.take({ name: 'send-address', limit: sendsPerAddress, windowSeconds: 300 }, address)))
      return 'too_many';
    const soon = { name: 'send-pause', limit: 1, windowSeconds: resendSeconds };
    if (resendSeconds > 0 && !(await this.#budgets.take(soon, recipient))) return 'too_soon';
    if (!(await this.#budgets.take({ name: 'send-short', limit: sendsPerTenMinutes, windowSeconds: 600 }, recipient)))
      return 'too_many';
    if (!(await this.#budgets.take({ name: 'send-day', limit: sendsPerDay, windowSeconds: 86_400 }, recipient)))
      return 'too_many';
    return 'allowed';
  }
}
