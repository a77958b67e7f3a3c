import Router from '@koa/router';
import type { Clock } from '#src/platform/clock.ts';
import type { Config } from '#src/platform/config/config.ts';
import { Refusal } from '#src/platform/errors.ts';
import type { Outbox } from '#src/platform/messaging/outbox.ts';
import type { ExpiringMap } from '#src/platform/storage/expiring-map.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import { rotateNow } from '#src/protocols/oidc/key-rotation.ts';
import type { LiveProvider } from '#src/protocols/oidc/live-provider.ts';
import type { PublishedKey, SigningKeys } from '#src/protocols/oidc/signing-keys.ts';
import { parse } from '#src/web/admin-api/admin-answers.ts';
import { rotationForm } from '#src/web/admin-api/admin-schemas.ts';

export interface OperationsDeps {
  config: Pick<Config, 'issuer' | 'sandbox' | 'tokens'>;
  clock: Clock;
  outbox: Outbox;
  untouched: ExpiringMap | undefined;
  signingKeys: SigningKeys;
  live: LiveProvider;
  audit: Audit;
  isReady(): Promise<boolean>;
}

/** Keys and how the server is. */
export function createOperationsApi(deps: OperationsDeps): Router {
  const { config, clock, outbox, untouched, signingKeys, isReady } = deps;
  const router = new Router({ prefix: '/admin/api/v1' });

  router.get('/keys', async (ctx) => {
    ctx.body = { keys: (await signingKeys.list()).map(describe) };
  });

  router.post('/keys/rotations', async (ctx) => {
    const form = parse(rotationForm, ctx.request.body);
    const rotated = await rotateNow({ ...deps, keysMaxAgeSeconds: config.tokens.keysMaxAgeSeconds }, form);
    if (rotated.length === 0) throw new Refusal('key_too_new', 409);
    ctx.status = 201;
    ctx.body = { rotated, keys: (await signingKeys.list()).map(describe) };
  });

  router.get('/health', async (ctx) => {
    const isOk = await isReady();
    const redis = untouched ? stateOf(await untouched.isThere()) : null;
    const backlog = await outbox.backlog().catch(() => undefined);
    ctx.status = isOk ? 200 : 503;
    ctx.body = {
      status: isOk && redis === 'unavailable' ? 'degraded' : stateOf(isOk),
      issuer: config.issuer,
      sandbox: config.sandbox,
      now: clock.now(),
      database: stateOf(backlog !== undefined),
      redis,
      outbox: backlog ? { waiting: backlog.waiting, oldest_seconds: backlog.oldestSeconds } : null,
    };
  });

  return router;
}

function stateOf(isThere: boolean): 'ok' | 'unavailable' {
  return isThere ? 'ok' : 'unavailable';
}

function describe({ kid, alg, status, createdAt, activatedAt, retiredAt }: PublishedKey) {
  return { kid, alg, status, created_at: createdAt, activated_at: activatedAt, retired_at: retiredAt };
}
