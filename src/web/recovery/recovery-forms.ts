import { z } from 'zod';
import { normalizeEmail, normalizePhone, plain } from '#src/identity/accounts/contact.ts';
import { foreignLogin } from '#src/identity/accounts/foreign-login.ts';
import { readNumber, recognizeNumber, type PersonNumber } from '#src/identity/recovery/known-numbers.ts';
import type { Named } from '#src/identity/recovery/whereabouts.ts';

export const waysToFind = ['contact', 'passport', 'snils', 'inn', 'foreign'] as const;
export const findFields = [
  'recover-by',
  'contact',
  'document-number',
  'foreign-country',
  'foreign-series',
  'foreign-number',
  'birth-year',
] as const;

const text = z
  .string()
  .max(300, 'text_too_long')
  .default('')
  .transform((typed) => plain(typed));
const numberKinds = { passport: 'rf_passport', snils: 'snils', inn: 'inn', foreign: 'foreign' } as const;

type Reading = { named: Named; second?: PersonNumber } | { field: string; wrong: string };
type Typed = Record<Exclude<(typeof findFields)[number], 'recover-by'>, string> & {
  'recover-by': (typeof waysToFind)[number];
};

/** Who is meant: a contact, with a number beside it where the account has documents; or a number alone. */
export const findForm = z
  .object({
    'recover-by': z.enum(waysToFind).default('contact'),
    contact: text,
    'document-number': text,
    'foreign-country': text,
    'foreign-series': text,
    'foreign-number': text,
    'birth-year': text,
  })
  .transform((typed, issue) => {
    const reading = typed['recover-by'] === 'contact' ? readContact(typed) : readDocument(typed);
    if ('named' in reading) return reading;
    issue.addIssue({ code: 'custom', path: [reading.field], message: reading.wrong });
    return z.NEVER;
  });

/** Any number that names a person. */
export const numberForm = z.object({
  'document-number': text.transform((typed, issue) => {
    const number = recognizeNumber(typed);
    if (!('wrong' in number)) return number;
    issue.addIssue({ code: 'custom', message: number.wrong });
    return z.NEVER;
  }),
});

export const answerForm = z.object({ 'security-answer': text.pipe(z.string().min(1, 'required')) });

export const channelForm = z.object({ channel: z.enum(['phone', 'email']) });

function readContact({ contact, 'document-number': number }: Typed): Reading {
  if (contact === '') return { field: 'contact', wrong: 'required' };
  const [phone, email] = [normalizePhone(contact), normalizeEmail(contact)];
  if (phone === undefined && email === undefined) return { field: 'contact', wrong: 'contact_invalid' };
  const named: Named = {
    contact: phone === undefined ? { kind: 'email', value: email! } : { kind: 'phone', value: phone },
  };
  if (number === '') return { named };
  const second = recognizeNumber(number);
  return 'wrong' in second ? { field: 'document-number', wrong: second.wrong } : { named, second };
}

/** A foreign citizen gives the login whole, or its parts. */
function readDocument(typed: Typed): Reading {
  const kind = numberKinds[typed['recover-by'] as keyof typeof numberKinds];
  const number =
    kind === 'foreign' && typed['document-number'] === ''
      ? fromParts(typed)
      : readNumber(kind, typed['document-number']);
  return 'wrong' in number ? { field: 'document-number', wrong: number.wrong } : { named: { number } };
}

function fromParts(typed: Typed): PersonNumber | { wrong: string } {
  const { 'foreign-country': country, 'foreign-series': series, 'foreign-number': number } = typed;
  const value = foreignLogin({ country, series, number, birthYear: typed['birth-year'] });
  return value === undefined ? { wrong: 'foreign_login_invalid' } : { kind: 'foreign', value };
}
