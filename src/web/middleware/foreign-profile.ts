import { countryName } from '#src/identity/accounts/countries.ts';
import type { ForeignPassport } from '#src/identity/verification/foreign-passport.ts';
import type { Page } from '#src/web/middleware/page.ts';

/** A passport as its owner and a reviewer read it. */
export function describePassport(page: Page, passport: ForeignPassport): { label: string; value: string }[] {
  const { country, series, number, expiresAt, familyName, givenName, birthdate, gender, stayStatus } = passport;
  const day = (iso: string) => page.translator.date(new Date(`${iso}T00:00:00Z`));
  return [
    ['last-name', familyName],
    ['first-name', givenName],
    ['birth-date', day(birthdate)],
    ['gender', page.t(`gender.${gender}`)],
    ['country', `${country} ${countryName(country, page.language)}`],
    ['passport-series', series],
    ['passport-number', number],
    ['passport-expiry', day(expiresAt)],
    ['stay', page.t(`stay.${stayStatus}`)],
  ].flatMap(([field, value]) => (value ? [{ label: page.t(`foreign-passport.${field}`), value }] : []));
}
