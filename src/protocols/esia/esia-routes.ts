import Router from '@koa/router';
import type { Context } from 'koa';
import type { Clock } from '#src/platform/clock.ts';
import { written } from '#src/platform/request-scope.ts';
import type { ClientRequests } from '#src/identity/client-requests/client-requests.ts';
import { readingAhead } from '#src/identity/sessions/read-ahead.ts';
import { ESIA_RETURN_PATH } from '#src/protocols/oidc/esia-client.ts';
import type { Authorizations, UnderWay } from '#src/protocols/esia/authorizations.ts';
import type { EsiaClient } from '#src/protocols/esia/esia-client.ts';
import { EsiaError } from '#src/protocols/esia/esia-error.ts';
import type { EsiaPages } from '#src/protocols/esia/esia-pages.ts';
import type { Logout } from '#src/protocols/esia/logout.ts';
import type { Generation, RequestKind } from '#src/protocols/esia/message-orders.ts';
import { readParameters, valueOf, type Parameters } from '#src/protocols/esia/parameters.ts';
import { withParameters } from '#src/protocols/esia/redirect-address.ts';
import type { SignedRequest, SignedRequests } from '#src/protocols/esia/signed-requests.ts';
import type { TokenExchange } from '#src/protocols/esia/token-exchange.ts';
import { newTrace, record, type Trace } from '#src/protocols/esia/trace.ts';

export interface EsiaRoutesDeps {
  signedRequests: SignedRequests;
  authorizations: Authorizations;
  tokens: TokenExchange;
  logout: Logout;
  requests: ClientRequests;
  clock: Clock;
  pages: EsiaPages;
}

/** Spoken to by client systems alone. */
export const tokenPaths: readonly string[] = versions('te').map(([path]) => path);

