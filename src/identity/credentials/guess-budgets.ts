import { isIPv6 } from 'node:net';
import type { Config } from '#src/platform/config/config.ts';
import type { Budget, Budgets } from '#src/platform/security/budgets.ts';

interface Guess {
  /** The account, or the spelling of an unknown login. */
  subject: string;
  address: string;
  /** Present when the account knows the browser. */
  deviceId: string | undefined;
}

/**
 * How often passwords may be guessed (C3). Strangers share the account's budget and those of their address and network;
 * a device that the account knows has a budget of its own, which no stranger can use up. Nobody is locked for ever.
 */
export class GuessBudgets {
  readonly #budgets: Budgets;
  readonly #settings: Config['passwords'];

  constructor(budgets: Budgets, settings: Config['passwords']) {
    this.#budgets = budgets;
    this.#settings = settings;
  }

  /** Counted before the password is looked at. */
  async take({ subject, address, deviceId }: Guess): Promise<boolean> {
    if (deviceId !== undefined) return this.#budgets.take(this.#perDevice, deviceId);
    return (
      (await this.#budgets.take(this.#perAddress, address)) &&
      (await this.#budgets.take(this.#perNetwork, networkOf(address))) &&
      (await this.#budgets.take(this.#perAccount, subject)) &&
      (await this.#budgets.take(this.#perAccountAndDay, subject))
    );
  }

  /** After the right password. */
  async clear({ subject, deviceId }: Guess): Promise<void> {
    if (deviceId !== undefined) return this.#budgets.clear(this.#perDevice, deviceId);
    await this.#budgets.clear(this.#perAccount, subject);
    await this.#budgets.clear(this.#perAccountAndDay, subject);
  }

  get #perAccount(): Budget {
    return { name: 'password-account', limit: this.#settings.guessesPerAccount, windowSeconds: this.#windowSeconds };
  }

  get #perAccountAndDay(): Budget {
    return { name: 'password-account-day', limit: this.#settings.guessesPerAccountPerDay, windowSeconds: 86_400 };
  }

  get #perDevice(): Budget {
    return { name: 'password-device', limit: this.#settings.guessesPerDevice, windowSeconds: this.#windowSeconds };
  }

  get #perAddress(): Budget {
    return { name: 'password-address', limit: this.#settings.guessesPerAddressPerMinute, windowSeconds: 60 };
  }

  get #perNetwork(): Budget {
    return { name: 'password-network', limit: this.#settings.guessesPerNetworkPerMinute, windowSeconds: 60 };
  }

  get #windowSeconds(): number {
    return this.#settings.guessWindowMinutes * 60;
  }
}

/** What one customer of a provider usually has: /24 of IPv4, /56 of IPv6. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (!isIPv6(mapped)) return mapped.split('.').slice(0, 3).join('.');
  const [head, tail] = mapped.split('%')[0]!.toLowerCase().split('::') as [string, string | undefined];
  const groups = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const all =
    tail === undefined ? groups : [...groups, ...Array<string>(8 - groups.length - after.length).fill('0'), ...after];
  const [a, b, c, d] = all.map((group) => group.padStart(4, '0'));
  return `${a}:${b}:${c}:${d!.slice(0, 2)}`;
}
