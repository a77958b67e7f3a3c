import type { Language } from '#src/platform/i18n/translator.ts';

export const topics = ['sign-in', 'registration', 'data', 'sites', 'suggestion', 'other'] as const;
export type Topic = (typeof topics)[number];

export type TicketStatus = 'new' | 'answered' | 'closed';

/** What a person wrote to support. */
export interface TicketContent {
  /** An e-mail address in normal form: where the answer goes. */
  contact: string;
  text: string;
  /** From an error page. */
  reference: string;
  language: Language;
}

export interface TicketSummary {
  id: string;
  number: string;
  topic: Topic;
  status: TicketStatus;
  createdAt: Date;
}

export interface Ticket extends TicketSummary, TicketContent {
  replies: { text: string; by: string; at: Date }[];
}
