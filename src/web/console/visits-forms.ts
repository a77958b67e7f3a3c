import { z } from 'zod';
import { latinCapitals } from '#src/identity/accounts/foreign-login.ts';
import { purposes } from '#src/identity/visits/visit.ts';
import {
  checkPassportNumber,
  checkSeries,
  checkSnils,
  type Checked,
} from '#src/identity/verification/russian-documents.ts';

/** The kind of paper that lies on the desk, its number in any spelling, and what for. */
export function findForm(now: Date) {
  return z
    .object({
      document: z.enum(['rf_passport', 'foreign', 'snils'], 'document_kind'),
      'document-number': z.string().trim().min(1, 'required').max(50, 'document_number'),
      purpose: z.enum(purposes, 'purpose'),
    })
    .transform((form, check) => {
      const checked = numberOf(form.document, form['document-number'], now);
      if ('wrong' in checked) {
        check.addIssue({ code: 'custom', message: checked.wrong, path: ['document-number'] });
        return z.NEVER;
      }
      return { document: { kind: form.document, value: checked.value }, purpose: form.purpose };
    });
}

export const papersForm = z.object({
  'identity-paper': z.string('required').max(20),
  snils: z.string().optional(),
});

function numberOf(kind: string, typed: string, now: Date): Checked {
  if (kind === 'snils') return checkSnils(typed);
  if (kind === 'foreign') return foreignNumber(typed);
  const bare = typed.replaceAll(/[\s№-]/g, '');
  if (bare.length !== 10) return { wrong: 'passport_whole_length' };
  const [series, number] = [checkSeries(bare.slice(0, 4), now), checkPassportNumber(bare.slice(4))];
  if ('wrong' in series) return series;
  return 'wrong' in number ? number : { value: series.value + number.value };
}

/** The country's three letters, then series and number. */
function foreignNumber(typed: string): Checked {
  const value = latinCapitals(typed);
  return /^[A-Z]{3}[A-Z0-9]{1,40}$/.test(value) ? { value } : { wrong: 'foreign_document_number' };
}
