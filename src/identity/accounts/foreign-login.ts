import { plain } from '#src/identity/accounts/contact.ts';

/** Cyrillic letters that look like Latin ones: on a foreign keyboard nobody sees which was typed. */
const lookAlikes: Record<string, string> = {
  А: 'A', В: 'B', Е: 'E', Ё: 'E', Ѕ: 'S', І: 'I', Ї: 'I', Ј: 'J', К: 'K', М: 'M', Н: 'H', О: 'O', Р: 'P', С: 'C', Т: 'T',
  У: 'Y', Ү: 'Y', Х: 'X', Һ: 'H', Ԛ: 'Q', Ԝ: 'W',
}; // prettier-ignore

/** Where a foreign citizen's login comes from: nothing is padded and nothing is cut. */
export interface ForeignDocument {
  /** Three letters. */
  country: string;
  /** May be empty. */
  series: string;
  number: string;
  /** Two or four digits. */
  birthYear: string;
}

/** Country, series, number and two digits of the birth year, in one. Undefined: that is none. */
export function foreignLogin({ country, series, number, birthYear }: ForeignDocument): string | undefined {
  const year = /^(?:\d\d)?(\d\d)$/.exec(plain(birthYear))?.[1];
  const parts = [country, series, number].map(latinCapitals);
  if (!year || !/^[A-Z]{3}$/.test(parts[0]!) || !/^[A-Z0-9]{0,20}$/.test(parts[1]!)) return undefined;
  return /^[A-Z0-9]{1,20}$/.test(parts[2]!) ? parts.join('') + year : undefined;
}

/** The same, typed as one. */
export function normalizeForeignLogin(typed: string): string | undefined {
  const login = latinCapitals(typed);
  return /^[A-Z]{3}[A-Z0-9]{1,40}\d\d$/.test(login) ? login : undefined;
}

/** Latin capitals and digits; blanks and dashes are spelling. */
export function latinCapitals(typed: string): string {
  const bare = plain(typed.slice(0, 200))
    .replace(/[\s\u2010-\u2015.-]/g, '')
    .toUpperCase();
  return withoutLookAlikes(bare);
}

/** Of capitals: each Cyrillic letter that looks Latin as the Latin one. */
export function withoutLookAlikes(capitals: string): string {
  return [...capitals].map((letter) => lookAlikes[letter] ?? letter).join('');
}
