const LEAST_NODES = 4;

/** Rows, columns and the round of the grid: what everybody draws first. */
const tooSimple = ['123456789', '147258369', '321654987', '1478', '1236987', '12369874', '3214789', '1475369'];

export type PatternFault = 'pattern_short' | 'pattern_digits' | 'pattern_repeats' | 'pattern_simple';

/**
 * The nodes of a 3×3 grid in the order of the finger, numbered as on a phone's keyboard (F5). Typed digits are the same thing.
 * Undefined: it will do.
 */
export function patternFault(pattern: string): PatternFault | undefined {
  if (!/^[1-9]*$/.test(pattern)) return 'pattern_digits';
  if (pattern.length < LEAST_NODES) return 'pattern_short';
  if (new Set(pattern).size < pattern.length) return 'pattern_repeats';
  const back = [...pattern].reverse().join('');
  const isRun = tooSimple.some((simple) => simple.includes(pattern) || simple.includes(back));
  return isRun || isStraight(pattern) ? 'pattern_simple' : undefined;
}

/** Always the same step, like 1357 or 2468. */
function isStraight(pattern: string): boolean {
  const steps = [...pattern].slice(1).map((node, i) => Number(node) - Number(pattern[i]));
  return new Set(steps).size === 1;
}
