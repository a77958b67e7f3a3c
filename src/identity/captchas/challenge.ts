import { newCode, newText } from '#src/platform/security/random.ts';

/** Digits and capitals that look alike in Latin and Cyrillic and like nothing else: every keyboard has them. */
const ALPHABET = '2456789ACEHKMPTXY';
const PICTURE_LENGTH = 5;
const SOUND_LENGTH = 6;

/** What a person reads off the picture, or hears; either is an answer. */
export interface Challenge {
  characters: string;
  digits: string;
}

export function newChallenge(): Challenge {
  return { characters: newText(ALPHABET, PICTURE_LENGTH), digits: newCode(SOUND_LENGTH) };
}

export function isAnswer({ characters, digits }: Challenge, typed: string): boolean {
  const answer = fold(typed);
  return answer === characters || answer === digits;
}

const cyrillic = 'АСЕНКМРТХУ';
const latin = 'ACEHKMPTXY';

/** Blanks, case and the keyboard's alphabet are spelling. */
export function fold(typed: string): string {
  return typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .replaceAll(/[А-Я]/g, (letter) => latin[cyrillic.indexOf(letter)] ?? letter);
}
