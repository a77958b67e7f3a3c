import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkDigit, readMrz } from '#src/identity/verification/mrz.ts';

const now = new Date('2026-11-01T00:00:00Z');
// The specimens of ICAO 9303, parts 4 and 5.
const passport = ['P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<', 'L898902C36UTO7408122F1204159ZE184226B<<<<<10'];
const card = ['I<UTOD231458907<<<<<<<<<<<<<<<', '7408122F1204159UTO<<<<<<<<<<<6', 'ERIKSSON<<ANNA<MARIA<<<<<<<<<<'];
const anna = {
  country: 'UTO',
  familyName: 'ERIKSSON',
  givenName: 'ANNA MARIA',
  gender: 'female',
  birthdate: '1974-08-12',
  expiresAt: '2012-04-15',
};

describe('machine-readable lines', () => {
  it('F7: the specimen of a passport is read', () => {
    assert.deepEqual(readMrz(passport.join('\n'), now), { ...anna, number: 'L898902C3' });
  });

  it('F7: the specimen of a card is read', () => {
    assert.deepEqual(readMrz(card.join('\r\n'), now), { ...anna, number: 'D23145890' });
  });

  it('F7: a card’s number of more than nine characters goes on further right', () => {
    const [number, more] = ['D23145890', '734'];
    const first = `I<UTO${number}<${more}${checkDigit(number + more)}<<<<<<<<<<<`;
    const middle = '7408122F1204159UTO<<<<<<<<<<<';
    const second =
      middle + checkDigit(first.slice(5) + middle.slice(0, 7) + middle.slice(8, 15) + middle.slice(18, 29));
    const read = readMrz([first, second, card[2]].join('\n'), now);
    assert.equal('number' in read && read.number, 'D23145890734', JSON.stringify(read));
  });

  it('F7: blanks, small letters, other brackets and Cyrillic look-alikes are spelling', () => {
    const spelt = passport.join('  ').toLowerCase().replaceAll('<', '‹').replaceAll('e', 'е');
    assert.deepEqual(readMrz(spelt, now), readMrz(passport.join('\n'), now));
  });

  it('F7: any one character of a checked field that is read wrongly is found out', () => {
    const places = [...Array(20).keys(), ...Array.from({ length: 23 }, (_, i) => i + 21)].filter(
      (i) => i < 10 || i > 12,
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.constantFrom(...'0123456789'), (place, digit) => {
        const second = passport[1]!;
        fc.pre(second[place] !== digit && checkDigit(second[place]!) !== checkDigit(digit));
        const wrong = second.slice(0, place) + digit + second.slice(place + 1);
        assert.ok('wrong' in readMrz(`${passport[0]}\n${wrong}`, now), `${place} ${digit}`);
      }),
    );
  });

  it('F7: whatever is pasted gets an answer', () => {
    fc.assert(fc.property(fc.string({ maxLength: 500 }), (typed) => 'wrong' in readMrz(typed, now)));
    for (const typed of ['', passport[0]!, `${'<'.repeat(44)}\n${'<'.repeat(44)}`])
      assert.ok('wrong' in readMrz(typed, now), typed);
  });

  it('F7: a birth is never in the future', () => {
    const second = 'L898902C3<UTO2612318F3604150<<<<<<<<<<<<<<00';
    const read = readMrz(`${passport[0]}\n${second}`, now);
    assert.ok('wrong' in read);
  });
});
