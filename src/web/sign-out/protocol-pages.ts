import type { Logger } from '#src/platform/logger.ts';
import { newReference } from '#src/platform/security/random.ts';
import type { ProtocolPages } from '#src/protocols/oidc/provider.ts';
import { showProblem } from '#src/web/middleware/error-pages.ts';
import type { Pages } from '#src/web/middleware/page.ts';

/** The pages that the protocol shows by itself: signing out, and errors that may not go back to a client. */
export function createProtocolPages(pages: Pages, logger: Logger): ProtocolPages {
  return {
    async signOut(ctx, { action, xsrf, clientName }) {
      await pages
        .of(ctx)
        .show('sign-out/confirm-sign-out', { action: new URL(action).pathname, xsrf, client: clientName });
    },

    async signedOut(ctx) {
      await pages.of(ctx).show('sign-out/signed-out', { signInUrl: '/account' });
    },

    async error(ctx, { error, error_description: description }, cause) {
      const reference = newReference();
      const status = ctx.status >= 400 ? ctx.status : 400;
      const fault = status >= 500;
      if (fault) logger.error({ err: cause, reference }, 'protocol page failed');
      else logger.info({ reference, error, description }, 'protocol request refused');
      const isExpired = cause.name === 'SessionNotFound';
      await showProblem(ctx, pages.of(ctx), {
        code: fault ? 'failure' : isExpired ? 'expired' : 'request_rejected',
        status,
        reference,
        oauthError: [error, description].filter(Boolean).join(': '),
      });
    },

    reportFault(cause) {
      logger.error({ err: cause }, 'protocol request failed');
    },
  };
}
