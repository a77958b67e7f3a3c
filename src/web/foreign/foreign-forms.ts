import { z } from 'zod';
import { stayStatuses } from '#src/identity/accounts/account.ts';
import { normalizeEmail } from '#src/identity/accounts/contact.ts';
import {
  checkBirthday,
  checkCountry,
  checkExpiry,
  checkLatinName,
  checkSeriesOrNumber,
  type ForeignPassport,
} from '#src/identity/verification/foreign-passport.ts';
import { readMrz } from '#src/identity/verification/mrz.ts';
import { checkSnils, type Checked } from '#src/identity/verification/russian-documents.ts';

/** A field whose rule answers with a code of the locales. */
function field(check: (typed: string) => Checked) {
  return z
    .string()
    .max(300, 'text_too_long')
    .default('')
    .transform((typed, issue) => {
      const checked = check(typed);
      if ('value' in checked) return checked.value;
      issue.addIssue({ code: 'custom', message: checked.wrong });
      return z.NEVER;
    });
}

/** Yes with the number, or no: both go on (F6). */
export const snilsForm = z
  .object({
    'has-snils': z.enum(['yes', 'no'], 'snils_choice'),
    snils: z.string().max(100, 'snils_length').default(''),
  })
  .transform((form, issue) => {
    if (form['has-snils'] === 'no') return { snils: null };
    const checked = checkSnils(form.snils);
    if ('value' in checked) return { snils: checked.value };
    issue.addIssue({ code: 'custom', path: ['snils'], message: checked.wrong });
    return z.NEVER;
  });

export const passportFields = [
  'mrz',
  'country',
  'passport-series',
  'passport-number',
  'passport-expiry',
  'last-name',
  'first-name',
  'birth-date',
  'gender',
  'stay',
] as const;

export function passportForm(now: Date) {
  return z
    .object({
      // The list shows the code, then the name.
      country: field((typed) => checkCountry(typed.trim().slice(0, 3))),
      'passport-series': field(checkSeriesOrNumber),
      'passport-number': field((typed) => {
        const checked = checkSeriesOrNumber(typed);
        return 'value' in checked && checked.value === '' ? { wrong: 'required' } : checked;
      }),
      'passport-expiry': field((typed) => checkExpiry(typed, now)),
      'last-name': field(checkLatinName),
      'first-name': field(checkLatinName),
      'birth-date': field((typed) => checkBirthday(typed, now)),
      gender: z.enum(['male', 'female'], 'gender_required'),
      stay: z.enum(stayStatuses, 'stay_required'),
    })
    .transform((form): ForeignPassport => ({
      country: form.country,
      series: form['passport-series'],
      number: form['passport-number'],
      expiresAt: form['passport-expiry'],
      familyName: form['last-name'],
      givenName: form['first-name'],
      birthdate: form['birth-date'],
      gender: form.gender,
      stayStatus: form.stay,
    }));
}

/** The fields as the machine-readable lines fill them in; the grounds of the stay are not among them. */
export function filledFromMrz(
  mrz: string,
  now: Date,
): { values: Record<string, string> } | { wrong: 'mrz_lines' | 'mrz_check' | 'mrz_date' } {
  const read = readMrz(mrz, now);
  if ('wrong' in read) return read;
  return {
    values: {
      country: read.country,
      'passport-series': '',
      'passport-number': read.number,
      'passport-expiry': spokenDay(read.expiresAt),
      'last-name': read.familyName,
      'first-name': read.givenName,
      'birth-date': spokenDay(read.birthdate),
      gender: read.gender ?? '',
    },
  };
}

export function typedPassport(passport: Partial<ForeignPassport>): Record<string, string> {
  return {
    country: passport.country ?? '',
    'passport-series': passport.series ?? '',
    'passport-number': passport.number ?? '',
    'passport-expiry': spokenDay(passport.expiresAt),
    'last-name': passport.familyName ?? '',
    'first-name': passport.givenName ?? '',
    'birth-date': spokenDay(passport.birthdate),
    gender: passport.gender ?? '',
    stay: passport.stayStatus ?? '',
  };
}

export const emailForm = z.object({
  email: z
    .string()
    .max(300, 'email_invalid')
    .transform((typed, issue) => {
      const value = normalizeEmail(typed);
      if (value === undefined)
        issue.addIssue({ code: 'custom', message: typed.trim() ? 'email_invalid' : 'email_required' });
      return value!;
    }),
  agree: z.literal(['on', 'yes', 'true', '1'], 'agree_required'),
});

function spokenDay(iso = ''): string {
  return iso.split('-').reverse().join('.');
}
