import assert from 'node:assert/strict';
import { acrFor, acrOf, demandOf, levelOfAcr, type AcrClaim } from '#src/protocols/oidc/assurance.ts';
import type { Tier } from '#src/identity/accounts/tier.ts';

const acr = (level: string) => `urn:esia:acr:${level}`;

describe('what a request demands', () => {
  const cases: [string, { wish?: string; claim?: AcrClaim; minimum?: Tier; factor?: boolean }, string][] = [
    ['nothing', {}, 'simplified essential -'],
    ['the client’s own rule', { factor: true }, 'simplified essential essential'],
    ['a wish', { wish: acr('standard:mfa') }, 'standard voluntary voluntary'],
    ['two wishes', { wish: `${acr('standard:mfa')} ${acr('standard')}` }, 'standard voluntary -'],
    [
      'an essential value',
      { claim: { essential: true, value: acr('confirmed:mfa') } },
      'confirmed essential essential',
    ],
    [
      'several essential values: the lowest',
      { claim: { essential: true, values: [acr('confirmed'), acr('standard:mfa')] } },
      'standard essential essential',
    ],
    ['a voluntary claim', { claim: { value: acr('simplified:mfa') } }, 'simplified essential voluntary'],
    [
      'unknown values',
      { wish: 'urn:mace:incommon:iap:silver', claim: { essential: true, value: 'x:mfa' } },
      'simplified essential -',
    ],
    ['less than the client needs', { wish: acr('simplified'), minimum: 'confirmed' }, 'confirmed essential -'],
  ];
  for (const [what, { wish, claim, minimum = 'simplified', factor = false }, expected] of cases) {
    it(`by ${what}: ${expected}`, () => {
      const demand = demandOf({ acrValues: wish, acrClaim: claim, minimumTier: minimum, requiresSecondFactor: factor });
      const said = [demand.tier, demand.essential ? 'essential' : 'voluntary', demand.secondFactor ?? '-'].join(' ');
      assert.equal(said, expected);
    });
  }
});

describe('what is said of the sign-in', () => {
  const reached = { tier: 'confirmed', mfa: true } as const;
  it('is all that is known', () => {
    assert.equal(acrFor(reached, undefined), acr('confirmed:mfa'));
    assert.equal(acrFor(reached, { value: acr('simplified') }), acr('confirmed:mfa'));
  });
  it('is the highest of the essential values that hold', () => {
    const values = [acr('simplified'), acr('standard:mfa'), acr('standard')];
    assert.equal(acrFor(reached, { essential: true, values }), acr('standard:mfa'));
    assert.equal(acrFor({ tier: 'confirmed', mfa: false }, { essential: true, values }), acr('standard'));
  });
  it('reads what it writes, and nothing else', () => {
    for (const tier of ['simplified', 'standard', 'confirmed'] as const)
      for (const mfa of [true, false]) assert.deepEqual(levelOfAcr(acrOf({ tier, mfa })), { tier, mfa });
    for (const other of ['', 'confirmed', acr('golden'), acr('confirmed:mfa:mfa'), ':mfa'])
      assert.equal(levelOfAcr(other), undefined);
  });
});
