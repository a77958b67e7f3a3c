import { createRequire } from 'node:module';
import { domainToASCII } from 'node:url';
import type * as Phones from 'libphonenumber-js/mobile';

// Six megabytes of numbering plans, read when the first number is.
const load = createRequire(import.meta.url);
let phones: typeof Phones | undefined;

export type ContactKind = 'phone' | 'email';

/** In normal form: E.164 for phones, lower case with an ASCII domain for e-mail. */
export interface Contact {
  kind: ContactKind;
  value: string;
}

/** A mobile number in E.164, typed in any usual way; Russian when no country code is given. Undefined: not a mobile number. */
export function normalizePhone(typed: string): string | undefined {
  return mobileNumber(typed)?.number;
}

/** Two-letter country of a number, for the list of countries that may receive messages. */
export function phoneCountry(typed: string): string | undefined {
  return mobileNumber(typed)?.country;
}

/** Undefined: not an address. Letters before the @ must be ASCII, so that look-alikes cannot make a second address. */
export function normalizeEmail(typed: string): string | undefined {
  const [, local, domain] = /^([^@\s]+)@([^@\s]+)$/.exec(plain(typed).toLowerCase()) ?? [];
  if (
    !local ||
    !domain ||
    local.length > 64 ||
    !/^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(local)
  )
    return undefined;
  // The URL parser behind domainToASCII would also take a path, percent-encoding or an IP address.
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  if (!/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(ascii) || ascii.length > 253)
    return undefined;
  return `${local}@${ascii}`;
}

/** Eleven digits whose last two are the checksum of the nine before. */
export function normalizeSnils(typed: string): string | undefined {
  const digits = plain(typed).replace(/[\s-]/g, '');
  if (!/^\d{11}$/.test(digits)) return undefined;
  // Numbers up to 001-001-998 were given out before there was a check number.
  if (Number(digits.slice(0, 9)) <= 1_001_998) return digits;
  const sum = [...digits].slice(0, 9).reduce((total, digit, i) => total + Number(digit) * (9 - i), 0);
  return Number(digits.slice(9)) === (sum % 101) % 100 ? digits : undefined;
}

/** As people write it: groups that the country is used to, no line break inside. */
export function spellContact({ kind, value }: { kind: string; value: string }): string {
  if (kind === 'email') return value;
  const [, code, first, second, third] = /^\+7(\d{3})(\d{3})(\d\d)(\d\d)$/.exec(value) ?? [];
  if (code) return `+7\u00a0${code}\u00a0${first}‑${second}‑${third}`;
  phones ??= load('libphonenumber-js/mobile') as typeof Phones;
  return (phones.parsePhoneNumberFromString(value)?.formatInternational() ?? value).replaceAll(' ', '\u00a0');
}

/** Enough for the owner to recognise it, too little for anybody else. */
export function maskContact({ kind, value }: Contact): string {
  if (kind === 'phone') return `${value.slice(0, 2)} ••• •••‑••‑${value.slice(-2)}`;
  const at = value.indexOf('@');
  return `${value[0]}•••${value.slice(at)}`;
}

/** Compatibility forms, zero-width characters and Eastern digits are spelling, not content. */
export function plain(typed: string): string {
  return typed
    .normalize('NFKC')
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\u061c\ufeff\u00ad]/g, '')
    .replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .trim();
}

/** Every Russian number that begins with 9 is a mobile one; those are nearly all, and need no numbering plans. */
function mobileNumber(typed: string): { number: string; country?: string | undefined } | undefined {
  const text = plain(typed);
  if (/^(\+7|8)9\d{9}$/.test(text)) return { number: `+7${text.slice(-10)}`, country: 'RU' };
  if (text.length > 40 || !/^[+\d\s().\u2010-\u2015\u2212-]+$/.test(text)) return undefined;
  phones ??= load('libphonenumber-js/mobile') as typeof Phones;
  const number = phones.parsePhoneNumberFromString(text, 'RU');
  return number?.isValid() ? number : undefined;
}
