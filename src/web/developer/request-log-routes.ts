import Router from '@koa/router';
import { z } from 'zod';
import type { ClientRequests } from '#src/identity/client-requests/client-requests.ts';
import type { DeveloperAccess } from '#src/protocols/esia/developer-access.ts';
import { asCurl } from '#src/web/developer/as-curl.ts';
import type { Pages } from '#src/web/middleware/page.ts';

interface RequestLogDeps {
  pages: Pages;
  access: DeveloperAccess;
  requests: ClientRequests;
  issuer: string;
}

const logQuery = z.object({
  reference: z.string().trim().toUpperCase().max(20).optional().catch(undefined),
  client_id: z.string().max(200).optional().catch(undefined),
  outcome: z.enum(['accepted', 'refused']).optional().catch(undefined),
});

/** A client's own requests of the last day, for its developer, who shows the client's credentials (C4, C5). */
export function createRequestLogRoutes({ pages, access, requests, issuer }: RequestLogDeps): Router {
  const router = new Router();

  router.get('/developer/requests', async (ctx) => {
    const page = pages.of(ctx);
    const query = logQuery.parse(ctx.query);
    const clientId = await access.clientOf(ctx.get('authorization'), new Map());
    if (clientId === undefined) {
      ctx.set('www-authenticate', 'Basic realm="client_id and client_secret", charset="UTF-8"');
      return page.show('developer/request-log-closed', { title: page.t('developer.requests.title') }, 401);
    }
    const all = await requests.list(clientId);
    const shown = all.filter(
      ({ reference, outcome }) =>
        (!query.reference || reference === query.reference) && (!query.outcome || outcome === query.outcome),
    );
    await page.show('developer/request-log', {
      title: page.t('developer.requests.title'),
      clientId,
      query,
      requests: shown.map((request) => ({
        ...request,
        at: page.translator.dateTime(request.at),
        findings: JSON.stringify(request.findings, null, 2),
        curl: asCurl(request, issuer),
      })),
    });
  });

  return router;
}
