import type { Context } from 'koa';
import { navigation } from '#src/web/middleware/signed-in.ts';
import type { Pages } from '#src/web/middleware/page.ts';

/** The end of an enrolment: backup codes, if there are new ones, and the way on. */
export async function showBackupCodes(ctx: Context, pages: Pages, codes: string[]): Promise<void> {
  const continueUrl = wayOn(ctx, pages);
  if (codes.length === 0) return pages.of(ctx).redirect(continueUrl);
  await pages.of(ctx).show('account/backup-codes', { ...navigation('security'), codes, continueUrl });
}

/** A client's request that waits for a second factor goes on where it was left. */
function wayOn(ctx: Context, pages: Pages): string {
  const uid = ctx.cookies.get('enrol_for', { signed: true });
  ctx.cookies.set('enrol_for', null, { ...pages.cookie, path: '/account/security' });
  return uid && /^[\w-]{20,64}$/.test(uid) ? `/interaction/${uid}` : '/account/security';
}
