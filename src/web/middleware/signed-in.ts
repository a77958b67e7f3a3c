import type { Context, Next } from 'koa';
import type { Clock } from '#src/platform/clock.ts';
import type { Account } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import { accountSignInPath, freshSignInPath } from '#src/protocols/oidc/account-client.ts';
import type { AccountSessions, CurrentSession } from '#src/protocols/oidc/account-sessions.ts';
import type { Pages } from '#src/web/middleware/page.ts';

export interface SignedIn {
  account: Account;
  sessionUid: string;
  session: CurrentSession;
}

interface RequireSignInDeps {
  pages: Pages;
  accounts: Accounts;
  accountSessions: AccountSessions;
}

interface RequireFreshDeps {
  pages: Pages;
  clock: Clock;
  factors: Factors;
  freshSignInMinutes: number;
  /** Where a refused post comes back to; its form is gone by then. */
  home?: string;
}

/** Pages of the account are for the person signed in here; everybody else signs in first and comes back. */
export function requireSignIn({ pages, accounts, accountSessions }: RequireSignInDeps) {
  return async (ctx: Context, next: Next) => {
    const session = await accountSessions.current(ctx);
    const account = session && (await accounts.find(session.accountId));
    if (account?.status !== 'active') {
      const returnTo = ctx.method === 'GET' ? ctx.path : '/account';
      return pages.of(ctx).redirect(accountSignInPath(returnTo));
    }
    const page = pages.of(ctx);
    page.isSignedIn = true;
    if (account.locale) page.preferLanguage([account.locale]);
    const state: SignedIn = { account, sessionUid: session!.uid, session: session! };
    ctx.state.signedIn = state;
    return next();
  };
}

/** How an account is protected is changed only by somebody who proved a moment ago who they are, with both factors. */
export function requireFreshSignIn({ pages, clock, factors, freshSignInMinutes, home }: RequireFreshDeps) {
  return async (ctx: Context, next: Next) => {
    const { account, session } = signedIn(ctx);
    const maxAgeSeconds = freshSignInMinutes * 60;
    const ageSeconds = Math.floor(clock.now().getTime() / 1000) - Math.floor(session.signedInAt.getTime() / 1000);
    const secondFactor = await factors.isOn(account.id);
    if (ageSeconds <= maxAgeSeconds && (!secondFactor || session.hasSecondFactor)) return next();
    const returnTo = ctx.method === 'GET' ? ctx.path : (home ?? '/account/security');
    pages.of(ctx).redirect(freshSignInPath(returnTo, { maxAgeSeconds, secondFactor }));
  };
}

export function signedIn(ctx: Context): SignedIn {
  return ctx.state.signedIn as SignedIn;
}

export function navigation(nav: string) {
  return { nav, signOutAction: '/account/sign-out' };
}

/** Back to a page of the account, of a sign-in to allow, or of the phone, and nowhere else. */
export function safePath(state: unknown): string {
  return typeof state === 'string' && /^\/(account(\/[a-z0-9-]+)*|gosscan|qr\/[\w-]{43})$/.test(state)
    ? state
    : '/account';
}
