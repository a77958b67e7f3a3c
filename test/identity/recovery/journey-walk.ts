import type { ContactKind } from '#src/identity/accounts/contact.ts';
import type { FactorKind } from '#src/identity/factors/factor.ts';
import {
  changeChannel,
  give,
  nextStep,
  type Demands,
  type Progress,
  type Proof,
  type Step,
} from '#src/identity/recovery/journey.ts';

/** Everything of the model that changes. */
interface World {
  progress: Progress;
  /** Genuine proofs of this very account, given in this journey since its channel was chosen. */
  shown: string[];
  /** A tab left open, and whether nothing was written since. */
  tab: Progress | undefined;
  isTabCurrent: boolean;
}

interface Freedom {
  channels?: ContactKind[];
  factors?: FactorKind[];
  /** `reach`: any walk to the new password counts, not only one that lacks a proof. */
  aim?: 'break' | 'reach';
}

const browsers = ['mine', 'other'];
const accounts = ['owner', 'stranger'];
const proofs: Proof[] = ['captcha', 'channel', 'document', 'answer', 'factor'];

/**
 * Tries every order of every act: any proof at any time in either browser, of this account or of the stranger's own,
 * another channel, writing from a tab that shows an older state. Proofs that were used before are found wrong and never
 * get here. Answers the walk that ends in a new password without what the account demands, if there is one.
 */
export function firstViolation(
  steps: readonly Step[],
  demands: Demands,
  start: ContactKind,
  { channels = ['phone', 'email'], factors = ['sms', 'totp'], aim = 'break' }: Freedom = {},
): string | undefined {
  const seen = new Set<string>();
  const begun: World = {
    progress: { accountId: 'owner', browser: 'mine', channel: start, proofs: [] },
    shown: [],
    tab: undefined,
    isTabCurrent: false,
  };
  return walk(begun, []);

  function walk(at: World, path: string[]): string | undefined {
    const key = JSON.stringify(at);
    if (seen.has(key)) return undefined;
    seen.add(key);
    if (nextStep(steps, at.progress, demands) === 'password' && (aim === 'reach' || isLacking(at, demands)))
      return [...path, 'password'].join(', ');
    for (const [said, next] of acts(at)) {
      const found = walk(next, [...path, said]);
      if (found) return found;
    }
    return undefined;
  }

  function* acts(at: World): Generator<[string, World]> {
    yield ['leave a tab open', { ...at, tab: at.progress, isTabCurrent: true }];
    const views = at.tab && at.isTabCurrent ? [at.progress, at.tab] : [at.progress];
    for (const view of views)
      for (const browser of browsers) {
        for (const [said, progress] of given(view, browser)) {
          const shown = shownAfter(at.shown, said);
          yield [`${said} in ${browser}`, { ...at, progress, shown, isTabCurrent: false }];
        }
        for (const channel of channels) {
          const progress = changeChannel(view, channel, browser);
          const shown = at.shown.filter((one) => one === 'captcha' || one === 'document');
          if (progress) yield [`to ${channel} in ${browser}`, { ...at, progress, shown, isTabCurrent: false }];
        }
      }
  }

  /** A code may still be on its way to the phone when the letter was chosen, and the other way round. */
  function kindsOf(proof: Proof): (ContactKind | FactorKind | undefined)[] {
    if (proof === 'channel') return ['phone', 'email'];
    return proof === 'factor' ? factors : [undefined];
  }

  function* given(view: Progress, browser: string): Generator<[string, Progress]> {
    for (const proof of proofs)
      for (const by of kindsOf(proof))
        for (const accountId of accounts) {
          const progress = give(steps, view, demands, { proof, accountId, browser, by });
          const said = by ? `${proof} ${by}` : proof;
          if (progress) yield [accountId === 'owner' ? said : `${said} of a stranger`, progress];
        }
  }
}

/** Written by hand from the requirements, and not taken from the data that is tested. */
function isLacking({ shown, progress }: World, { tier, hasQuestion, hasFactor }: Demands): boolean {
  const needed = ['captcha', `channel ${progress.channel}`];
  if (tier !== 'simplified') needed.push('document');
  if (hasQuestion) needed.push('answer');
  const factors = progress.channel === 'phone' ? ['factor totp'] : ['factor totp', 'factor sms'];
  if (hasFactor && !factors.some((one) => shown.includes(one))) return true;
  return needed.some((one) => !shown.includes(one));
}

function shownAfter(shown: string[], said: string): string[] {
  return shown.includes(said) ? shown : [...shown, said].sort();
}
