import Router from '@koa/router';
import type { Context } from 'koa';
import { Refusal } from '#src/platform/errors.ts';
import type { ClientHistory } from '#src/identity/clients/client-history.ts';
import type { AppliedPlan, ClientPlan, DeclaredClients } from '#src/identity/clients/declared-clients.ts';
import { parse } from '#src/web/admin-api/admin-answers.ts';
import { declarationForm, planQuery, rollbackForm } from '#src/web/admin-api/admin-schemas.ts';
import { ifMatch } from '#src/web/admin-api/clients-api.ts';

export interface DeclaredClientsApiDeps {
  declared: DeclaredClients;
  clientHistory: ClientHistory;
}

/** The whole register at once: as a file says it, or as it was. */
export function createDeclaredClientsApi({ declared, clientHistory: history }: DeclaredClientsApiDeps): Router {
  const router = new Router({ prefix: '/admin/api/v1' });

  router.put('/clients', async (ctx) => {
    const declaration = parse(declarationForm, ctx.request.body);
    show(ctx, isDryRun(ctx) ? await declared.plan(declaration) : await declared.apply(declaration, requireTag(ctx)));
  });

  router.get('/client-versions', async (ctx) => {
    const versions = await history.list(50);
    ctx.body = {
      versions: versions.map(({ rolledBackTo, changes, ...version }) => ({
        ...version,
        rolled_back_to: rolledBackTo,
        changes: changes.map(({ id, action }) => ({ client_id: id, action })),
      })),
    };
  });

  router.post('/client-rollbacks', async (ctx) => {
    const { version } = parse(rollbackForm, ctx.request.body);
    show(ctx, isDryRun(ctx) ? await declared.planRollback(version) : await declared.rollback(version, requireTag(ctx)));
  });

  return router;
}

function isDryRun(ctx: Context): boolean {
  return parse(planQuery, ctx.query).dry_run === 'true';
}

function requireTag(ctx: Context): string {
  const tag = ifMatch(ctx);
  if (tag === undefined) throw new Refusal('if_match_required', 428);
  return tag;
}

function show(ctx: Context, { changes, ...plan }: ClientPlan | AppliedPlan): void {
  ctx.set('etag', `"${plan.tag}"`);
  ctx.body = { ...plan, changes: changes.map(({ id, ...change }) => ({ client_id: id, ...change })) };
}
