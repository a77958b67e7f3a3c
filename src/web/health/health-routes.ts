import { timingSafeEqual } from 'node:crypto';
import Router from '@koa/router';
import type { Metrics } from '#src/platform/metrics.ts';
import { hashToken } from '#src/platform/security/random.ts';

export interface HealthDeps {
  /** Whether requests can be served: database there, schema current, not stopping. */
  isReady(): Promise<boolean>;
  metrics: Metrics;
  metricsOpen: boolean;
  metricsToken: string | undefined;
}

/** For load balancers and monitoring. Liveness asks nothing of the database, so that its loss does not restart everything. */
export function createHealthRoutes({ isReady, metrics, metricsOpen, metricsToken }: HealthDeps): Router {
  const router = new Router();

  router.get('/health/live', (ctx) => {
    ctx.body = { status: 'ok' };
  });

  router.get('/health/ready', async (ctx) => {
    const ready = await isReady();
    ctx.status = ready ? 200 : 503;
    ctx.body = { status: ready ? 'ok' : 'unavailable' };
  });

  router.get('/metrics', async (ctx) => {
    if (!metricsOpen && !isBearer(ctx.get('authorization'), metricsToken)) {
      ctx.status = 404;
      ctx.body = 'not found\n';
      return;
    }
    ctx.type = metrics.registry.contentType;
    ctx.body = await metrics.registry.metrics();
  });

  return router;
}

function isBearer(header: string, token: string | undefined): boolean {
  return token !== undefined && timingSafeEqual(hashToken(header), hashToken(`Bearer ${token}`));
}
