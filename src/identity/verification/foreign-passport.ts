import type { Profile, StayStatus } from '#src/identity/accounts/account.ts';
import { foreignCountries } from '#src/identity/accounts/countries.ts';
import { foreignLogin, latinCapitals, withoutLookAlikes } from '#src/identity/accounts/foreign-login.ts';
import type { IdentityDocument } from '#src/identity/accounts/identity.ts';
import { normalizeName, isPersonName } from '#src/identity/accounts/person-name.ts';
import { parseDay } from '#src/identity/verification/calendar.ts';
import type { Checked } from '#src/identity/verification/russian-documents.ts';

/** A foreign citizen as their passport has them. */
export interface ForeignPassport {
  country: string;
  /** May be empty. */
  series: string;
  number: string;
  familyName: string;
  givenName: string;
  gender: 'male' | 'female';
  birthdate: string;
  expiresAt: string;
  stayStatus: StayStatus;
}

const OLDEST_YEARS = 130;

export function checkCountry(typed: string): Checked {
  return foreignCountries.includes(typed) ? { value: typed } : { wrong: 'country_required' };
}

/** Letters and digits of any length up to twenty (F7). */
export function checkSeriesOrNumber(typed: string): Checked {
  const value = latinCapitals(typed);
  return /^[A-Z0-9]{0,20}$/.test(value) ? { value } : { wrong: 'document_characters' };
}

/** Latin letters, as capitals like in the passport. A look-alike among Latin letters is a slip of the keyboard. */
export function checkLatinName(typed: string): Checked {
  const capitals = normalizeName(typed.slice(0, 300)).toUpperCase();
  if (capitals === '') return { wrong: 'required' };
  const value = /\p{Script=Latin}/u.test(capitals) ? withoutLookAlikes(capitals) : capitals;
  if (value.length > 100) return { wrong: 'name_too_long' };
  if (/\p{L}/u.test(value.replaceAll(/\p{Script=Latin}/gu, ''))) return { wrong: 'name_latin' };
  return isPersonName(value) ? { value } : { wrong: 'name_letters' };
}

export function checkBirthday(typed: string, now: Date): Checked {
  const day = parseDay(typed);
  if ('wrong' in day) return day;
  const today = now.toISOString().slice(0, 10);
  if (day.value > today) return { wrong: 'date_future' };
  return Number(today.slice(0, 4)) - Number(day.value.slice(0, 4)) > OLDEST_YEARS
    ? { wrong: 'birthdate_too_old' }
    : day;
}

export function checkExpiry(typed: string, now: Date): Checked {
  const day = parseDay(typed);
  if ('wrong' in day) return day;
  return day.value < now.toISOString().slice(0, 10) ? { wrong: 'foreign_passport_expired' } : day;
}

/** Country, series and number in one: where the series ends the machine-readable lines do not say either. */
export function passportDocument({ country, series, number, expiresAt }: ForeignPassport): IdentityDocument {
  return { kind: 'foreign', value: country + series + number, details: { country, series, number, expiresAt } };
}

export function foreignProfile(known: Partial<Profile>, passport: ForeignPassport): Profile {
  const { familyName, givenName, gender, birthdate, country, stayStatus } = passport;
  const { middleName: _, ...rest } = known;
  return { ...rest, kind: 'foreign', familyName, givenName, gender, birthdate, citizenship: country, stayStatus };
}

/** What stands in a profile, the other way round; undefined when something is missing. */
export function passportIn(profile: Profile, documents: readonly IdentityDocument[]): ForeignPassport | undefined {
  const { country, series, number, expiresAt } = documents.find(({ kind }) => kind === 'foreign')?.details ?? {};
  const { familyName, givenName, gender, birthdate, stayStatus } = profile;
  if (!country || series === undefined || !number || !expiresAt) return undefined;
  if (!gender || !birthdate || !stayStatus) return undefined;
  return { country, series, number, expiresAt, familyName, givenName, gender, birthdate, stayStatus };
}

export function loginOf({ country, series, number, birthdate }: ForeignPassport): string {
  return foreignLogin({ country, series, number, birthYear: birthdate.slice(0, 4) })!;
}
