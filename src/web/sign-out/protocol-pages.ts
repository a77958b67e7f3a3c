import type { Logger } from '#src/platform/logger.ts';
import { newReference } from '#src/platform/security/random.ts';
import type { ProtocolPages } from '#src/protocols/oidc/provider.ts';
import { showProblem, toRefusal } from '#src/web/middleware/error-pages.ts';
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
      const fault = ctx.status >= 500 ? toRefusal(cause) : undefined;
      const status = fault?.status ?? Math.max(ctx.status, 400);
      if (fault) logger.error({ err: cause, reference }, 'protocol page failed');
      else logger.info({ reference, error, description }, 'protocol request refused');
      const isExpired = cause.name === 'SessionNotFound';
      await showProblem(ctx, pages.of(ctx), {
        code: fault ? fault.code : isExpired ? 'expired' : 'request_rejected',
        status,
        reference,
        oauthError: [error, description].filter(Boolean).join(': '),
      });
    },

    reportFault(ctx, cause) {
      logger.error({ err: cause }, 'protocol request failed');
      const { status, retryAfterSeconds } = toRefusal(cause);
      if (!retryAfterSeconds) return;
      ctx.set('retry-after', String(retryAfterSeconds));
      if (ctx.status !== 500 || !ctx.response.is('json')) return;
      ctx.status = status;
      // RFC 6749 section 4.1.2.1 has the word; it serves the other endpoints as well.
      ctx.body = { error: 'temporarily_unavailable', error_description: 'try again in a few seconds' };
    },
  };
}
