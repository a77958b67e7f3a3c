import type { Language } from '#src/platform/i18n/translator.ts';
import type { Channel } from '#src/platform/messaging/sender.ts';

/**
 * What we write to people. A name has texts in config/locales/<language>/messages.json: `message.<name>.sms`;
 * `message.<name>.subject` with `.email` and, when the e-mail has a link, `.button`; or `.subject` with `.letter`.
 */
export type MessageName =
  | 'registration-code'
  | 'registration-link'
  | 'foreign-known'
  | 'review-submitted'
  | 'review-started'
  | 'review-approved'
  | 'review-rejected'
  | 'already-registered'
  | 'confirm-email'
  | 'check-queued'
  | 'check-under-way'
  | 'check-passed'
  | 'check-failed'
  | 'check-overdue'
  | 'data-changed'
  | 'confirmation-letter'
  | 'letter-sent'
  | 'identity-confirmed'
  | 'contact-code'
  | 'contact-changed'
  | 'contact-replaced'
  | 'contact-change-planned'
  | 'contact-lost'
  | 'not-me'
  | 'deletion-planned'
  | 'sign-in-code'
  | 'security-code'
  | 'new-device'
  | 'factor-changed'
  | 'codes-closed'
  | 'ticket-received'
  | 'ticket-answered'
  | 'recovery-code'
  | 'recovery-link'
  | 'recovery-closed'
  | 'password-recovered'
  | 'centre-code'
  | 'activation'
  | 'restoration-begun'
  | 'restoration-done';

export interface Message {
  name: MessageName;
  channel: Channel;
  to: string;
  language: Language;
  /** Besides these, every text may use {service} and {site}. `code` ends an SMS as autofill wants it, `link` is the button. */
  args: Record<string, string | number>;
}
