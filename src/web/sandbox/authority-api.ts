import { setTimeout as sleep } from 'node:timers/promises';
import Router from '@koa/router';
import type { Faults } from '#src/platform/messaging/faults.ts';
import type { SandboxAuthority } from '#src/sandbox/authority/sandbox-authority.ts';

const SLOW_MS = 8000;
const MOST_BYTES = 8192;

/** The sandbox's certification authority as programs meet it: its certificate, its list, its OCSP responder. */
export function createAuthorityApi({ authority, faults }: { authority: SandboxAuthority; faults: Faults }): Router {
  const router = new Router({ prefix: '/sandbox/ca' });

  router.get('/root.pem', (ctx) => {
    ctx.attachment('root.pem');
    ctx.type = 'application/x-pem-file';
    ctx.body = authority.rootPem;
  });

  router.use(async (ctx, next) => {
    const mode = faults.mode('authority');
    if (mode === 'slow') await sleep(SLOW_MS);
    if (mode === 'fail') ctx.status = 503;
    else await next();
  });

  router.get('/root.crl', async (ctx) => {
    ctx.type = 'application/pkix-crl';
    ctx.body = await authority.crl();
  });

  router.post('/ocsp', async (ctx) => {
    const request = ctx.is('application/ocsp-request') ? await read(ctx.req) : undefined;
    const answer = request && (await authority.ocsp(request));
    ctx.status = answer ? 200 : 400;
    ctx.type = 'application/ocsp-response';
    ctx.body = answer ?? '';
  });

  return router;
}

async function read(request: AsyncIterable<Buffer>): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MOST_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
