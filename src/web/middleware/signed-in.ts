import type { Context, Middleware } from 'koa';
import type { Account } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { accountSignInPath } from '#src/protocols/oidc/account-client.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import type { Pages } from '#src/web/middleware/page.ts';

interface SignedIn {
  account: Account;
  sessionUid: string;
  signedInAt: Date;
}

interface SignInDeps {
  pages: Pages;
  accounts: Accounts;
  accountSessions: AccountSessions;
}

/** The pages of the personal account: whoever is not signed in does so first and comes back. */
export function requireSignIn({ pages, accounts, accountSessions }: SignInDeps): Middleware {
  return async (ctx, next) => {
    const session = await accountSessions.current(ctx);
    const account = session && (await accounts.find(session.accountId));
    if (account?.status !== 'active') return pages.of(ctx).redirect(accountSignInPath(returnPath(ctx)));
    const page = pages.of(ctx);
    page.isSignedIn = true;
    if (account.locale) page.preferLanguage([account.locale]);
    const state: SignedIn = { account, sessionUid: session!.uid, signedInAt: session!.signedInAt };
    ctx.state.signedIn = state;
    return next();
  };
}

/** For what a stranger at an open screen must not do: the password once more, unless it was typed just now (E7). */
export function requireFreshSignIn(pages: Pages, { minutes }: { minutes: number }): Middleware {
  return async (ctx, next) => {
    const ageMs = Date.now() - signedIn(ctx).signedInAt.getTime();
    if (ageMs <= minutes * 60_000) return next();
    pages.of(ctx).redirect(accountSignInPath(returnPath(ctx), { max_age: String(minutes * 60) }));
  };
}

export function signedIn(ctx: Context): SignedIn {
  return ctx.state.signedIn as SignedIn;
}

export function navigation(nav: string) {
  return { nav, signOutAction: '/account/sign-out' };
}

/** Back to a page of the account and nowhere else. */
export function accountPath(state: unknown): string {
  return typeof state === 'string' && /^\/account(\/[a-z-]+)*$/.test(state) ? state : '/account';
}

function returnPath({ method, path }: Context): string {
  return accountPath(method === 'GET' ? path : path.slice(0, path.lastIndexOf('/')));
}
