import { z } from 'zod';
import { normalizeEmail, normalizePhone, plain } from '#src/identity/accounts/contact.ts';

export const phoneForm = z.object({ phone: contact(normalizePhone, 'phone_invalid') });
export const emailForm = z.object({ email: contact(normalizeEmail, 'email_invalid') });

/** Blanks and other digits people type or paste are spelling. */
export const codeForm = z.object({
  code: z
    .string()
    .max(100, 'code_invalid')
    .transform((typed) => plain(typed).replace(/[\s-]/g, ''))
    .pipe(
      z
        .string()
        .min(1, 'required')
        .regex(/^\d{6}$/, 'code_invalid'),
    ),
});

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
