import type { Context, Middleware, Next } from 'koa';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Config } from '#src/platform/config/config.ts';
import type { Logger } from '#src/platform/logger.ts';
import { takeClientCertificate } from '#src/web/middleware/client-certificate.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import { inRequest } from '#src/platform/request-scope.ts';

/** Requests of a probe come by address, not by name. */
const probes = /^\/(health\/(live|ready)|metrics)$/;

/** ESIA's client libraries put a path that begins with a slash behind a base address that ends with one. */
const doubledSlash = /^\/{2,}(?=(?:rs|aas|idp)\/)/;

const forwarded = ['forwarded', 'x-forwarded-host', 'x-forwarded-for', 'x-forwarded-port', 'x-real-ip'];

interface FrontDoorDeps {
  config: Pick<Config, 'issuer' | 'http' | 'esign'>;
  logger: Logger;
  metrics: Metrics;
}

/**
 * First of all: only the issuer's own host is answered, and no forwarded header gets past this point, so no link and no
 * document can ever be built from what a stranger sent (E2). Also gives each request its id and its line in the log.
 */
export function createFrontDoor({ config, logger, metrics }: FrontDoorDeps): Middleware {
  const { host, protocol, origin } = new URL(config.issuer);
  const scheme = protocol.slice(0, -1);
  const takeCertificate = takeClientCertificate(config.esign);
  return (ctx, next) => {
    const requestId = randomUUID();
    ctx.state.requestId = requestId;
    ctx.state.address = clientAddress(ctx, config.http.trustedProxies);
    ctx.res.setHeader('x-request-id', requestId);
    const { headers } = ctx.req;
    for (const name of forwarded) if (name in headers) delete headers[name];
    takeCertificate(ctx);
    headers['x-forwarded-proto'] = scheme;
    if (ctx.req.url!.startsWith('//')) ctx.req.url = ctx.req.url!.replace(doubledSlash, '/');
    return inRequest(requestId, () =>
      measured(ctx, logger, metrics, () => (isForUs(ctx, host) ? next() : refuse(ctx, origin))),
    );
  };
}

function isForUs({ req, path }: Context, host: string): boolean {
  if (probes.test(path)) return true;
  return req.headers.host === host && namesOneHost(req) && /^\/(?!\/)/.test(req.url!);
}

/** Of two Host headers Node shows the first; a proxy may have routed by the second. */
function namesOneHost({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts === 1;
}

function refuse(ctx: Context, origin: string): Promise<void> {
  ctx.status = 421;
  ctx.type = 'text/plain; charset=utf-8';
  ctx.body = `This server answers at ${origin} only. / Этот сервер отвечает только по адресу ${origin}.\n`;
  return Promise.resolve();
}

/** With n proxies in front, the client's address is the n-th from the right of X-Forwarded-For; what stands further left is anybody's claim. */
function clientAddress({ req }: Context, trustedProxies: number): string {
  const direct = req.socket.remoteAddress ?? '';
  if (trustedProxies === 0) return direct;
  const forwarded = [req.headers['x-forwarded-for'] ?? '']
    .flat()
    .join(',')
    .split(',')
    .map((part) => part.trim());
  return forwarded.at(-trustedProxies) || direct;
}

async function measured(ctx: Context, logger: Logger, metrics: Metrics, next: Next): Promise<void> {
  const startedAt = performance.now();
  try {
    await next();
  } finally {
    const seconds = (performance.now() - startedAt) / 1000;
    // The route's pattern, never the path: paths hold tokens.
    const route = String(ctx._matchedRoute ?? ctx.state.route ?? 'other');
    metrics.requests.observe({ method: ctx.method, route, status: String(ctx.status) }, seconds);
    if (logger.isLevelEnabled('debug'))
      logger.debug({ method: ctx.method, route, status: ctx.status, ms: Math.round(seconds * 1000) }, 'request');
  }
}
