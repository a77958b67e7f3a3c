import type { Language } from '#src/platform/i18n/translator.ts';

export type Channel = 'sms' | 'email' | 'letter';

/** What a printed letter needs besides its text and the address. */
export interface Letterhead {
  language: Language;
  addressee: string;
  /** Who writes: the service and its site. */
  sender: string;
}

export interface OutgoingMessage {
  /** The same at every try of one message, so that a gateway which remembers it sends once. */
  id: string;
  channel: Channel;
  /** A phone as +79001234567, an e-mail address, or a postal address. */
  to: string;
  text: string;
  /** E-mail and letters. */
  subject?: string;
  /** E-mail only. */
  html?: string;
  /** Letters only. */
  letter?: Letterhead;
  /** How long the message is worth delivering, for gateways that store and forward. */
  validForSeconds: number;
}

/**
 * The way to one gateway. `send` resolves when the gateway took the message, which does not mean that the person has
 * it. It throws `DeliveryError` otherwise, within ten seconds or so whatever the gateway does; the caller tries again
 * with the same id. A message may arrive twice when the gateway took it and its answer was lost. `send` may be called
 * again while another call is under way. `close` lets connections go; nothing is sent afterwards.
 */
export interface Sender {
  send(message: OutgoingMessage): Promise<void>;
  close(): Promise<void>;
}

/**
 * A gateway did not take the message. `code` names the reason without personal data, because it is stored and logged.
 * `permanent`: this message will never be taken, as with an address that does not exist. Wrong credentials are not
 * permanent: the message is fine, and an operator may mend them before its deadline. `isAddressRefused`: permanent, and the
 * address is to blame, not this message or who sends it.
 */
export class DeliveryError extends Error {
  readonly code: string;
  readonly permanent: boolean;
  readonly isAddressRefused: boolean;

  constructor(
    code: string,
    { permanent, isAddressRefused = false, cause }: { permanent: boolean; isAddressRefused?: boolean; cause?: unknown },
  ) {
    super(code, { cause });
    this.name = 'DeliveryError';
    this.code = code;
    this.permanent = permanent;
    this.isAddressRefused = isAddressRefused;
  }
}
