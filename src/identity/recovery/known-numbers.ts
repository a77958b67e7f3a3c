import { normalizeForeignLogin } from '#src/identity/accounts/foreign-login.ts';
import { checkInn, checkSnils, type Checked } from '#src/identity/verification/russian-documents.ts';
import { plain } from '#src/identity/accounts/contact.ts';

/** A number that names a person. It never proves anything. */
export interface PersonNumber {
  kind: 'rf_passport' | 'international_passport' | 'snils' | 'inn' | 'foreign';
  value: string;
}

/**
 * A number by its length: nine digits a passport for abroad, ten a passport or a driving licence, eleven SNILS, twelve
 * INN, letters a foreign citizen's login.
 */
export function recognizeNumber(typed: string): PersonNumber | { wrong: string } {
  const digits = plain(typed.replaceAll('№', '')).replace(/[\s\u2010-\u2015.-]/g, '');
  if (/^\d{9}$/.test(digits)) return { kind: 'international_passport', value: digits };
  if (/^\d{10}$/.test(digits)) return { kind: 'rf_passport', value: digits };
  if (/^\d{11}$/.test(digits)) return named('snils', checkSnils(digits));
  if (/^\d{12}$/.test(digits)) return named('inn', checkInn(digits));
  const login = normalizeForeignLogin(typed);
  if (login !== undefined) return { kind: 'foreign', value: login };
  return { wrong: digits === '' ? 'required' : 'document_number_unknown' };
}

/** A number of which the person said what it is. */
export function readNumber(kind: PersonNumber['kind'], typed: string): PersonNumber | { wrong: string } {
  if (kind === 'snils') return named(kind, checkSnils(typed));
  if (kind === 'inn') return named(kind, checkInn(typed));
  const number = recognizeNumber(typed);
  if ('wrong' in number || number.kind === kind) return number;
  return { wrong: kind === 'rf_passport' ? 'passport_whole' : 'document_number_unknown' };
}

function named(kind: PersonNumber['kind'], checked: Checked): PersonNumber | { wrong: string } {
  return 'wrong' in checked ? checked : { kind, value: checked.value };
}
