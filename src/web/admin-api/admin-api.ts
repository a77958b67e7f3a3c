import Router from '@koa/router';
import type { Context, Middleware, Next } from 'koa';
import type { Logger } from '#src/platform/logger.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { ClientRegister } from '#src/identity/clients/client-register.ts';
import type { Clients } from '#src/identity/clients/clients.ts';
import { answerProblems } from '#src/web/admin-api/admin-answers.ts';
import { requireAdminToken } from '#src/web/admin-api/admin-guard.ts';
import { createAuditApi, type AuditApiDeps } from '#src/web/admin-api/audit-api.ts';
import { createClientsApi } from '#src/web/admin-api/clients-api.ts';
import { createDeclaredClientsApi, type DeclaredClientsApiDeps } from '#src/web/admin-api/declared-clients-api.ts';
import { createOperationsApi, type OperationsDeps } from '#src/web/admin-api/operations-api.ts';
import { createOperatorsApi, type OperatorsApiDeps } from '#src/web/admin-api/operators-api.ts';
import { readJson } from '#src/web/middleware/read-json.ts';

interface AdminApiDeps extends OperationsDeps, DeclaredClientsApiDeps, OperatorsApiDeps, AuditApiDeps {
  logger: Logger;
  budgets: Budgets;
  clients: Clients;
  register: ClientRegister;
  /** Any of them opens it; with none it is not there. */
  tokens: readonly string[];
}

const PREFIX = '/admin/api/';

/** The operator's programs. Everything below the prefix is answered here, in JSON, and nothing without a token. */
export function createAdminApi(deps: AdminApiDeps): Middleware {
  const routers = [
    createClientsApi(deps),
    createDeclaredClientsApi(deps),
    createOperationsApi(deps),
    createOperatorsApi(deps),
    createAuditApi(deps),
  ];
  const steps = [
    answerProblems(deps.logger),
    noStore,
    ...(deps.tokens.length > 0 ? [document().routes() as unknown as Middleware] : []),
    requireAdminToken(deps.budgets, deps.tokens),
    readJson({ limitKb: 4096 }),
    ...routers.flatMap((router) => [router.routes(), router.allowedMethods()] as unknown as Middleware[]),
  ];
  return (ctx, next) => (ctx.path.startsWith(PREFIX) ? inTurn(steps, ctx) : next());
}

/** It says what every installation has, so it needs no token; made when it is first asked for. */
function document(): Router {
  const router = new Router();
  let made: Promise<unknown> | undefined;
  router.get(`${PREFIX}v1/openapi.json`, async (ctx) => {
    made ??= import('#src/web/admin-api/openapi.ts').then(({ describeAdminApi }) => describeAdminApi());
    ctx.body = await made;
  });
  return router;
}

function noStore(ctx: Context, next: Next): Promise<void> {
  ctx.set('cache-control', 'no-store');
  return next();
}

/** After the last one comes nothing: an unknown address stays 404. */
function inTurn([step, ...rest]: readonly Middleware[], ctx: Context): Promise<void> {
  return step === undefined ? Promise.resolve() : Promise.resolve(step(ctx as never, () => inTurn(rest, ctx)));
}
