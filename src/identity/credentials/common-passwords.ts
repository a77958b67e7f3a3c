import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import type * as Lists from '@zxcvbn-ts/language-common';

/** 29 bits for each password, of which 20 are asked: one word in a million is taken for a password that it is not. */
const BITS_PER_PASSWORD = 29;
const PROBES = 20;
const PACKAGE = '@zxcvbn-ts/language-common';

/**
 * The passwords that thefts made public, as a Bloom filter: 49,000 words in 180 kB instead of 8 MB. Made from the package's
 * list when the first password is chosen, and the list is let go.
 */
export class CommonPasswords {
  readonly #bits: Uint8Array;

  constructor(words: readonly string[]) {
    this.#bits = new Uint8Array(Math.ceil((words.length * BITS_PER_PASSWORD) / 8));
    for (const word of words) for (const at of this.#places(word)) this.#bits[at >> 3]! |= 1 << (at & 7);
  }

  /** @param own words to refuse besides those of the list. */
  static load(own: readonly string[]): CommonPasswords {
    const load = createRequire(import.meta.url);
    const { dictionary } = load(PACKAGE) as typeof Lists;
    const common = new CommonPasswords([...dictionary['passwords-common'], ...own]);
    const folder = `/${PACKAGE}/`;
    for (const path of Object.keys(load.cache)) if (path.includes(folder)) delete load.cache[path];
    return common;
  }

  has(word: string): boolean {
    for (const at of this.#places(word)) if (!(this.#bits[at >> 3]! & (1 << (at & 7)))) return false;
    return true;
  }

  get bytes(): number {
    return this.#bits.length;
  }

  *#places(word: string): Generator<number> {
    const digest = hash('sha1', word, 'buffer');
    const [first, step] = [digest.readUInt32LE(0), digest.readUInt32LE(4) | 1];
    const size = this.#bits.length * 8;
    for (let i = 0; i < PROBES; i++) yield (first + i * (step >>> 0)) % size;
  }
}
