import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ContactKind } from '#src/identity/accounts/contact.ts';
import { journey, type Demands, type Step } from '#src/identity/recovery/journey.ts';
import { diagram } from '#test/identity/recovery/journey-diagram.ts';
import { firstViolation } from '#test/identity/recovery/journey-walk.ts';

const everyAccount: Demands[] = (['simplified', 'standard', 'confirmed'] as const).flatMap((tier) =>
  [false, true].flatMap((hasQuestion) => [false, true].map((hasFactor) => ({ tier, hasQuestion, hasFactor }))),
);
const channels: ContactKind[] = ['phone', 'email'];

function search(steps: readonly Step[], demands: Demands): string | undefined {
  for (const channel of channels) {
    const found = firstViolation(steps, demands, channel);
    if (found) return found;
  }
  return undefined;
}

describe('the journey back into an account', function () {
  this.timeout(240_000);

  for (const demands of everyAccount) {
    const { tier, hasQuestion, hasFactor } = demands;
    const means = `${tier}${hasQuestion ? ', with a question' : ''}${hasFactor ? ', with a second factor' : ''}`;
    it(`E4: no walk ends in a new password without every proof: ${means}`, () => {
      assert.equal(search(journey, demands), undefined);
    });
  }

  for (const { name } of journey) {
    it(`E4: the search notices when the step ${name} is taken out`, () => {
      const without = journey.filter((step) => step.name !== name);
      assert.ok(
        everyAccount.some((demands) => search(without, demands)),
        'nothing was noticed',
      );
    });
  }

  for (const step of journey.filter(({ of }) => of !== 'everybody')) {
    it(`E4: the search notices when the step ${step.name} is asked of fewer people`, () => {
      const others: Step['of'] = step.of === 'factor_on' ? 'question_set' : 'factor_on';
      const fewer = journey.map((one) => (one === step ? { ...one, of: others } : one));
      assert.ok(everyAccount.some((demands) => search(fewer, demands)));
    });
  }

  it('E6: the phone that got the code is no second factor', () => {
    const demands: Demands = { tier: 'simplified', hasQuestion: false, hasFactor: true };
    const walk = (channel: ContactKind) =>
      firstViolation(journey, demands, channel, { channels: [channel], factors: ['sms'], aim: 'reach' });
    assert.equal(walk('phone'), undefined, 'no way with one phone');
    assert.ok(walk('email'), 'with a letter and the phone there is one');
  });

  it('docs/recovery.md shows the journey as it is', () => {
    const text = readFileSync(new URL('../../../docs/recovery.md', import.meta.url), 'utf8');
    const [, drawn] = /```mermaid\n([\s\S]*?)```/.exec(text) ?? [];
    assert.equal(drawn, diagram(journey));
  });
});
