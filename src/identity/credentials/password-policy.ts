import { randomInt } from 'node:crypto';
import { dictionary } from '@zxcvbn-ts/language-common';
import type { Config } from '#src/platform/config/config.ts';

export type PasswordRule =
  | 'length'
  | 'length_first'
  | 'upper'
  | 'lower'
  | 'digit'
  | 'punctuation'
  | 'ascii'
  | 'personal'
  | 'common'
  | 'sequence';

/** What a password must not be built from. */
export interface PersonalFacts {
  names: string[];
  birthdate?: string;
  phones: string[];
  emails: string[];
  snils?: string;
}

export interface RuleVerdict {
  code: PasswordRule;
  ok: boolean;
}

/** Longer ones are refused before anything is computed on them. */
export const MAX_PASSWORD_LENGTH = 128;

/** One policy at every door (P1 to P3, C1, C2). Each rule answers for itself, so the page can name the one that fails. */
export class PasswordPolicy {
  readonly #policy: Config['passwords']['policy'];

  constructor({ policy }: Pick<Config['passwords'], 'policy'>) {
    this.#policy = policy;
  }

  get rules(): PasswordRule[] {
    return this.#policy === 'composition'
      ? ['length', 'upper', 'lower', 'digit', 'punctuation', 'ascii', 'personal', 'common', 'sequence']
      : ['length_first', 'ascii', 'personal', 'common', 'sequence'];
  }

  check(password: string, facts: PersonalFacts): RuleVerdict[] {
    return this.rules.map((code) => ({ code, ok: checks[code](password, facts) }));
  }

  accepts(password: string, facts: PersonalFacts): boolean {
    return this.check(password, facts).every(({ ok }) => ok);
  }
}

/** Sixteen characters of all four kinds, easy to tell apart, in groups that can be copied from paper. */
export function suggestPassword(): string {
  const kinds = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnpqrstuvwxyz', '23456789'];
  const pick = (from: string) => from[randomInt(from.length)]!;
  const all = kinds.join('');
  for (;;) {
    const groups = Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => pick(all)).join(''));
    const password = groups.join('-');
    if (kinds.every((kind) => [...password].some((char) => kind.includes(char))) && checks.sequence(password, noFacts))
      return password;
  }
}

const noFacts: PersonalFacts = { names: [], phones: [], emails: [] };

const checks: Record<PasswordRule, (password: string, facts: PersonalFacts) => boolean> = {
  length: (password) => password.length >= 8 && password.length <= MAX_PASSWORD_LENGTH,
  length_first: (password) => password.length >= 15 && password.length <= MAX_PASSWORD_LENGTH,
  upper: (password) => /[A-Z]/.test(password),
  lower: (password) => /[a-z]/.test(password),
  digit: (password) => /[0-9]/.test(password),
  punctuation: (password) => /[!-/:-@[-`{-~]/.test(password),
  ascii: (password) => /^[ -~]*$/.test(password),
  personal: (password, facts) => !containsPersonal(password, facts),
  common: (password) => !isCommon(password),
  sequence: (password) => !hasKeyboardRun(password),
};

const rows = ['`1234567890-=', 'qwertyuiop[]', "asdfghjkl;'", 'zxcvbnm,./', 'abcdefghijklmnopqrstuvwxyz', '0123456789'];
const cyrillicRows = ['йцукенгшщзхъ', 'фывапролджэ', 'ячсмитьбю'];
const latinOfCyrillic = ['qwertyuiop[]', "asdfghjkl;'", 'zxcvbnm,.'];

/** Four neighbours in a row, either way; also Cyrillic rows written in Latin (`ycuken`), and four equal characters. */
function hasKeyboardRun(password: string): boolean {
  const text = password.toLowerCase();
  const lines = [...rows, ...cyrillicRows, ...cyrillicRows.map(transliterate), ...latinOfCyrillic];
  return (
    /(.)\1{3}/.test(text) || lines.some((line) => hasRunOf(text, line) || hasRunOf(text, [...line].reverse().join('')))
  );
}

function hasRunOf(text: string, line: string): boolean {
  for (let i = 0; i + 4 <= line.length; i++) if (text.includes(line.slice(i, i + 4))) return true;
  return false;
}

let commonPasswords: Set<string> | undefined;

/** In the list, also when dressed up with capitals, digits and marks around it or the usual letter swaps. */
function isCommon(password: string): boolean {
  commonPasswords ??= new Set([...dictionary['passwords-common'], ...ownWords]);
  const lower = password.toLowerCase();
  const bare = lower.replace(/^[^a-z]+|[^a-z]+$/g, '');
  const swapped = lower
    .replace(/[@4]/g, 'a')
    .replace(/3/g, 'e')
    .replace(/[1!|]/g, 'i')
    .replace(/0/g, 'o')
    .replace(/[$5]/g, 's');
  return [lower, bare, swapped, swapped.replace(/^[^a-z]+|[^a-z]+$/g, '')].some(
    (word) => word.length >= 4 && commonPasswords!.has(word),
  );
}

const ownWords = [
  'openesia',
  'gosuslugi',
  'esia',
  'parol',
  'gfhjkm',
  'privet',
  'lyubov',
  'rossiya',
  'moskva',
  'gosuslugi.ru',
  'gosportal',
];

function containsPersonal(password: string, facts: PersonalFacts): boolean {
  const text = password.toLowerCase();
  const digits = password.replace(/\D/g, '');
  const names = facts.names.flatMap((name) => [name.toLowerCase(), transliterate(name.toLowerCase())]);
  const words = [...names, ...facts.emails.map((email) => email.split('@')[0]!.toLowerCase())].filter(
    (word) => word.length >= 3,
  );
  if (words.some((word) => text.includes(word))) return true;
  if (facts.phones.some((phone) => digits.includes(phone.slice(-7)) || digits.includes(phone.slice(-10)))) return true;
  if (facts.snils && digits.includes(facts.snils.slice(0, 9))) return true;
  return facts.birthdate !== undefined && birthdateForms(facts.birthdate).some((form) => digits.includes(form));
}

function birthdateForms(date: string): string[] {
  const [year, month, day] = date.split('-') as [string, string, string];
  return [`${day}${month}${year}`, `${year}${month}${day}`, `${month}${day}${year}`, `${day}${month}${year.slice(2)}`];
}

const latin: Record<string, string> = {
  а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ё: 'e', ж: 'zh', з: 'z', и: 'i', й: 'y', к: 'k', л: 'l', м: 'm', н: 'n', о: 'o', п: 'p',
  р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'kh', ц: 'c', ч: 'ch', ш: 'sh', щ: 'shch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'yu', я: 'ya',
}; // prettier-ignore

function transliterate(text: string): string {
  return [...text].map((char) => latin[char] ?? char).join('');
}
