import type { IdentityDocument } from '#src/identity/accounts/identity.ts';
import type { Period } from '#src/identity/verification/calendar.ts';
import {
  checkInternationalNumber,
  checkInternationalSeries,
  checkLicenceNumber,
  checkLicenceSeries,
  type Checked,
} from '#src/identity/verification/russian-documents.ts';

/** Documents that no tier hangs on. They show once more who somebody is, and each is one more way back (R17). */
export const otherDocumentKinds = ['driving_licence', 'international_passport'] as const;
export type OtherDocumentKind = (typeof otherDocumentKinds)[number];

export interface OtherDocumentRules extends Period {
  checkSeries(typed: string): Checked;
  checkNumber(typed: string): Checked;
  seriesLength: number;
}

export const otherDocumentRules: Record<OtherDocumentKind, OtherDocumentRules> = {
  driving_licence: {
    checkSeries: checkLicenceSeries,
    checkNumber: checkLicenceNumber,
    seriesLength: 4,
    longestYears: 10,
    fromAge: 16,
    prolongedYears: 3,
  },
  international_passport: {
    checkSeries: checkInternationalSeries,
    checkNumber: checkInternationalNumber,
    seriesLength: 2,
    longestYears: 10,
    fromAge: 0,
    prolongedYears: 0,
  },
};

export function isOtherDocument(kind: string): kind is OtherDocumentKind {
  return (otherDocumentKinds as readonly string[]).includes(kind);
}

/** The registry is asked once there is somebody to ask about. Beside the passport not everybody has a SNILS. */
export function canBeChecked(documents: readonly IdentityDocument[]): boolean {
  return documents.some(({ kind }) => kind === 'rf_passport');
}
