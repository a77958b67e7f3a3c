import type { Context, Middleware } from 'koa';
import type { Clock } from '#src/platform/clock.ts';
import type { ClientRequests } from '#src/identity/client-requests/client-requests.ts';
import { ResourceError } from '#src/protocols/esia/resources/resource-error.ts';
import type { Resources } from '#src/protocols/esia/resources/resources.ts';
import { newTrace, record, type Trace } from '#src/protocols/esia/trace.ts';

interface ResourceRoutesDeps {
  resources: Resources;
  requests: ClientRequests;
  clock: Clock;
}

/**
 * `/rs`. Clients put addresses together by hand: repeated and trailing slashes and percent-encoded brackets are all one.
 * No `Location` on an answer: one library takes it for a redirect.
 */
export function createResourceRoutes({ resources, requests, clock }: ResourceRoutesDeps): Middleware {
  return async (ctx, next) => {
    const segments = segmentsOf(ctx.path);
    if (segments?.[0] !== 'rs') return next();
    ctx.state.route = '/rs';
    const at = clock.now();
    const trace = { ...newTrace(), parameters: new Map(new URLSearchParams(ctx.querystring)) };
    try {
      ctx.set('cache-control', 'no-store');
      ctx.type = 'application/json;charset=UTF-8';
      ctx.body = JSON.stringify(await answer(ctx, trace, segments.slice(1)));
      record(requests, ctx, trace, at);
    } catch (error) {
      if (!(error instanceof ResourceError)) throw error;
      record(requests, ctx, trace, at, error);
      ctx.status = error.status;
      if (error.status === 401) ctx.set('www-authenticate', 'Bearer error="invalid_token"');
      ctx.body = JSON.stringify({ ...error.body, reference: trace.reference });
    }
  };

  async function answer(ctx: Context, trace: Trace, segments: string[]): Promise<unknown> {
    const marker = /^bearer +([\w.-]{20,8192})$/i.exec(ctx.get('authorization').trim())?.[1];
    if (!marker) throw new ResourceError('invalid', 'no marker in the Authorization header');
    const visitor = await resources.visitor(marker);
    trace.clientId = visitor.clientId;
    trace.findings.scopes = visitor.scopes.map(({ name }) => name);
    if (!['GET', 'HEAD'].includes(ctx.method)) throw new ResourceError('method', 'resources are only read');
    return resources.answer(visitor, segments, trace.parameters.get('embed') ?? '');
  }
}

/** Undefined: not decodable. */
function segmentsOf(path: string): string[] | undefined {
  if (!path.startsWith('/rs') && !path.startsWith('//')) return undefined;
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
