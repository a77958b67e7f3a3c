import { isIPv6 } from 'node:net';
import type { Config } from '#src/platform/config/config.ts';
import type { Budget, Budgets, Payment } from '#src/platform/security/budgets.ts';

export interface Guess {
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
  async take(guess: Guess): Promise<boolean> {
    return this.#budgets.takeAll([...this.#ofPlace(guess), ...this.#ofAccount(guess)]);
  }

  /** The password was not looked at after all. */
  async giveBack(guess: Guess): Promise<void> {
    await this.#budgets.giveBack([...this.#ofPlace(guess), ...this.#ofAccount(guess)]);
  }

  /** After the right password. Of a place only this guess: whoever has one account may not guess at others without end. */
  async clear(guess: Guess): Promise<void> {
    await Promise.all([this.#budgets.giveBack(this.#ofPlace(guess)), this.#budgets.clearAll(this.#ofAccount(guess))]);
  }

  async forgive(subject: string): Promise<void> {
    await this.#budgets.clearAll(this.#ofAccount({ subject, address: '', deviceId: undefined }));
  }

  #ofPlace({ address, deviceId }: Guess): Payment[] {
    if (deviceId !== undefined) return [];
    return [
      [this.#perAddress, address],
      [this.#perNetwork, networkOf(address)],
    ];
  }

  #ofAccount({ subject, deviceId }: Guess): Payment[] {
    if (deviceId !== undefined) return [[this.#perDevice, deviceId]];
    return [
      [this.#perAccount, subject],
      [this.#perAccountAndDay, subject],
    ];
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
