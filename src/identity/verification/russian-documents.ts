import { normalizeSnils, plain } from '#src/identity/accounts/contact.ts';

/** A number in normal form, or the code of what is wrong with it, which the locales put into words. */
export type Checked = { value: string } | { wrong: string };

const lookAlikes = /[OoОоЗзIlІі|БбВвSsB]/;

export function checkSeries(typed: string, now: Date): Checked {
  const digits = onlyDigits(typed, 4, 'series_length');
  if ('wrong' in digits) return digits;
  const [region, year] = [Number(digits.value.slice(0, 2)), Number(digits.value.slice(2))];
  // Forms of this passport have been printed since 1997; the next years' are in the offices beforehand.
  const isPrinted = year >= 97 || year <= (now.getUTCFullYear() % 100) + 3;
  return region > 0 && isPrinted ? digits : { wrong: 'series_implausible' };
}

export function checkPassportNumber(typed: string): Checked {
  const digits = onlyDigits(typed, 6, 'passport_number_length');
  if ('wrong' in digits) return digits;
  return Number(digits.value) > 0 ? digits : { wrong: 'passport_number_implausible' };
}

/** Region, kind of office and office: the third digit says who issued it. */
export function checkDepartmentCode(typed: string): Checked {
  const digits = onlyDigits(typed, 6, 'department_code_length');
  if ('wrong' in digits) return digits;
  if (!/^(?!00)\d\d[0-3]\d{3}$/.test(digits.value)) return { wrong: 'department_code_implausible' };
  return { value: `${digits.value.slice(0, 3)}-${digits.value.slice(3)}` };
}

export function checkSnils(typed: string): Checked {
  const digits = onlyDigits(typed, 11, 'snils_length');
  if ('wrong' in digits) return digits;
  if (/^(\d)\1{8}/.test(digits.value)) return { wrong: 'snils_checksum' };
  return normalizeSnils(digits.value) === undefined ? { wrong: 'snils_checksum' } : digits;
}

/** A person's INN: the last two digits are sums of those before. */
export function checkInn(typed: string): Checked {
  const digits = onlyDigits(typed, 12, 'inn_length');
  if ('wrong' in digits) return digits;
  const all = [...digits.value].map(Number);
  const sum = (weights: number[]) => (weights.reduce((total, weight, i) => total + weight * all[i]!, 0) % 11) % 10;
  const right = sum([7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) === all[10] && sum([3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) === all[11];
  return right && !/^0+$/.test(digits.value) ? digits : { wrong: 'inn_checksum' };
}

/** Region and two more digits; letters in it were given up in 2011, and those licences have ended. */
export function checkLicenceSeries(typed: string): Checked {
  const digits = onlyDigits(typed, 4, 'licence_series_length');
  if ('wrong' in digits) return digits;
  return digits.value.startsWith('00') ? { wrong: 'document_series_implausible' } : digits;
}

export function checkLicenceNumber(typed: string): Checked {
  return counted(onlyDigits(typed, 6, 'licence_number_length'));
}

/** Of the passport with which citizens of the Russian Federation go abroad. */
export function checkInternationalSeries(typed: string): Checked {
  const digits = onlyDigits(typed, 2, 'international_series_length');
  if ('wrong' in digits) return digits;
  return digits.value === '00' ? { wrong: 'document_series_implausible' } : digits;
}

export function checkInternationalNumber(typed: string): Checked {
  return counted(onlyDigits(typed, 7, 'international_number_length'));
}

function counted(digits: Checked): Checked {
  return 'value' in digits && Number(digits.value) === 0 ? { wrong: 'document_number_implausible' } : digits;
}

/** Blanks and dashes are spelling. A letter that looks like a digit is named, for the person may not see it. */
function onlyDigits(typed: string, length: number, wrongLength: string): Checked {
  const bare = plain(typed.replaceAll('№', '')).replace(/[\s\u2010-\u2015.-]/g, '');
  if (bare === '') return { wrong: 'required' };
  if (lookAlikes.test(bare)) return { wrong: 'letter_for_digit' };
  if (!/^\d+$/.test(bare)) return { wrong: 'digits_only' };
  return bare.length === length ? { value: bare } : { wrong: wrongLength };
}
