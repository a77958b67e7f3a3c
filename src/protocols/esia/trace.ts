import type { Context } from 'koa';
import { newReference } from '#src/platform/security/random.ts';
import { maskParameters } from '#src/identity/client-requests/client-request.ts';
import type { ClientRequests } from '#src/identity/client-requests/client-requests.ts';
import { EsiaError } from '#src/protocols/esia/esia-error.ts';
import { ResourceError } from '#src/protocols/esia/resources/resource-error.ts';
import type { Parameters } from '#src/protocols/esia/parameters.ts';

/** What is learnt about one request while it is answered, for its client's log. */
export interface Trace {
  reference: string;
  parameters: Parameters;
  /** Whose log it goes to. Requests of clients that nobody registered are in nobody's log. */
  clientId?: string;
  findings: Record<string, unknown>;
}

export function newTrace(): Trace {
  return { reference: newReference(), parameters: new Map(), findings: {} };
}

export function record(requests: ClientRequests, ctx: Context, trace: Trace, at: Date, error?: unknown): void {
  if (trace.clientId === undefined) return;
  requests.record(trace.clientId, {
    reference: trace.reference,
    at,
    method: ctx.method,
    path: ctx.path.slice(0, 200),
    outcome: error ? 'refused' : 'accepted',
    ...publicAndTrue(error),
    parameters: maskParameters(trace.parameters),
    findings: trace.findings,
  });
}

function publicAndTrue(error: unknown): { code?: string; reason?: string } {
  if (error === undefined) return {};
  if (error instanceof EsiaError) return { code: `ESIA-${error.code}`, reason: error.reason };
  if (error instanceof ResourceError) return { code: error.body.code, reason: error.reason };
  return { reason: 'a fault on our side' };
}
