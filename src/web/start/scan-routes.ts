import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { AppLocks } from '#src/identity/app-locks/app-locks.ts';
import { patternFault } from '#src/identity/app-locks/swipe-pattern.ts';
import { accountSignInPath } from '#src/protocols/oidc/account-client.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';

interface ScanDeps {
  pages: Pages;
  appLocks: AppLocks;
  accountSessions: AccountSessions;
}

const PATH = '/gosscan';

/** Digits as typed or as drawn; whatever stands between them is spelling. */
const pattern = z
  .string()
  .max(60, 'pattern_digits')
  .transform((typed) => typed.replaceAll(/[\s.,-]/g, ''));

const newLockForm = z
  .object({ pattern, 'pattern-repeat': pattern })
  .superRefine(({ pattern: drawn, 'pattern-repeat': repeat }, issue) => {
    const fault = patternFault(drawn);
    if (fault) issue.addIssue({ code: 'custom', path: ['pattern'], message: fault });
    else if (drawn !== repeat)
      issue.addIssue({ code: 'custom', path: ['pattern-repeat'], message: 'pattern_mismatch' });
  });

/** GosScan: the page that a phone keeps on its home screen to scan sign-in codes with (L9), and its lock (F5). */
export function createScanRoutes({ pages, appLocks, accountSessions }: ScanDeps): Router {
  const router = new Router({ prefix: PATH });

  router.get('/', async (ctx) => show(ctx, {}));

  router.post('/lock', async (ctx) => {
    const form = parseForm(newLockForm, ctx.request.body);
    if (!form.ok) return show(ctx, form.errors, 422);
    await appLocks.set(pages.of(ctx).browser, form.data.pattern);
    pages.of(ctx).redirect(PATH);
  });

  router.post('/unlock', async (ctx) => {
    const form = parseForm(z.object({ pattern }), ctx.request.body);
    const typed = form.ok ? form.data.pattern : '';
    if (patternFault(typed)) return show(ctx, { pattern: 'pattern_wrong' }, 422);
    const verdict = await appLocks.open(pages.of(ctx).browser, typed);
    if (verdict === 'wrong') return show(ctx, { pattern: 'pattern_wrong' }, 422);
    pages.of(ctx).redirect(PATH);
  });

  router.post('/lock/removal', async (ctx) => {
    const { browser } = pages.of(ctx);
    if ((await appLocks.state(browser)) === 'open') await appLocks.remove(browser);
    pages.of(ctx).redirect(PATH);
  });

  // After an ordinary sign-in; what counts is that it is younger than the last try.
  router.post('/lock/reset', async (ctx) => {
    const page = pages.of(ctx);
    const session = await accountSessions.current(ctx);
    const isDone = session && (await appLocks.forgive(page.browser, session.signedInAt));
    page.redirect(isDone ? PATH : accountSignInPath(PATH, { prompt: 'login' }));
  });

  async function show(ctx: Context, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    ctx.state.formPath = PATH;
    ctx.set('permissions-policy', 'camera=(self), microphone=(), geolocation=(), payment=()');
    const lock = await appLocks.state(page.browser);
    const view = lock === 'locked' || lock === 'shut' ? 'start/gosscan-locked' : 'start/gosscan';
    await page.show(view, { lock, errors: fieldErrors(page, errors) }, status);
  }

  return router;
}
