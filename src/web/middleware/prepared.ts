import type { RequestListener } from 'node:http';
import type { Context, Middleware } from 'koa';
import type { Config } from '#src/platform/config/config.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import type { Assets } from '#src/platform/pages/assets.ts';
import type { LiveProvider, PreparedDocument } from '#src/protocols/oidc/live-provider.ts';

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
  const answers = new WeakMap<PreparedDocument, Answer>();
  return (req, res) => {
    const { method, url, rawHeaders } = req;
    const document = method === 'GET' || method === 'HEAD' ? live.document(url!) : undefined;
    if (!document || only('host', rawHeaders) !== host) return other(req, res);
    let answer = answers.get(document);
    if (!answer) answers.set(document, (answer = answerWith(document, { cacheControl, route: url!, metrics })));
    const isKnown = only('if-none-match', rawHeaders) === document.etag;
    (isKnown ? answer.unchanged : answer.told).observe(0);
    if (isKnown) return res.writeHead(304, answer.known).end();
    res.writeHead(200, answer.headers);
    res.end(method === 'HEAD' ? undefined : document.body);
  };
}

/** Headers in the form that costs Node least: name, value, name, value. */
interface Answer {
  headers: string[];
  known: string[];
  told: { observe(seconds: number): void };
  unchanged: { observe(seconds: number): void };
}

function answerWith(
  { body, etag }: PreparedDocument,
  { cacheControl, route, metrics }: { cacheControl: string; route: string; metrics: Metrics },
): Answer {
  const known = ['ETag', etag, 'Cache-Control', cacheControl, 'Access-Control-Allow-Origin', '*'];
  const content = ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(body.length)];
  return {
    known,
    headers: [...known, ...content, 'X-Content-Type-Options', 'nosniff'],
    told: metrics.requests.labels({ method: 'GET', route, status: '200' }),
    unchanged: metrics.requests.labels({ method: 'GET', route, status: '304' }),
  };
}

/** The value of a header that is there once. Node's own reading of them all costs more than the answer. */
function only(wanted: string, rawHeaders: string[]): string | undefined {
  let value: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length !== wanted.length || name.toLowerCase() !== wanted) continue;
    if (value !== undefined) return undefined;
    value = rawHeaders[at + 1];
  }
  return value;
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
