import { plain } from '#src/identity/accounts/contact.ts';
import type { Checked } from '#src/identity/verification/russian-documents.ts';

const OLDEST_YEARS = 130;
/** A passport is changed at these birthdays, with ninety days to do so. */
const passportEnds = [20, 45];
const GRACE_DAYS = 90;
const FIRST_PASSPORT = '1997-10-01';
const PASSPORT_AGE = 14;

/** Day, month and year as people write them, or ISO 8601; gives ISO 8601. A day that no calendar has is no date. */
export function parseDay(typed: string): Checked {
  const text = plain(typed);
  if (text === '') return { wrong: 'required' };
  const [, year, month, day] =
    /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ??
    isoOrder(/^(\d{1,2})[./\s-](\d{1,2})[./\s-](\d{4})$/.exec(text) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(text));
  if (!year || !month || !day) return { wrong: 'date_format' };
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso)
    ? { value: iso }
    : { wrong: 'date_impossible' };
}

export function checkBirthdate(typed: string, now: Date): Checked {
  const day = parseDay(typed);
  if ('wrong' in day) return day;
  const today = isoDay(now);
  if (day.value > today) return { wrong: 'date_future' };
  if (yearsLater(day.value, OLDEST_YEARS) < today) return { wrong: 'birthdate_too_old' };
  return yearsLater(day.value, PASSPORT_AGE) <= today ? day : { wrong: 'birthdate_too_young' };
}

/** The day a passport of the Russian Federation was issued, beside the birth date where that is known. */
export function checkIssueDay(typed: string, birthdate: string | undefined, now: Date): Checked {
  const day = parseDay(typed);
  if ('wrong' in day) return day;
  const today = isoDay(now);
  if (day.value > today) return { wrong: 'date_future' };
  if (day.value < FIRST_PASSPORT) return { wrong: 'issue_date_too_early' };
  if (!birthdate) return day;
  if (day.value < yearsLater(birthdate, PASSPORT_AGE)) return { wrong: 'issue_date_before_14' };
  const isOver = passportEnds.some(
    (age) => day.value < yearsLater(birthdate, age) && daysLater(yearsLater(birthdate, age), GRACE_DAYS) < today,
  );
  return isOver ? { wrong: 'passport_expired' } : day;
}

/** From when until when a document is good, and what is known of documents of its kind. */
export interface Period {
  longestYears: number;
  /** Nobody younger is given one. */
  fromAge: number;
  /** For so long some are still taken after their end; which, only the registry knows. */
  prolongedYears: number;
}

/** The day from which a document is good. */
export function checkPeriodStart(
  typed: string,
  { birthdate, now, fromAge }: { birthdate: string | undefined; now: Date } & Pick<Period, 'fromAge'>,
): Checked {
  const day = parseDay(typed);
  if ('wrong' in day) return day;
  if (day.value > isoDay(now)) return { wrong: 'date_future' };
  return birthdate && day.value < yearsLater(birthdate, fromAge) ? { wrong: 'document_before_age' } : day;
}

/** The day until which it is good, beside its first day where that is known. */
export function checkPeriodEnd(
  typed: string,
  { start, now, longestYears, prolongedYears }: { start: string | undefined; now: Date } & Omit<Period, 'fromAge'>,
): Checked {
  const day = parseDay(typed);
  if ('wrong' in day) return day;
  if (start && day.value <= start) return { wrong: 'expiry_before_issue' };
  if (start && day.value > yearsLater(start, longestYears)) return { wrong: 'expiry_too_late' };
  return yearsLater(day.value, prolongedYears) < isoDay(now) ? { wrong: 'document_expired' } : day;
}

function isoOrder(match: RegExpExecArray | null): (string | undefined)[] {
  return match ? [match[0], match[3], match[2], match[1]] : [];
}

function isoDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** The 29th of February has its birthday on the 1st of March where there is none. */
function yearsLater(day: string, years: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return isoDay(date);
}

function daysLater(day: string, days: number): string {
  return isoDay(new Date(new Date(`${day}T00:00:00Z`).getTime() + days * 86_400_000));
}
