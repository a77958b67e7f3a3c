import { z } from 'zod';
import { normalizeEmail, normalizePhone, plain } from '#src/identity/accounts/contact.ts';
import { isPersonName, normalizeName } from '#src/identity/accounts/person-name.ts';

const personName = z
  .string()
  .transform(normalizeName)
  .pipe(
    z
      .string()
      .min(1, 'required')
      .max(100, 'name_too_long')
      .refine((name) => name === '' || isPersonName(name), 'name_letters'),
  );

/** An empty field is no contact; anything else must be one. */
function optionalContact(normalize: (typed: string) => string | undefined, code: string) {
  return z
    .string()
    .max(300, code)
    .default('')
    .transform((typed, issue) => {
      if (plain(typed) === '') return undefined;
      const value = normalize(typed);
      if (value === undefined) issue.addIssue({ code: 'custom', message: code });
      return value;
    });
}

export const applicantForm = z
  .object({
    'last-name': personName,
    'first-name': personName,
    phone: optionalContact(normalizePhone, 'phone_invalid'),
    email: optionalContact(normalizeEmail, 'email_invalid'),
    agree: z.literal(['on', 'yes', 'true', '1'], 'agree_required'),
  })
  .superRefine(({ phone, email }, issue) => {
    if (!phone && !email) issue.addIssue({ code: 'custom', path: ['phone'], message: 'contact_required' });
  });
