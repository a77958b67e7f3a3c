import type { Context } from 'koa';
import type { FactorKind, Attempt } from '#src/identity/factors/factor.ts';
import type { PendingSignIn, PendingSignIns } from '#src/identity/factors/pending-sign-ins.ts';
import { interactionOf } from '#src/web/middleware/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';

const COOKIE = 'second_factor';

/** Notes that the first factor was passed in this request of this browser; no session knows of it. */
export async function keepPending(
  ctx: Context,
  { pages, pendingSignIns }: { pages: Pages; pendingSignIns: PendingSignIns },
  passed: Pick<PendingSignIn, 'accountId' | 'amr' | 'generation'>,
): Promise<void> {
  const { uid } = interactionOf(ctx);
  const id = await pendingSignIns.begin({ ...passed, interaction: uid, browser: pages.of(ctx).browser });
  ctx.cookies.set(COOKIE, id, { ...pages.cookie, path: `/interaction/${uid}` });
}

export async function findPending(
  ctx: Context,
  { pages, pendingSignIns }: { pages: Pages; pendingSignIns: PendingSignIns },
): Promise<(PendingSignIn & { id: string }) | undefined> {
  const id = ctx.cookies.get(COOKIE, { signed: true });
  const at = { interaction: interactionOf(ctx).uid, browser: pages.of(ctx).browser };
  const pending = id ? await pendingSignIns.find(id, at) : undefined;
  return pending && { ...pending, id: id! };
}

/** Codes and challenges asked for in this request. */
export function attemptOf(ctx: Context, pages: Pages, accountId: string): Attempt {
  const { browser, address, language } = pages.of(ctx);
  return { accountId, browser, address, language, purpose: 'sign-in', site: siteOf(ctx) };
}

/** As short as a message needs it. */
function siteOf(ctx: Context): string {
  return interactionOf(ctx).client.name.slice(0, 40);
}

export function secondFactorPath(uid: string, kind: FactorKind): string {
  return `/interaction/${uid}/second-factor?with=${kind}`;
}
