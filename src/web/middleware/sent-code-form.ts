import { z } from 'zod';
import { plain } from '#src/identity/accounts/contact.ts';

/** The six digits of a message. Blanks and other digits that people type or paste are spelling. */
export const sentCodeForm = z.object({
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
