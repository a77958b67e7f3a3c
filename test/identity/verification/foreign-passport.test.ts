import assert from 'node:assert/strict';
import fc from 'fast-check';
import { normalizeForeignLogin } from '#src/identity/accounts/foreign-login.ts';
import { countryName, foreignCountries } from '#src/identity/accounts/countries.ts';
import { languages } from '#src/platform/i18n/translator.ts';
import {
  checkExpiry,
  checkLatinName,
  checkSeriesOrNumber,
  loginOf,
  passportDocument,
  type ForeignPassport,
} from '#src/identity/verification/foreign-passport.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const part = (minLength: number) => fc.string({ unit: fc.constantFrom(...letters), minLength, maxLength: 20 });
const lola: ForeignPassport = {
  country: 'UZB',
  series: 'FA',
  number: '1234567',
  familyName: 'KARIMOVA',
  givenName: 'LOLA',
  gender: 'female',
  birthdate: '1998-03-12',
  expiresAt: '2036-05-01',
  stayStatus: 'visa_free',
};

describe('a foreign passport', () => {
  it('F19: the login is country, series, number and two digits of the birth year, never padded and never cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...foreignCountries),
        part(0),
        part(1),
        fc.integer({ min: 1900, max: 2026 }),
        (country, series, number, year) => {
          const login = loginOf({ ...lola, country, series, number, birthdate: `${year}-01-01` });
          assert.equal(login, country + series + number + String(year).slice(2));
          assert.equal(normalizeForeignLogin(login.toLowerCase()), login);
        },
      ),
    );
  });

  it('F4: series and number in one or in two are the same passport', () => {
    const joined = { ...lola, series: '', number: 'FA1234567' };
    assert.equal(loginOf(joined), loginOf(lola));
    assert.equal(passportDocument(joined).value, passportDocument(lola).value);
  });

  it('F7: letters and digits of any length from one to twenty; look-alikes become Latin', () => {
    fc.assert(
      fc.property(part(0), (typed) => assert.deepEqual(checkSeriesOrNumber(typed.toLowerCase()), { value: typed })),
    );
    assert.deepEqual(checkSeriesOrNumber('АВ 123-45'), { value: 'AB12345' });
    for (const typed of ['x'.repeat(21), 'Ж1', 'A_1']) assert.ok('wrong' in checkSeriesOrNumber(typed), typed);
  });

  it('F7: names are Latin capitals as in the passport', () => {
    assert.deepEqual(checkLatinName("o'brien-Müller"), { value: 'O’BRIEN-MÜLLER' });
    assert.deepEqual(checkLatinName('Кarimova'), { value: 'KARIMOVA' });
    for (const [typed, wrong] of [
      ['Каримова', 'name_latin'],
      ['САВА', 'name_latin'],
      ['', 'required'],
      ['A1', 'name_letters'],
      ['Жanna', 'name_latin'],
    ])
      assert.deepEqual(checkLatinName(typed!), { wrong }, typed);
  });

  it('F7: valid on its last day and not after', () => {
    const now = new Date('2026-11-21T23:00:00Z');
    assert.deepEqual(checkExpiry('21.11.2026', now), { value: '2026-11-21' });
    assert.deepEqual(checkExpiry('20.11.2026', now), { wrong: 'foreign_passport_expired' });
  });

  it('F7: every country has a name in every language, and Russia is none of them', () => {
    assert.ok(!foreignCountries.includes('RUS'));
    for (const language of languages)
      for (const code of foreignCountries)
        assert.doesNotMatch(countryName(code, language), /^[A-Z]{2,3}$/, `${language} ${code}`);
  });
});
