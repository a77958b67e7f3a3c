import type { Context, Middleware } from 'koa';
import type { Assets } from '#src/platform/pages/assets.ts';
import type { LiveProvider } from '#src/protocols/oidc/live-provider.ts';

/** Discovery and key set from memory: they are asked for more often than anything else. */
export function servePrepared(live: LiveProvider, maxAgeSeconds: number): Middleware {
  return (ctx, next) => {
    const document = ctx.method === 'GET' || ctx.method === 'HEAD' ? live.document(ctx.path) : undefined;
    if (!document) return next();
    ctx.state.route = ctx.path;
    ctx.set('access-control-allow-origin', '*');
    ctx.set('cache-control', `public, max-age=${maxAgeSeconds}`);
    ctx.type = 'application/json; charset=utf-8';
    return answer(ctx, document.body, document.etag);
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
