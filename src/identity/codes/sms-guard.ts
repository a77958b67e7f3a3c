import type { Config } from '#src/platform/config/config.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import type { Budget, Budgets } from '#src/platform/security/budgets.ts';
import type { AlarmName, Alarms } from '#src/identity/audit/alarms.ts';

export type SmsVerdict = 'allowed' | 'phone_country' | 'sms_paused';

const TEN_MINUTES = 600;
const HOUR = 3600;
const DAY = 86_400;
/** Numbers that nobody has proven leave this share of every common cap to people who sign in. */
const SHARE_OF_STRANGERS = 0.8;
/** So many digits of a number are anybody's: what stands before them is named in alarms. */
const PRIVATE_DIGITS = 5;

interface SmsGuardDeps {
  budgets: Budgets;
  alarms: Alarms;
  metrics: Metrics;
  /** Two-letter country of a number in normal form. */
  countryOf(phone: string): string | undefined;
  countries: readonly string[];
  settings: Config['smsGuard'];
}

/**
 * What text messages may cost (D7): whoever earns by messages to their own numbers asks for codes that nobody enters. A
 * range closes when it asks too often or never answers; countries, hours and money have caps; each closing is an alarm.
 */
export class SmsGuard {
  readonly #deps: SmsGuardDeps;

  constructor(deps: SmsGuardDeps) {
    this.#deps = deps;
  }

  /**
   * @param isProven an account's own number: no neighbour can close its range.
   * @param isDecoy nothing is sent: the same is counted, apart from what counts, and nobody is told.
   */
  async take(
    phone: string,
    { isProven, isDecoy = false }: { isProven: boolean; isDecoy?: boolean },
  ): Promise<SmsVerdict> {
    const { countryOf, countries, metrics } = this.#deps;
    const country = countryOf(phone);
    if (country === undefined || !countries.includes(country)) {
      if (!isDecoy) metrics.sms.inc({ country: 'other', outcome: 'refused' });
      return 'phone_country';
    }
    const mark = isDecoy ? 'nobody ' : '';
    const alarm =
      (!isProven && (await this.#closedRange(phone, mark))) || (await this.#spentCap(phone, country, isProven, mark));
    if (isDecoy) return alarm ? 'sms_paused' : 'allowed';
    metrics.sms.inc({ country, outcome: alarm ? 'refused' : 'allowed' });
    if (!alarm) return 'allowed';
    await this.#deps.alarms.raise(
      alarm,
      alarm === 'sms_range' || alarm === 'sms_unanswered' ? namedRange(phone) : country,
    );
    return 'sms_paused';
  }

  /** A number has had all that one may have in a day. Told alike where there is nobody: too much is asked of it all the same. */
  async refused(phone: string): Promise<void> {
    const { alarms, metrics, countryOf } = this.#deps;
    metrics.sms.inc({ country: countryOf(phone) ?? 'other', outcome: 'refused' });
    await alarms.raise('sms_number', namedRange(phone));
  }

  /** The code came back: somebody real reads what goes to this range. */
  async answered(phone: string): Promise<void> {
    const { budgets, metrics, countryOf } = this.#deps;
    metrics.smsAnswered.inc({ country: countryOf(phone) ?? 'other' });
    await budgets.clear(this.#unanswered, this.#rangeOf(phone));
  }

  async #closedRange(phone: string, mark: string): Promise<AlarmName | undefined> {
    const { budgets, settings } = this.#deps;
    const range = mark + this.#rangeOf(phone);
    const perRange = { name: 'sms-range', limit: settings.sendsPerRange, windowSeconds: TEN_MINUTES };
    if (!(await budgets.take(perRange, range))) return 'sms_range';
    return (await budgets.take(this.#unanswered, range)) ? undefined : 'sms_unanswered';
  }

  async #spentCap(phone: string, country: string, isProven: boolean, mark: string): Promise<AlarmName | undefined> {
    const { settings } = this.#deps;
    const price = priceOf(phone, settings);
    const perCountry = settings.sendsPerCountryPerHour[country] ?? settings.sendsPerOtherCountryPerHour;
    const caps: { alarm: AlarmName; budget: Budget; subject: string; amount: number }[] = [
      { alarm: 'sms_country', budget: cap('sms-country', perCountry, HOUR), subject: country, amount: 1 },
      { alarm: 'sms_volume', budget: cap('sms-hour', settings.sendsPerHour, HOUR), subject: '', amount: 1 },
      { alarm: 'sms_volume', budget: cap('sms-day', settings.sendsPerDay, DAY), subject: '', amount: 1 },
      { alarm: 'sms_money', budget: cap('sms-money-hour', settings.moneyPerHour, HOUR), subject: '', amount: price },
      { alarm: 'sms_money', budget: cap('sms-money-day', settings.moneyPerDay, DAY), subject: '', amount: price },
    ];
    for (const { alarm, budget, subject, amount } of caps)
      if (!(await this.#takeShare(budget, mark + subject, amount, isProven))) return alarm;
    return undefined;
  }

  async #takeShare(budget: Budget, subject: string, amount: number, isProven: boolean): Promise<boolean> {
    const { budgets } = this.#deps;
    const share = { ...budget, limit: Math.ceil(budget.limit * SHARE_OF_STRANGERS) };
    if (!isProven && !(await budgets.allows(share, subject))) return false;
    return budgets.spend(budget, subject, amount);
  }

  get #unanswered(): Budget {
    const { unansweredPerRange, unansweredHours } = this.#deps.settings;
    return { name: 'sms-unanswered', limit: unansweredPerRange, windowSeconds: unansweredHours * HOUR };
  }

  #rangeOf(phone: string): string {
    return phone.slice(0, -this.#deps.settings.rangeDigits);
  }
}

function cap(name: string, limit: number, windowSeconds: number): Budget {
  return { name, limit, windowSeconds };
}

/** Of the longest prefix that has a price. */
function priceOf(phone: string, { prices, otherPrice }: Config['smsGuard']): number {
  const prefixes = Object.keys(prices).filter((prefix) => phone.startsWith(prefix));
  const longest = prefixes.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? otherPrice : prices[longest]!;
}

function namedRange(phone: string): string {
  return phone.slice(0, -PRIVATE_DIGITS);
}
