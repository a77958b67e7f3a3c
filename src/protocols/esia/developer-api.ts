import Router from '@koa/router';
import type { ClientRequests } from '#src/identity/client-requests/client-requests.ts';
import type { DeveloperAccess } from '#src/protocols/esia/developer-access.ts';

interface DeveloperApiDeps {
  access: DeveloperAccess;
  requests: ClientRequests;
}

/** The client's own log for its scripts: `GET /aas/developer/requests[?reference=…]`. */
export function createDeveloperApi({ access, requests }: DeveloperApiDeps): Router {
  const router = new Router();
  router.get('/aas/developer/requests', async (ctx) => {
    const parameters = new Map(new URLSearchParams(ctx.querystring));
    const clientId = await access.clientOf(ctx.get('authorization'), parameters);
    ctx.set('cache-control', 'no-store');
    if (clientId === undefined) {
      ctx.status = 401;
      ctx.set('www-authenticate', 'Basic realm="client_id and client_secret"');
      ctx.body = { error: 'invalid_client', message: hint };
      return;
    }
    const reference = parameters.get('reference')?.toUpperCase();
    const all = await requests.list(clientId);
    ctx.body = reference === undefined ? all : all.filter((request) => request.reference === reference);
  });
  return router;
}

const hint =
  'send HTTP Basic with the client_id and its client_secret (in the sandbox: sandbox), or client_id, timestamp, state and client_secret signed as timestamp+client_id+state';
