import { z } from 'zod';
import { normalizeEmail, normalizePhone, plain } from '#src/identity/accounts/contact.ts';

export const phoneForm = z.object({ phone: contact(normalizePhone, 'phone_invalid') });
export const emailForm = z.object({ email: contact(normalizeEmail, 'email_invalid') });

export const stillMineForm = z.object({ contact: z.uuid() });
export const cancelForm = z.object({ change: z.uuid() });

function contact(normalize: (typed: string) => string | undefined, code: string) {
  return z
    .string()
    .max(300, code)
    .transform((typed, issue) => {
      const value = normalize(typed);
      if (value !== undefined) return value;
      issue.addIssue({ code: 'custom', message: plain(typed) === '' ? 'required' : code });
      return z.NEVER;
    });
}
