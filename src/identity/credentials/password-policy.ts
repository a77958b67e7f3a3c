import type { Config } from '#src/platform/config/config.ts';
import { newText } from '#src/platform/security/random.ts';
import { CommonPasswords } from '#src/identity/credentials/common-passwords.ts';
import { spellingsOf, wordsOf } from '#src/identity/credentials/spellings.ts';

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

const LEGIBLE = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789';

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

  /** Sixteen characters of all four kinds, easy to tell apart, in groups that can be copied from paper (P4). */
  suggest(facts: PersonalFacts): string {
    for (;;) {
      const password = Array.from({ length: 4 }, () => newText(LEGIBLE, 4)).join('-');
      if (this.accepts(password, facts)) return password;
    }
  }
}

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
/** The beginnings alone: further on, letters written in Latin make ordinary syllables. */
const cyrillicRows = ['йцукенг', 'фывапр', 'ячсмит'];
const RUN = 4;

const runs = [
  ...rows.flatMap((row) => [...runsIn(row), ...runsIn([...row].reverse().join(''))]),
  ...cyrillicRows.flatMap((row) => runsIn(row).flatMap((run) => [run, ...spellingsOf(run)])),
];

/** Four neighbours in a row, either way; also Cyrillic rows written in Latin (`ycuken`), and four equal characters. */
function hasKeyboardRun(password: string): boolean {
  const text = password.toLowerCase();
  return /(.)\1{3}/.test(text) || runs.some((run) => text.includes(run));
}

function runsIn(line: string): string[] {
  return Array.from({ length: line.length - RUN + 1 }, (_, start) => line.slice(start, start + RUN));
}

/** Too close to this service to be anybody's secret, wherever they stand. */
const serviceWords = /openesia|gosuslug|gosportal/;
const ownWords = ['esia', 'parol', 'gfhjkm', 'privet', 'lyubov', 'rossiya', 'moskva', ...spellingsOf('пароль')];
let commonPasswords: CommonPasswords | undefined;

/** In the list, also when dressed up with capitals, digits and marks around it or the usual letter swaps. */
function isCommon(password: string): boolean {
  const common = (commonPasswords ??= CommonPasswords.load(ownWords));
  const lower = password.toLowerCase();
  const dressed = [lower, lower.replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, ''), lower.replace(/[^a-z]+$/, '')];
  const swapped = [...dressed, ...dressed.map(unswapped)];
  const words = [...swapped, ...swapped.map((word) => word.replace(/^[^a-z]+|[^a-z]+$/g, ''))];
  return words.some((word) => serviceWords.test(word) || (word.length >= 4 && common.has(word)));
}

function unswapped(text: string): string {
  const letters: Record<string, string> = {
    '@': 'a',
    4: 'a',
    3: 'e',
    1: 'i',
    '!': 'i',
    '|': 'i',
    0: 'o',
    5: 's',
    $: 's',
    7: 't',
  };
  return text.replace(/[@431!|05$7]/g, (sign) => letters[sign]!);
}

function containsPersonal(password: string, facts: PersonalFacts): boolean {
  const text = password.toLowerCase();
  const digits = password.replace(/\D/g, '');
  const words = [...facts.names, ...facts.emails.map((email) => email.split('@')[0]!)]
    .flatMap(wordsOf)
    .flatMap(spellingsOf)
    .filter((word) => word.length >= 3);
  if (words.some((word) => text.includes(word))) return true;
  if (facts.phones.some((phone) => digits.includes(phone.slice(-PHONE_TAIL)))) return true;
  if (facts.snils && digits.includes(facts.snils.slice(0, 9))) return true;
  return facts.birthdate !== undefined && birthdateForms(facts.birthdate).some((form) => digits.includes(form));
}

const PHONE_TAIL = 7;

function birthdateForms(date: string): string[] {
  const [year, month, day] = date.split('-') as [string, string, string];
  const short = year.slice(2);
  return [
    `${day}${month}${year}`,
    `${year}${month}${day}`,
    `${month}${day}${year}`,
    `${day}${month}${short}`,
    `${short}${month}${day}`,
  ];
}
