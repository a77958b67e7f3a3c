import { z } from 'zod';
import { normalizeEmail } from '#src/identity/accounts/contact.ts';
import { topics } from '#src/identity/support/ticket.ts';

export const ticketForm = z.object({
  topic: z.enum(topics, 'topic_required'),
  contact: z
    .string()
    .trim()
    .min(1, 'email_required')
    .max(300, 'email_invalid')
    .transform((typed, issue) => {
      const value = normalizeEmail(typed);
      if (value === undefined) issue.addIssue({ code: 'custom', message: 'email_invalid' });
      return value!;
    }),
  text: z.string().trim().min(1, 'text_required').max(4000, 'message_too_long'),
  reference: z.string().trim().max(40, 'reference_too_long').default(''),
});
