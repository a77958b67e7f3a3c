import { z } from 'zod';
import { plain } from '#src/identity/accounts/contact.ts';
import { isPersonName, normalizeName } from '#src/identity/accounts/person-name.ts';
import { checkBirthdate, checkIssueDay, parseDay } from '#src/identity/verification/calendar.ts';
import {
  checkDepartmentCode,
  checkInn,
  checkPassportNumber,
  checkSeries,
  checkSnils,
  type Checked,
} from '#src/identity/verification/russian-documents.ts';

/** As printed in the passport: Cyrillic only, since a look-alike from another alphabet would never be found. */
const printedName = z
  .string()
  .max(200, 'name_too_long')
  .transform(normalizeName)
  .pipe(
    z
      .string()
      .min(1, 'required')
      .max(100, 'name_too_long')
      .refine((name) => name === '' || isPersonName(name), 'name_letters')
      .refine((name) => !/\p{Script=Latin}/u.test(name), 'name_cyrillic'),
  );

export const printedText = z
  .string()
  .max(1000, 'text_too_long')
  .transform((typed) => plain(typed).replace(/\s+/g, ' '))
  .pipe(
    z
      .string()
      .min(1, 'required')
      .max(255, 'text_too_long')
      .regex(/^(?:[\p{Script=Cyrillic}\d\s.,;:()№"«»/‑-]*)$/u, 'text_cyrillic')
      .refine((text) => text === '' || /\p{L}{2}/u.test(text), 'text_too_short'),
  );

/** Empty is nothing; whatever else is typed must be right. */
function optional(schema: z.ZodType<string>) {
  return z
    .string()
    .max(300, 'text_too_long')
    .default('')
    .transform((typed, issue) => {
      if (plain(typed) === '') return undefined;
      const parsed = schema.safeParse(typed);
      if (parsed.success) return parsed.data;
      issue.addIssue({ code: 'custom', message: parsed.error.issues[0]!.message });
      return z.NEVER;
    });
}

/** A field whose rule knows the day: what it finds wrong is a code for the locales. */
export function field(check: (typed: string) => Checked) {
  return z
    .string()
    .max(100, 'required')
    .transform((typed, issue) => {
      const checked = check(typed);
      if ('value' in checked) return checked.value;
      issue.addIssue({ code: 'custom', message: checked.wrong });
      return z.NEVER;
    });
}

export function documentsForm(now: Date) {
  return z
    .object({
      'last-name': printedName,
      'first-name': printedName,
      'middle-name': optional(printedName),
      'birth-date': field((typed) => checkBirthdate(typed, now)),
      'birth-place': printedText,
      gender: z.enum(['male', 'female'], 'gender_required'),
      citizenship: z.literal('RUS', 'citizenship_passport'),
      'passport-series': field((typed) => checkSeries(typed, now)),
      'passport-number': field(checkPassportNumber),
      'passport-date': field((typed) => checkIssueDay(typed, undefined, now)),
      'passport-code': field(checkDepartmentCode),
      'passport-issuer': printedText,
      snils: field(checkSnils),
      inn: optional(field(checkInn)),
    })
    .superRefine((form, issue) => {
      const birthdate = parseDay(form['birth-date']);
      const day = checkIssueDay(form['passport-date'], 'value' in birthdate ? birthdate.value : undefined, now);
      if ('wrong' in day) issue.addIssue({ code: 'custom', path: ['passport-date'], message: day.wrong });
    });
}

export type DocumentsForm = z.infer<ReturnType<typeof documentsForm>>;

export const documentFields = [
  'last-name',
  'first-name',
  'middle-name',
  'birth-date',
  'birth-place',
  'gender',
  'citizenship',
  'passport-series',
  'passport-number',
  'passport-date',
  'passport-code',
  'passport-issuer',
  'snils',
  'inn',
];

export const addressForm = z.object({
  'postal-code': field((typed) =>
    /^\d{6}$/.test(plain(typed).replace(/\s/g, ''))
      ? { value: plain(typed).replace(/\s/g, '') }
      : { wrong: 'postal_code' },
  ),
  region: printedText,
  city: printedText,
  street: printedText,
});

export type AddressForm = z.infer<typeof addressForm>;

export const letterCodeForm = z.object({
  code: z
    .string()
    .max(100, 'letter_code_length')
    .transform((typed) => plain(typed).replace(/[\s\u2010-\u2015-]/g, ''))
    .pipe(
      z
        .string()
        .min(1, 'required')
        .regex(/^\d{16}$/, 'letter_code_length'),
    ),
});
