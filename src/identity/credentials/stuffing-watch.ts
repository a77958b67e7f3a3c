import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { Alarms } from '#src/identity/audit/alarms.ts';

/** How long an answer about the alarm may be remembered. */
const REMEMBERED_MS = 1000;

interface StuffingWatchDeps {
  clock: Clock;
  budgets: Budgets;
  alarms: Alarms;
  settings: Config['passwords'];
}

/**
 * Failed sign-ins of strangers over all accounts (C4): one guess at each of ten thousand accounts spends no account's
 * budget. Above the threshold there is an alarm, and while it lasts strangers prove that they are people first.
 */
export class StuffingWatch {
  readonly #deps: StuffingWatchDeps;
  #known: { isOn: boolean; until: number } | undefined;

  constructor(deps: StuffingWatchDeps) {
    this.#deps = deps;
  }

  async failed(): Promise<void> {
    const { budgets, alarms, settings } = this.#deps;
    const { stuffingFailures: limit, stuffingWindowMinutes } = settings;
    const all = { name: 'password-failures', limit, windowSeconds: stuffingWindowMinutes * 60 };
    if (await budgets.take(all, '')) return;
    await budgets.take(this.#alarm, '');
    this.#known = undefined;
    await alarms.raise('credential_stuffing');
  }

  async isOn(): Promise<boolean> {
    const now = this.#deps.clock.now().getTime();
    if (!this.#known || this.#known.until <= now || this.#known.until > now + REMEMBERED_MS) {
      const isOn = !(await this.#deps.budgets.allows(this.#alarm, ''));
      this.#known = { isOn, until: now + REMEMBERED_MS };
    }
    return this.#known.isOn;
  }

  get #alarm() {
    return { name: 'stuffing-alarm', limit: 1, windowSeconds: this.#deps.settings.stuffingAlarmMinutes * 60 };
  }
}
