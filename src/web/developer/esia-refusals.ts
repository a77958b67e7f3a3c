import type { Logger } from '#src/platform/logger.ts';
import type { EsiaPages } from '#src/protocols/esia/esia-pages.ts';
import { showProblem } from '#src/web/middleware/error-pages.ts';
import type { Pages } from '#src/web/middleware/page.ts';

/** The error page of the ESIA dialect. Its reference leads the client's developer to the request in their log. */
export function createEsiaPages(pages: Pages, logger: Logger): EsiaPages {
  return {
    async refused(ctx, { error, description, reference, clientId }) {
      logger.info({ reference, error, description }, 'esia request refused');
      await showProblem(ctx, pages.of(ctx), {
        code: 'request_rejected',
        status: 400,
        reference,
        oauthError: `${error}: ${description}`,
        referenceUrl: clientId && `/developer/requests?${new URLSearchParams({ client_id: clientId, reference })}`,
      });
    },
  };
}
