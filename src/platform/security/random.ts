import { hash, randomBytes, randomInt, randomUUID } from 'node:crypto';

/** A time-ordered row id (RFC 9562 UUID version 7), so that new rows land together in the index. */
export function newId(now: Date): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now.getTime(), 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** 256 random bits in base64url, for links, cookies and secrets. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** A uniformly random decimal code, leading zeros kept. */
export function newCode(digits = 6): string {
  return String(randomInt(10 ** digits)).padStart(digits, '0');
}

/** Uniformly random characters of an alphabet. */
export function newText(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]!).join('');
}

/** For values with at least 128 random bits of their own; anything guessable needs a keyed index instead. */
export function hashToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

/** A reference a person can read out on the phone. */
export function newReference(): string {
  return randomUUID().slice(0, 8).toUpperCase();
}
