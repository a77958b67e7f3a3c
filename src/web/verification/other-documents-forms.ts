import { z } from 'zod';
import type { IdentityDocument } from '#src/identity/accounts/identity.ts';
import { checkPeriodEnd, checkPeriodStart, parseDay } from '#src/identity/verification/calendar.ts';
import { otherDocumentRules, type OtherDocumentKind } from '#src/identity/verification/other-documents.ts';
import { field, printedText } from '#src/web/verification/documents-forms.ts';

export const otherDocumentFields = [
  'document-series',
  'document-number',
  'document-issued',
  'document-expires',
  'document-issuer',
];

/** A driving licence or an international passport, read as the document that is kept. */
export function otherDocumentForm(
  kind: OtherDocumentKind,
  { birthdate, now }: { birthdate: string | undefined; now: Date },
) {
  const { checkSeries, checkNumber, fromAge, longestYears, prolongedYears } = otherDocumentRules[kind];
  const end = (typed: string, start?: string) => checkPeriodEnd(typed, { start, now, longestYears, prolongedYears });
  return z
    .object({
      'document-series': field(checkSeries),
      'document-number': field(checkNumber),
      'document-issued': field((typed) => checkPeriodStart(typed, { birthdate, now, fromAge })),
      'document-expires': field((typed) => end(typed)),
      'document-issuer': printedText,
    })
    .superRefine((form, issue) => {
      const start = parseDay(form['document-issued']);
      const day = end(form['document-expires'], 'value' in start ? start.value : undefined);
      if ('wrong' in day) issue.addIssue({ code: 'custom', path: ['document-expires'], message: day.wrong });
    })
    .transform((form): IdentityDocument => ({
      kind,
      value: form['document-series'] + form['document-number'],
      details: {
        issuedAt: form['document-issued'],
        expiresAt: form['document-expires'],
        issuer: form['document-issuer'],
      },
    }));
}
