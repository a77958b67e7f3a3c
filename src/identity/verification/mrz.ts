import { plain } from '#src/identity/accounts/contact.ts';
import { withoutLookAlikes } from '#src/identity/accounts/foreign-login.ts';

/** What the machine-readable lines of a passport or card say, each value as printed there. */
export interface MachineReadable {
  country: string;
  number: string;
  familyName: string;
  givenName: string;
  gender: 'male' | 'female' | undefined;
  /** ISO 8601 dates. */
  birthdate: string;
  expiresAt: string;
}

/** Codes that are not those of ISO 3166-1. */
const countryCodes: Record<string, string> = { D: 'DEU', GBD: 'GBR', GBN: 'GBR', GBO: 'GBR', GBP: 'GBR', GBS: 'GBR' };

/**
 * Two lines of 44 (TD3, passports) or three of 30 (TD1, cards), by ICAO 9303. Every check digit must be right.
 * @param now decides the century of a birth year.
 */
export function readMrz(typed: string, now: Date): MachineReadable | { wrong: 'mrz_lines' | 'mrz_check' | 'mrz_date' } {
  const lines = linesOf(typed);
  const parts = lines && (lines.length === 2 ? passportParts(lines) : cardParts(lines));
  if (!parts) return { wrong: 'mrz_lines' };
  if (!parts.checked.every(([text, digit]) => checkDigit(text) === digit)) return { wrong: 'mrz_check' };
  const [birthdate, expiresAt] = [day(parts.birth, now, 0), day(parts.expiry, now, 50)];
  if (!birthdate || !expiresAt) return { wrong: 'mrz_date' };
  const [familyName = '', givenName = ''] = parts.names.split('<<').map((name) => name.replaceAll('<', ' ').trim());
  const country = parts.country.replaceAll('<', '');
  return {
    country: countryCodes[country] ?? country,
    number: parts.number.replaceAll('<', ''),
    familyName,
    givenName,
    gender: parts.sex === 'M' ? 'male' : parts.sex === 'F' ? 'female' : undefined,
    birthdate,
    expiresAt,
  };
}

/** Weights 7, 3, 1; letters count from ten, fillers nothing. */
export function checkDigit(text: string): string {
  const sum = [...text].reduce((total, char, i) => total + valueOf(char) * [7, 3, 1][i % 3]!, 0);
  return String(sum % 10);
}

interface Parts {
  country: string;
  number: string;
  names: string;
  sex: string;
  birth: string;
  expiry: string;
  checked: [text: string, digit: string][];
}

/** As typed, scanned or pasted: in lines, or all in one. */
function linesOf(typed: string): string[] | undefined {
  const text = withoutLookAlikes(plain(typed.slice(0, 400)).toUpperCase()).replaceAll(/[«‹]/g, '<');
  const bare = text.replaceAll(/\s/g, '');
  if (!/^[A-Z0-9<]+$/.test(bare)) return undefined;
  const length = { 88: 44, 90: 30 }[bare.length];
  return length === undefined ? undefined : [...bare.match(new RegExp(`.{${length}}`, 'g'))!];
}

function passportParts([first, second]: string[]): Parts | undefined {
  if (!first!.startsWith('P')) return undefined;
  const at = (from: number, to: number) => second!.slice(from, to);
  const personal: [string, string][] =
    at(28, 42) === '<'.repeat(14) && at(42, 43) === '<' ? [] : [[at(28, 42), at(42, 43)]];
  return {
    country: first!.slice(2, 5),
    names: first!.slice(5),
    number: at(0, 9),
    birth: at(13, 19),
    sex: at(20, 21),
    expiry: at(21, 27),
    checked: [
      [at(0, 9), at(9, 10)],
      [at(13, 19), at(19, 20)],
      [at(21, 27), at(27, 28)],
      ...personal,
      [at(0, 10) + at(13, 20) + at(21, 43), at(43, 44)],
    ],
  };
}

function cardParts([first, second, third]: string[]): Parts | undefined {
  if (!/^[ACI]/.test(first!)) return undefined;
  const at = (from: number, to: number) => second!.slice(from, to);
  // A longer number goes on where other things may stand, up to its check digit and a filler.
  const rest = first![14] === '<' ? (/^[A-Z0-9]+(?=<)/.exec(first!.slice(15))?.[0] ?? '') : '';
  const number = first!.slice(5, 14) + (rest ? rest.slice(0, -1) : '');
  return {
    country: first!.slice(2, 5),
    names: third!,
    number,
    birth: at(0, 6),
    sex: at(7, 8),
    expiry: at(8, 14),
    checked: [
      rest ? [number, rest.slice(-1)] : [number, first![14]!],
      [at(0, 6), at(6, 7)],
      [at(8, 14), at(14, 15)],
      [first!.slice(5) + at(0, 7) + at(8, 15) + at(18, 29), at(29, 30)],
    ],
  };
}

function valueOf(char: string): number {
  if (char === '<') return 0;
  return /\d/.test(char) ? Number(char) : char.charCodeAt(0) - 55;
}

/** The latest year with these two digits that is no more than so many years ahead. */
function day(text: string, now: Date, yearsAhead: number): string | undefined {
  if (!/^\d{6}$/.test(text)) return undefined;
  const latest = now.getUTCFullYear() + yearsAhead;
  const year = latest - ((latest - Number(text.slice(0, 2))) % 100);
  const iso = `${year}-${text.slice(2, 4)}-${text.slice(4)}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : undefined;
}
