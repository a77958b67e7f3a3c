import { hash } from 'node:crypto';
import { hashToken } from '#src/platform/security/random.ts';
import type { Flows } from '#src/platform/storage/flows.ts';

const KIND = 'puzzle';
const SECONDS = 300;
/** Several small searches in place of a large one take everybody about as long. */
const PARTS = 4;

/** What a browser searches for: by part, a number after which `<id>.<part>.<number>` hashes to so many leading zero bits. */
export interface Puzzle {
  id: string;
  parts: number;
  bits: number;
}

interface PuzzleRecord {
  browser: string;
  bits: number;
}

/**
 * Work that costs a person's browser a second or two, and whoever tries thousands of passwords as often (C4). A puzzle
 * belongs to one browser, lives five minutes, and is taken away by its first answer, right or wrong.
 */
export class Puzzles {
  readonly #flows: Flows;
  readonly #bits: number;

  /** `bits`: 0 gives no puzzles. */
  constructor({ flows, bits }: { flows: Flows; bits: number }) {
    this.#flows = flows;
    this.#bits = bits;
  }

  async issue(browser: string): Promise<Puzzle | undefined> {
    const bits = this.#bits;
    if (bits === 0) return undefined;
    const record: PuzzleRecord = { browser: fingerprint(browser), bits };
    return { id: await this.#flows.create(KIND, record, SECONDS), parts: PARTS, bits };
  }

  /** True for exactly one caller. */
  async isSolved(id: string, browser: string, answer: string): Promise<boolean> {
    const record = await this.#flows.take<PuzzleRecord>(KIND, id);
    if (record?.browser !== fingerprint(browser)) return false;
    if (!/^\d{1,10}(\.\d{1,10})*$/.test(answer)) return false;
    const numbers = answer.split('.');
    return (
      numbers.length === PARTS && numbers.every((number, part) => zerosOf(`${id}.${part}.${number}`) >= record.bits)
    );
  }
}

function zerosOf(text: string): number {
  return Math.clz32(hash('sha256', text, 'buffer').readUInt32BE());
}

function fingerprint(browser: string): string {
  return hashToken(browser).toString('base64url');
}
