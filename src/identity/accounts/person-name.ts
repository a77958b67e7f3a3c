import { plain } from '#src/identity/accounts/contact.ts';

const cyrillicWord = /^\p{Script=Cyrillic}+$/u;
const latinWord = /^\p{Script=Latin}+$/u;

/** Collapsed blanks, one kind of hyphen and apostrophe; the person's own capital letters. */
export function normalizeName(typed: string): string {
  return plain(typed)
    .replace(/\s+/g, ' ')
    .replace(/[‐‑–—]/g, '-')
    .replace(/['’ʼ`´ʻ]/g, '\u2019');
}

/** Letters, hyphen, apostrophe and space (R5); each word wholly Cyrillic or wholly Latin, so that look-alikes do not mix. */
export function isPersonName(name: string): boolean {
  const words = name.split(/[ \u2019-]/).filter((word) => word !== '');
  return (
    words.length > 0 &&
    words.every((word) => cyrillicWord.test(word) || latinWord.test(word)) &&
    !/[ \u2019-]{2}|^[ -]|[ -]$/.test(name)
  );
}
