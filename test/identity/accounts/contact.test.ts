import assert from 'node:assert/strict';
import {
  maskContact,
  normalizeEmail,
  normalizePhone,
  normalizeSnils,
  phoneCountry,
} from '#src/identity/accounts/contact.ts';
import { isPersonName, normalizeName } from '#src/identity/accounts/person-name.ts';

const inDigits = (text: string, zero: number) =>
  text.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));

describe('spellings of one thing', () => {
  it('F4: of a phone are equal after normalisation', () => {
    const spellings = [
      '+79123456789', '89123456789', '79123456789', '9123456789', '8 (912) 345-67-89', '+7 912 345 67 89', '+7 (912) 345‑67‑89',
      ' +7 912 345–67–89 ', '8.912.345.67.89', '\u200b+7912\u200b3456789', '\u00ad+79123456789\ufeff', '+7\u00a0912\u00a0345\u00a067\u00a089',
      inDigits('+79123456789', 0x660), inDigits('89123456789', 0x6f0), inDigits('+79123456789', 0xff10), '＋７９１２３４５６７８９', '\u202a+79123456789\u202c',
    ]; // prettier-ignore
    for (const typed of spellings) assert.equal(normalizePhone(typed), '+79123456789', JSON.stringify(typed));
  });

  it('F4: of what is no mobile number are refused', () => {
    const refused = [
      '', '   ', '12', '+7912345678', '+791234567890', '+74951234567', '8 800 100 70 10', '+7912345678O', '+7912345б789', 'tel:+79123456789',
      '+79123456789;ext=5', '+79123456789,1', inDigits('+79123456789', 0x966), '++79123456789', '+7912345678９９９', '9'.repeat(41), '٣', '+', '102', '<b>+79123456789</b>',
    ]; // prettier-ignore
    for (const typed of refused) assert.equal(normalizePhone(typed), undefined, JSON.stringify(typed));
  });

  it('F4: of foreign mobile numbers keep their country', () => {
    for (const [typed, value, country] of [
      ['+374 91 123456', '+37491123456', 'AM'],
      ['+7 701 123 45 67', '+77011234567', 'KZ'],
      ['+996 555 123 456', '+996555123456', 'KG'],
      ['+998 90 123 45 67', '+998901234567', 'UZ'],
      ['+992 90 123 4567', '+992901234567', 'TJ'],
      ['+44 7400 123456', '+447400123456', 'GB'],
    ] as const) {
      assert.equal(normalizePhone(typed), value);
      assert.equal(phoneCountry(typed), country);
    }
  });

  it('F4: of an e-mail address are equal after normalisation', () => {
    const spellings = [
      'anna@example.org', 'ANNA@EXAMPLE.ORG', ' Anna@Example.Org ', 'ａｎｎａ@example.org', 'anna＠example.org', 'an\u200bna@example.org',
      'anna@exam\u00adple.org', 'anna@ｅｘａｍｐｌｅ.org', '\ufeffanna@example.org', 'anna@example.org\u202c', 'anna@ℯxample.org',
    ]; // prettier-ignore
    for (const typed of spellings) assert.equal(normalizeEmail(typed), 'anna@example.org', JSON.stringify(typed));
    assert.equal(normalizeEmail('Вера@пример.рф'), undefined);
    for (const typed of [
      'vera@пример.рф',
      'vera@ПРИМЕР.РФ',
      'Vera@xn--e1afmkfd.xn--p1ai',
      'vera@XN--E1AFMKFD.xn--p1ai',
    ])
      assert.equal(normalizeEmail(typed), 'vera@xn--e1afmkfd.xn--p1ai', typed);
  });

  it('F4: of an e-mail address with look-alike letters are another domain or refused, never the same address', () => {
    for (const typed of [
      'аnna@example.org',
      'anna@exаmple.org',
      'anna@еxample.org',
      'αnna@example.org',
      'anna@examp1e.org',
      'anna@ехаmple.org',
    ])
      assert.notEqual(normalizeEmail(typed), 'anna@example.org', typed);
    assert.equal(normalizeEmail('аnna@example.org'), undefined, 'Cyrillic а');
  });

  it('F4: of what is no address are refused', () => {
    const refused = [
      '', '@', 'anna', 'anna@', '@example.org', 'anna@example', 'anna@@example.org', 'a@b@example.org', 'an na@example.org', 'anna@exam ple.org',
      'anna@example.org/x', 'anna@example.org?x', 'anna@example.org#x', 'anna@example.org:25', 'anna@ex%61mple.org', 'anna@example.org\\x', 'anna@10.0.0.10',
      'anna@0x7f.12', 'anna@127.1', 'anna@[127.0.0.1]', 'anna@[::1]', 'anna@example.org.', 'anna@.org', 'anna@-a.org', 'anna@a-.org', 'anna@a..org',
      'anna@example.1', 'anna@ex_ample.org', '.anna@example.org', 'anna.@example.org', 'an..na@example.org', '"anna"@example.org', 'anna(x)@example.org',
      'Anna <anna@example.org>', 'anna@example.org,b@example.org', 'anna@example.org\r\nbcc:b@example.org', 'anna@exa\u0000mple.org', 'an\u0000na@example.org',
      `${'a'.repeat(65)}@example.org`, `anna@${'a'.repeat(64)}.org`, `anna@${'a.'.repeat(130)}org`, 'anna@пример\u2024рф/х', 'anna@example。org',
    ]; // prettier-ignore
    for (const typed of refused) assert.equal(normalizeEmail(typed), undefined, JSON.stringify(typed));
  });

  it('F4: of a SNILS are equal after normalisation, and the checksum is asked for', () => {
    for (const typed of [
      '112-233-445 95',
      '11223344595',
      '112 233 445 95',
      ' 112-233-445-95 ',
      inDigits('11223344595', 0x660),
      '１１２-233-445 95',
      '112\u200b23344595',
    ])
      assert.equal(normalizeSnils(typed), '11223344595', typed);
    for (const typed of [
      '11223344596',
      '1122334459',
      '112233445955',
      '112-233-445 9O',
      '',
      '112.233.445.95',
      inDigits('11223344595', 0x966),
    ])
      assert.equal(normalizeSnils(typed), undefined, typed);
  });

  it('F4, R5: of a name are equal after normalisation', () => {
    for (const typed of ['О’Коннор', "О'Коннор", 'О`Коннор', 'ОʼКоннор', ' О’Коннор\u200b'])
      assert.equal(normalizeName(typed), 'О’Коннор', typed);
    for (const typed of ['Римская-Корсакова', 'Римская‑Корсакова', 'Римская–Корсакова'])
      assert.equal(normalizeName(typed), 'Римская-Корсакова', typed);
    assert.equal(normalizeName('Еле\u0308на'), 'Елёна');
    assert.equal(normalizeName('Анна  Мария'), 'Анна Мария');
    assert.equal(normalizeName('Ａｎｎａ'), 'Anna');
    assert.equal(normalizeName('\u2067Анна\u2069'), 'Анна');
  });

  it('R5: names are letters, hyphens, apostrophes and spaces, each word in one script', () => {
    for (const name of [
      'Ли',
      'Ё',
      'Соловьёва',
      'Римская-Корсакова',
      'О’Коннор',
      'де ла Крус',
      'Müller',
      'Đặng',
      'Ғабдуллин',
      'Ҷалолиддин',
      'Oʻgʻlon',
    ])
      assert.ok(isPersonName(normalizeName(name)), name);
    for (const name of [
      '',
      ' ',
      '-',
      '’',
      'Анна1',
      'Иванoв',
      'Iванов',
      'Аnna',
      'А_Б',
      'Анна.',
      'А--Б',
      '-Анна',
      'Анна-',
      'А ’ Б',
      'Анна😀',
      'Ан\u0301на',
      'אנה',
      'Άννα',
      '<b>',
      'А\u0000',
    ])
      assert.ok(!isPersonName(normalizeName(name)), JSON.stringify(name));
  });

  it('F1: a masked contact tells its owner and nobody else', () => {
    assert.equal(maskContact({ kind: 'phone', value: '+79123456789' }), '+7 ••• •••‑••‑89');
    assert.equal(maskContact({ kind: 'email', value: 'anna@example.org' }), 'a•••@example.org');
  });
});
