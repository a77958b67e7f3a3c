import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { View } from '#test/support/browser.ts';

/** What a browser with script answers. */
export function solvePuzzle({ id, parts, bits }: { id: string; parts: number; bits: number }): string {
  const found = Array.from({ length: parts }, (_, part) => {
    for (let number = 0; ; number++) {
      const digest = hash('sha256', `${id}.${part}.${number}`, 'buffer');
      if (Math.clz32(digest.readUInt32BE()) >= bits) return number;
    }
  });
  return found.join('.');
}

/** What the page posts once its puzzle is solved. */
export function solvedOn({ html, url }: View): { puzzle: string; 'puzzle-answer': string } {
  const [, id, parts, bits] = /data-puzzle="([\w-]+)" data-parts="(\d+)" data-bits="(\d+)"/.exec(html) ?? [];
  assert.ok(id, `no puzzle at ${url}`);
  return { puzzle: id, 'puzzle-answer': solvePuzzle({ id, parts: Number(parts), bits: Number(bits) }) };
}
