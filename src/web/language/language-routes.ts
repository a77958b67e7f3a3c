import Router from '@koa/router';
import { z } from 'zod';
import { parseForm } from '#src/platform/pages/form.ts';
import { languages } from '#src/platform/i18n/translator.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import type { Pages } from '#src/web/middleware/page.ts';

const YEAR_MS = 365 * 86_400_000;

const languageForm = z.object({
  language: z.enum(languages),
  return_to: z.string().max(500).default('/'),
});

interface LanguageDeps {
  pages: Pages;
  accounts: Accounts;
  accountSessions: AccountSessions;
}

/** The person's choice of language: kept by the browser, and by the account when signed in (F1, F2). */
export function createLanguageRoutes({ pages, accounts, accountSessions }: LanguageDeps): Router {
  const router = new Router();

  router.post('/language', async (ctx) => {
    const form = parseForm(languageForm, ctx.request.body);
    const page = pages.of(ctx);
    if (!form.ok) return page.redirect('/');
    const { language, return_to: returnTo } = form.data;
    const path = localPath(returnTo);
    ctx.cookies.set('language', language, { ...pages.cookie, maxAge: YEAR_MS });
    // On this very journey the choice is stronger than what the client asked for.
    ctx.cookies.set('language_here', language, { ...pages.cookie, path: path.split('?')[0], maxAge: 3_600_000 });
    const session = await accountSessions.current(ctx);
    if (session) await accounts.setLocale(session.accountId, language);
    page.redirect(path);
  });

  return router;
}

/** A path of ours: neither another site nor a trick with slashes. */
function localPath(path: string): string {
  return /^\/(?![/\\])[\w/?=&.~-]*$/.test(path) ? path : '/';
}
