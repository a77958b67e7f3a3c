import type { Step } from '#src/identity/recovery/journey.ts';

const whom: Record<Step['of'], string> = {
  everybody: 'everybody',
  standard: 'standard and confirmed accounts',
  question_set: 'where a security question was set',
  factor_on: 'where a second factor is on',
};

/** The journey in Mermaid: every step with its proof and of whom it is asked. */
export function diagram(steps: readonly Step[]): string {
  const boxes = steps.map(({ name, proof, of }) => `  ${name}["${name}: ${proof}<br/>${whom[of]}"]\n`);
  const next = steps.map(({ name }, at) => `  ${name} --> ${steps[at + 1]?.name ?? 'password'}\n`);
  const early = steps
    .filter(({ mayComeEarly }) => mayComeEarly)
    .map(({ name }) => `  ${steps[0]!.name} -. may be given here already .-> ${name}\n`);
  return ['flowchart TD\n', ...boxes, '  password(["new password"])\n', ...next, ...early].join('');
}
