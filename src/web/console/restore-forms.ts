import { z } from 'zod';
import { normalizeEmail, normalizePhone, plain, type Contact } from '#src/identity/accounts/contact.ts';
import { restoreReasons } from '#src/identity/restoring/restoration.ts';

/** Blanks, dashes and № are spelling; what is not the number at all is wrong like any other. */
const paperNumber = z
  .string('paper_number')
  .max(60, 'paper_number')
  .transform((typed) =>
    plain(typed.replaceAll('№', ''))
      .replace(/[\s\u2010-\u2015-]/g, '')
      .toUpperCase(),
  )
  .pipe(z.string().min(1, 'paper_number'));

export const numbersForm = z.object({ 'first-number': paperNumber, 'second-number': paperNumber });

export const deskContact = z
  .string()
  .trim()
  .min(1, 'required')
  .max(200, 'timeline_contact')
  .transform((typed, check): Contact => {
    const [email, phone] = [normalizeEmail(typed), normalizePhone(typed)];
    if (email) return { kind: 'email', value: email };
    if (phone) return { kind: 'phone', value: phone };
    check.addIssue({ code: 'custom', message: 'timeline_contact' });
    return z.NEVER;
  });

export const wishForm = z.object({
  contact: deskContact,
  reason: z.enum(restoreReasons, 'restore_reason'),
  'lost-sms': z.string().optional(),
  'lost-totp': z.string().optional(),
  'lost-passkey': z.string().optional(),
});

export const deskCodeErrors = { wrong: 'code_invalid', expired: 'code_expired', closed: 'too_many_codes' } as const;
