import type { ContactKind } from '#src/identity/accounts/contact.ts';
import { isAtLeast, type Tier } from '#src/identity/accounts/tier.ts';
import type { FactorKind } from '#src/identity/factors/factor.ts';

/** What a person can show. `channel`: that a proven contact is theirs, by a code or a link. */
export type Proof = 'captcha' | 'channel' | 'document' | 'answer' | 'factor';
export type StepName = 'find' | 'channel' | 'document' | 'question' | 'factor';

/** What the account makes the journey ask for. */
export interface Demands {
  tier: Tier;
  hasQuestion: boolean;
  hasFactor: boolean;
}

export interface Step {
  name: StepName;
  proof: Proof;
  /** Of whom it is asked. */
  of: 'everybody' | 'standard' | 'question_set' | 'factor_on';
  /** It may be given before it is asked for, because it only names a person and proves nothing. */
  mayComeEarly?: boolean;
}

/** The way back into an account: the next page is the first step that is not done, and then the new password. */
export const journey: readonly Step[] = [
  { name: 'find', proof: 'captcha', of: 'everybody' },
  { name: 'channel', proof: 'channel', of: 'everybody' },
  { name: 'document', proof: 'document', of: 'standard', mayComeEarly: true },
  { name: 'question', proof: 'answer', of: 'question_set' },
  { name: 'factor', proof: 'factor', of: 'factor_on' },
];

/** How far somebody has come. */
export interface Progress {
  /** Nobody, when absent: the pages go on all the same as far as anybody comes without a code. */
  accountId?: string;
  /** The browser that began. */
  browser: string;
  /** The browser where the channel was proven: only there the journey goes on. */
  provenBy?: string;
  channel: ContactKind;
  proofs: Proof[];
}

export interface Given {
  proof: Proof;
  /** Whose proof was found right. */
  accountId: string;
  browser: string;
  /** Which channel, or which factor. */
  by?: ContactKind | FactorKind;
}

function isAsked({ of }: Step, { tier, hasQuestion, hasFactor }: Demands): boolean {
  if (of === 'standard') return isAtLeast(tier, 'standard');
  if (of === 'question_set') return hasQuestion;
  return of === 'factor_on' ? hasFactor : true;
}

export function nextStep(steps: readonly Step[], { proofs }: Progress, demands: Demands): StepName | 'password' {
  return steps.find((step) => isAsked(step, demands) && !proofs.includes(step.proof))?.name ?? 'password';
}

/** Undefined: it does not count here, now, or from this browser. */
export function give(
  steps: readonly Step[],
  progress: Progress,
  demands: Demands,
  { proof, accountId, browser, by }: Given,
): Progress | undefined {
  if (accountId !== progress.accountId) return undefined;
  const step = steps.find((one) => one.proof === proof);
  const isNow = step?.name === nextStep(steps, progress, demands);
  if (!step || progress.proofs.includes(proof) || !(isNow || step.mayComeEarly)) return undefined;
  // A link works wherever it is opened; a code only where it was asked for.
  const isBearer = proof === 'channel' && progress.channel === 'email';
  if (!isBearer && browser !== (progress.provenBy ?? progress.browser)) return undefined;
  if (proof === 'channel' && by !== progress.channel) return undefined;
  if (proof === 'factor' && !isFactorOfItsOwn(by, progress.channel)) return undefined;
  const proofs = [...progress.proofs, proof];
  return proof === 'channel' ? { ...progress, proofs, provenBy: browser } : { ...progress, proofs };
}

/** Another contact: what was proven by the one before is proven no more. */
export function changeChannel(progress: Progress, channel: ContactKind, browser: string): Progress | undefined {
  if (browser !== (progress.provenBy ?? progress.browser)) return undefined;
  const proofs = progress.proofs.filter((proof) => proof === 'captcha' || proof === 'document');
  return { accountId: progress.accountId, browser, channel, proofs };
}

/** The phone that received the code is one thing, not two. */
export function isFactorOfItsOwn(kind: Given['by'], channel: ContactKind): boolean {
  return kind !== undefined && !(kind === 'sms' && channel === 'phone');
}
