import type { Context, Next } from 'koa';
import type { Holds } from '#src/identity/holds/holds.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { navigation, signedIn } from '#src/web/middleware/signed-in.ts';

/** After `requireSignIn`. What waits for some days after a recovery says why, what, until when, and the ways out (E6). */
export function refuseOnHold({ pages, holds }: { pages: Pages; holds: Holds }) {
  return async (ctx: Context, next: Next) => {
    const hold = await holds.find(signedIn(ctx).account.id);
    if (!hold) return next();
    const page = pages.of(ctx);
    const endsAt = page.translator.dateTime(hold.endsAt, signedIn(ctx).account.profile.zoneinfo);
    const data = { ...navigation(''), reason: hold.reason, endsAt, serviceCentreUrl: '/recover/service-centre' };
    await page.show('account/held', data, 403);
  };
}
