/** The words of a name or an address, together and apart: of `Римская-Корсакова` the halves are personal too. */
export function wordsOf(text: string): string[] {
  const parts = text.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return [...new Set([text.toLowerCase(), parts.join(''), ...parts])].filter((word) => word !== '');
}

/** How a word may stand in a password of Latin letters: as it is, in the usual transliterations, typed in the wrong layout. */
export function spellingsOf(word: string): string[] {
  const text = word.toLowerCase();
  if (!/\p{Script=Cyrillic}/u.test(text)) return [text];
  const typed = [...text].map((char) => layout[char] ?? char).join('');
  const spelt = schemes.map((scheme) => [...text].map((char) => scheme[char] ?? plain[char] ?? char).join(''));
  return [...new Set([text, typed, ...spelt])];
}

const plain: Record<string, string> = {
  а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ё: 'e', ж: 'zh', з: 'z', и: 'i', й: 'y', к: 'k', л: 'l', м: 'm', н: 'n', о: 'o', п: 'p',
  р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'kh', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'shch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'yu', я: 'ya',
}; // prettier-ignore

/** Passports (ICAO 9303), by ear, and as people shorten it. */
const schemes: Record<string, string>[] = [
  {},
  { й: 'i', ъ: 'ie', ю: 'iu', я: 'ia' },
  { ё: 'yo', х: 'h', ц: 'c' },
  { ё: 'jo', й: 'j', х: 'h', ц: 'c', щ: 'sch', ю: 'ju', я: 'ja' },
  { ь: 'i', х: 'h' },
  { ь: 'y', х: 'h' },
];

const layout = Object.fromEntries(
  [...'ёйцукенгшщзхъфывапролджэячсмитьбю'].map((char, i) => [char, "`qwertyuiop[]asdfghjkl;'zxcvbnm,."[i]!]),
);
