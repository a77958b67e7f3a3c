import type { RequestListener } from 'node:http';
import type { Context, Middleware } from 'koa';
import type { Config } from '#src/platform/config/config.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import type { Assets } from '#src/platform/pages/assets.ts';
import type { LiveProvider } from '#src/protocols/oidc/live-provider.ts';
import { namesOneHost } from '#src/web/middleware/front-door.ts';

interface PreparedDeps {
  live: LiveProvider;
  metrics: Metrics;
  config: Pick<Config, 'issuer' | 'tokens'>;
}

/**
 * Discovery and key set from memory, before Koa begins: they are asked for more often than anything else and never
 * depend on the request. Whatever is not a plain request for them to our own host goes on to `other`.
 */
export function servePrepared(other: RequestListener, { live, metrics, config }: PreparedDeps): RequestListener {
  const { host } = new URL(config.issuer);
  const cacheControl = `public, max-age=${config.tokens.keysMaxAgeSeconds}`;
  return (req, res) => {
    const { method, url } = req;
    const document = method === 'GET' || method === 'HEAD' ? live.document(url!) : undefined;
    if (!document || req.headers.host !== host || !namesOneHost(req)) return other(req, res);
    const isKnown = req.headers['if-none-match'] === document.etag;
    metrics.requests.observe({ method, route: url!, status: isKnown ? '304' : '200' }, 0);
    const headers = { etag: document.etag, 'cache-control': cacheControl, 'access-control-allow-origin': '*' };
    if (isKnown) return res.writeHead(304, headers).end();
    res.writeHead(200, {
      ...headers,
      'content-type': 'application/json; charset=utf-8',
      'content-length': document.body.length,
      'x-content-type-options': 'nosniff',
    });
    res.end(method === 'HEAD' ? undefined : document.body);
  };
}

/** Static files keep for ever: their address changes with their content. */
export function serveAssets(assets: Assets): Middleware {
  return (ctx, next) => {
    const asset = ctx.method === 'GET' || ctx.method === 'HEAD' ? assets.get(ctx.path) : undefined;
    if (!asset) return next();
    ctx.state.route = '/assets';
    ctx.set('cache-control', 'public, max-age=31536000, immutable');
    ctx.type = asset.type;
    return answer(ctx, asset.body, asset.etag);
  };
}

function answer(ctx: Context, body: Buffer, etag: string): Promise<void> {
  ctx.set('etag', etag);
  ctx.status = 200;
  if (ctx.get('if-none-match') === etag) ctx.status = 304;
  else ctx.body = body;
  return Promise.resolve();
}
