import assert from 'node:assert/strict';
import { checkBirthdate, checkIssueDay, parseDay } from '#src/identity/verification/calendar.ts';
import {
  checkDepartmentCode,
  checkInn,
  checkPassportNumber,
  checkSeries,
  checkSnils,
  type Checked,
} from '#src/identity/verification/russian-documents.ts';

const now = new Date('2026-11-21T12:00:00Z');
type Row = [typed: string, found: string];

describe('documents of the Russian Federation', () => {
  table('a series', (typed) => checkSeries(typed, now), [
    ['4510', '4510'],
    ['45 10', '45 10'.replace(' ', '')],
    ['４５１０', '4510'],
    ['451', '!series_length'],
    ['45100', '!series_length'],
    ['0010', '!series_implausible'],
    ['4560', '!series_implausible'],
    ['4599', '4599'],
    ['45l0', '!letter_for_digit'],
    ['45О0', '!letter_for_digit'],
    ['45х0', '!digits_only'],
    ['', '!required'],
  ]);

  table('a passport number', checkPassportNumber, [
    ['123456', '123456'],
    ['№ 123 456', '123456'],
    ['000000', '!passport_number_implausible'],
    ['12345', '!passport_number_length'],
    ['12З456', '!letter_for_digit'],
  ]);

  table('a department code', checkDepartmentCode, [
    ['770-001', '770-001'],
    ['770001', '770-001'],
    ['779-001', '!department_code_implausible'],
    ['000-001', '!department_code_implausible'],
    ['77-001', '!department_code_length'],
  ]);

  table('a SNILS', checkSnils, [
    ['112-233-445 95', '11223344595'],
    ['11223344595', '11223344595'],
    ['112-233-445 96', '!snils_checksum'],
    ['000-000-000 00', '!snils_checksum'],
    ['1122334459', '!snils_length'],
    ['112-233-44Б 95', '!letter_for_digit'],
  ]);

  table('an INN', checkInn, [
    ['500100732259', '500100732259'],
    ['500100732258', '!inn_checksum'],
    ['000000000000', '!inn_checksum'],
    ['5001007322', '!inn_length'],
  ]);

  table('a day', parseDay, [
    ['12.03.1998', '1998-03-12'],
    ['1.3.1998', '1998-03-01'],
    ['12/03/1998', '1998-03-12'],
    ['1998-03-12', '1998-03-12'],
    ['12031998', '1998-03-12'],
    ['29.02.2000', '2000-02-29'],
    ['29.02.2001', '!date_impossible'],
    ['31.11.2001', '!date_impossible'],
    ['12.13.2001', '!date_impossible'],
    ['вчера', '!date_format'],
    ['12.03.98', '!date_format'],
  ]);

  table('a birth date', (typed) => checkBirthdate(typed, now), [
    ['21.11.2012', '2012-11-21'],
    ['22.11.2012', '!birthdate_too_young'],
    ['22.11.2026', '!date_future'],
    ['01.01.1890', '!birthdate_too_old'],
  ]);

  table('a day of issue', (typed) => checkIssueDay(typed, '1988-06-05', now), [
    ['20.07.2008', '2008-07-20'],
    ['04.06.2002', '!issue_date_before_14'],
    ['04.06.2008', '!passport_expired'],
    ['30.09.1997', '!issue_date_too_early'],
    ['22.11.2026', '!date_future'],
  ]);

  it('a passport holds for ninety days after the birthday that ends it', () => {
    const day = (birthdate: string) => checkIssueDay('10.10.2020', birthdate, now);
    assert.ok('value' in day('2006-09-01'));
    assert.deepEqual(day('2006-08-20'), { wrong: 'passport_expired' });
  });
});

function table(name: string, check: (typed: string) => Checked, rows: Row[]): void {
  for (const [typed, found] of rows)
    it(`${name} typed as «${typed}»: ${found}`, () => {
      const checked = check(typed);
      assert.equal('value' in checked ? checked.value : `!${checked.wrong}`, found);
    });
}
