import assert from 'node:assert/strict';
import { patternFault } from '#src/identity/app-locks/swipe-pattern.ts';

describe('a pattern of nine points', () => {
  it('F5: four points or more, none twice, and not what everybody draws', () => {
    for (const [pattern, fault] of [
      ['', 'pattern_short'],
      ['159', 'pattern_short'],
      ['15921', 'pattern_repeats'],
      ['1590', 'pattern_digits'],
      ['12a4', 'pattern_digits'],
      ['1234', 'pattern_simple'],
      ['9876', 'pattern_simple'],
      ['1478', 'pattern_simple'],
      ['1357', 'pattern_simple'],
      ['123698', 'pattern_simple'],
      ['1592', undefined],
      ['2591', undefined],
      ['573814962', undefined],
    ] as const)
      assert.equal(patternFault(pattern), fault, pattern);
  });
});