/** The addresses of ESIA: authorization, token and logout, in all their versions. */
export function createEsiaRoutes(deps: EsiaRoutesDeps): Router {
  const { signedRequests, authorizations, tokens, logout, requests, clock, pages } = deps;
  const router = new Router();

  for (const [path, generation] of versions('ac')) {
    for (const method of ['get', 'post'] as const) router[method](path, (ctx) => authorize(ctx, generation));
  }
  for (const [path, generation] of versions('te')) router.post(path, (ctx) => exchange(ctx, generation));
  router.get(ESIA_RETURN_PATH, (ctx) => goBack(ctx));
  router.get('/idp/ext/Logout', (ctx) => signOut(ctx));

  async function authorize(ctx: Context, generation: Generation): Promise<void> {
    const trace = newTrace();
    const at = clock.now();
    let returnTo: string | undefined;
    try {
      trace.parameters = await readParameters(ctx);
      const client = await signedRequests.client(trace.parameters, trace);
      returnTo = authorizations.returnAddress(client, trace.parameters);
      if (!returnTo) throw wrongAddress(trace.parameters, client.redirectHosts);
      await signedRequests.verify(client, { kind: 'authorization', generation, parameters: trace.parameters }, trace);
      send(ctx, await authorizations.begin(client, trace.parameters, returnTo));
      record(requests, ctx, trace, at);
    } catch (error) {
      record(requests, ctx, trace, at, error);
      await refuse(ctx, { error, trace, returnTo, state: valueOf(trace.parameters, 'state') });
    }
  }

  /** From the provider, in the person's browser. */
  async function goBack(ctx: Context): Promise<void> {
    const trace = newTrace();
    const at = clock.now();
    let underWay: UnderWay | undefined;
    try {
      trace.parameters = await readParameters(ctx);
      underWay = await authorizations.take(valueOf(trace.parameters, 'state'));
      if (!underWay) throw new EsiaError('007003', 'this request is over');
      trace.clientId = underWay.clientId;
      trace.findings.redirectUri = underWay.redirectUri;
      send(ctx, await authorizations.finish(underWay, trace.parameters));
      record(requests, ctx, trace, at);
    } catch (error) {
      record(requests, ctx, trace, at, error);
      await refuse(ctx, { error, trace, returnTo: underWay?.redirectUri, state: underWay?.state ?? '' });
    }
  }

  async function exchange(ctx: Context, generation: Generation): Promise<void> {
    const trace = newTrace();
    const at = clock.now();
    ctx.set('cache-control', 'no-store');
    ctx.set('pragma', 'no-cache');
    ctx.type = 'application/json;charset=UTF-8';
    try {
      trace.parameters = await readParameters(ctx);
      const client = await signedRequests.client(trace.parameters, trace);
      const kind = kindOf(trace.parameters);
      const request = { kind, generation, parameters: trace.parameters };
      const isForSystem = kind === 'client_credentials';
      ctx.body = JSON.stringify(await (isForSystem ? forSystem : forPerson)(client, request, trace));
      record(requests, ctx, trace, at);
    } catch (error) {
      record(requests, ctx, trace, at, error);
      if (!(error instanceof EsiaError)) throw error;
      const state = trace.parameters.get('state');
      ctx.status = 400;
      ctx.body = JSON.stringify({
        error: error.error,
        error_description: error.description,
        state,
        error_reference: trace.reference,
      });
    }
  }

  async function forPerson(client: EsiaClient, request: SignedRequest, trace: Trace) {
    await signedRequests.verify(client, request, trace);
    return tokens.answer(client, request.kind, request.parameters);
  }

  /** A system's marker uses nothing up, so it is made while the database decides; the marker is kept with the mark or not at all. */
  async function forSystem(client: EsiaClient, request: SignedRequest, trace: Trace) {
    const mark = signedRequests.prove(client, request, trace);
    return readingAhead(async () => {
      const claimed = signedRequests.claim(client, mark);
      const [answer] = await Promise.all([tokens.answer(client, request.kind, request.parameters), claimed]);
      await written();
      return answer;
    });
  }

  async function signOut(ctx: Context): Promise<void> {
    const trace = newTrace();
    const at = clock.now();
    try {
      trace.parameters = await readParameters(ctx);
      const client = await signedRequests.client(trace.parameters, trace);
      send(ctx, await logout.end(ctx, client, valueOf(trace.parameters, 'redirect_url')));
      record(requests, ctx, trace, at);
    } catch (error) {
      record(requests, ctx, trace, at, error);
      await refuse(ctx, { error, trace, returnTo: undefined, state: '' });
    }
  }

  /** Back to the client where the address is proven to be its own; otherwise to the person, who can name the reference. */
  async function refuse(
    ctx: Context,
    refused: { error: unknown; trace: Trace; returnTo: string | undefined; state: string },
  ) {
    const { error, trace, returnTo, state } = refused;
    if (!(error instanceof EsiaError)) throw error;
    const { reference, clientId } = trace;
    const { error: name, description } = error;
    if (!returnTo) return pages.refused(ctx, { error: name, description, reference, clientId });
    send(
      ctx,
      withParameters(returnTo, { error_description: description, state, error: name, error_reference: reference }),
    );
  }

  return router;
}

/** Where `/aas/oauth2/ac` and its like are answered, and which order of fields is documented there. */
function versions(name: 'ac' | 'te'): [path: string, generation: Generation][] {
  return [
    [`/aas/oauth2/${name}`, 'v1'],
    [`/aas/oauth2/v2/${name}`, 'v2'],
    [`/aas/oauth2/v3/${name}`, 'v3'],
  ];
}

const kinds: RequestKind[] = ['authorization_code', 'refresh_token', 'client_credentials'];

function kindOf(parameters: Parameters): RequestKind {
  const grantType = valueOf(parameters, 'grant_type');
  if (grantType === '') throw new EsiaError('007014', 'grant_type is missing', 'grant_type');
  const kind = kinds.find((one) => one === grantType);
  if (!kind) throw new EsiaError('007012', `grant_type ${grantType.slice(0, 40)}: write one of ${kinds.join(', ')}`);
  return kind;
}

function wrongAddress(parameters: Parameters, hosts: string[]): EsiaError {
  const address = valueOf(parameters, 'redirect_uri');
  if (address === '') return new EsiaError('007014', 'redirect_uri is missing', 'redirect_uri');
  return new EsiaError('007023', `redirect_uri is not at a registered domain (${hosts.join(', ') || 'none'})`);
}

function send(ctx: Context, address: string): void {
  ctx.status = 302;
  ctx.set('cache-control', 'no-store');
  ctx.set('location', address);
  ctx.type = 'text/plain';
  ctx.body = '';
}
