import type { Context } from 'koa';
import type { Devices } from '#src/identity/devices/devices.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import { provesPasskey } from '#src/identity/factors/passkeys.ts';
import type { PendingSignIns } from '#src/identity/factors/pending-sign-ins.ts';
import type { SignIns } from '#src/identity/protection/sign-ins.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import { deviceOf, keepDevice } from '#src/web/middleware/device.ts';
import { interactionOf } from '#src/web/middleware/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { attemptOf, keepPending, secondFactorPath } from '#src/web/middleware/pending-sign-in.ts';

export interface FirstFactorDeps {
  pages: Pages;
  interactions: Interactions;
  factors: Factors;
  devices: Devices;
  pendingSignIns: PendingSignIns;
  signIns: SignIns;
}

interface Passed {
  accountId: string;
  amr: string[];
  generation: number;
  /** False: known to have no second factor, so it is not asked for again. */
  hasFactors?: boolean;
  isFirst?: boolean;
  /** Proven on the phone: two factors there are two factors here. */
  isRelayed?: boolean;
}

/**
 * What follows a right first factor. With a second factor switched on there is no session yet, unless the person had this
 * device remembered. A passkey that stood in for the password is not asked for again (L8).
 */
export function createFirstFactor(deps: FirstFactorDeps) {
  const { pages, interactions, factors, devices, signIns } = deps;
  return async (ctx: Context, passed: Passed): Promise<void> => {
    const { accountId, amr, generation, isFirst, isRelayed } = passed;
    const { uid, client } = interactionOf(ctx);
    const device = deviceOf(ctx, pages);
    const [asked] =
      passed.hasFactors === false ? [] : await factors.choices(accountId, provesPasskey(amr) ? 'passkey' : undefined);
    const isComplete = isRelayed && amr.includes('mfa');
    if (asked && !isComplete && !(await devices.isRemembered(accountId, device.secret))) {
      await keepPending(ctx, deps, { accountId, amr, generation });
      if (asked === 'sms') await factors.begin(asked, attemptOf(ctx, pages, accountId));
      return pages.of(ctx).redirect(secondFactorPath(uid, asked));
    }
    keepDevice(ctx, pages, await signIns.complete({ accountId, client, amr, device, isFirst, isRelayed }));
    pages.of(ctx).redirect(await interactions.signedIn(ctx, { accountId, amr, generation }));
  };
}
