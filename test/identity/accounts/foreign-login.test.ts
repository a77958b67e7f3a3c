import assert from 'node:assert/strict';
import { foreignLogin, normalizeForeignLogin } from '#src/identity/accounts/foreign-login.ts';

describe('a foreign citizen’s login', () => {
  const document = { country: 'UZB', series: 'AB', number: '1234567', birthYear: '1990' };

  it('F20: country, series, number and two digits of the birth year, nothing padded and nothing cut', () => {
    assert.equal(foreignLogin(document), 'UZBAB123456790');
    assert.equal(foreignLogin({ ...document, series: '' }), 'UZB123456790');
    assert.equal(foreignLogin({ ...document, number: '7', birthYear: '07' }), 'UZBAB707');
  });

  it('F20: however it is typed it is the same login', () => {
    for (const typed of [
      'uzb ab 1234567 90',
      'UZB-AB-1234567-90',
      'УZВАВ123456790'.replace('УZ', 'UZ'),
      ' UZBAB123456790 ',
    ])
      assert.equal(normalizeForeignLogin(typed), 'UZBAB123456790', typed);
  });

  it('F4: Cyrillic letters that look Latin are Latin; others are refused', () => {
    assert.equal(foreignLogin({ ...document, series: 'АВ' }), 'UZBAB123456790');
    assert.equal(foreignLogin({ ...document, series: 'ЖЩ' }), undefined);
    assert.equal(normalizeForeignLogin('УЗБ1234567'), undefined);
  });

  it('what is no such login is none', () => {
    for (const typed of ['', 'UZ1', '1234567890', 'UZBAB12345679X', 'x'.repeat(300)])
      assert.equal(normalizeForeignLogin(typed), undefined, typed);
    assert.equal(foreignLogin({ ...document, birthYear: '190' }), undefined);
    assert.equal(foreignLogin({ ...document, country: 'U1B' }), undefined);
  });
});
