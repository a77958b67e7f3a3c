import Router from '@koa/router';
import type { Context } from 'koa';
import { newToken } from '#src/platform/security/random.ts';
import { ClientRefusal } from '#src/identity/clients/client-refusal.ts';
import { clientTag, type ClientRegister, type RegisteredClient } from '#src/identity/clients/client-register.ts';
import type { Clients, ListedClient } from '#src/identity/clients/clients.ts';
import { withoutDates } from '#src/identity/clients/client-changes.ts';
import { pageQuery } from '#src/web/admin-api/admin-schemas.ts';
import { parse } from '#src/web/admin-api/admin-answers.ts';

const CLIENTS = '/admin/api/v1/clients';

/** One client at a time. */
export function createClientsApi({ clients, register }: { clients: Clients; register: ClientRegister }): Router {
  const router = new Router({ prefix: CLIENTS });

  router.get('/', async (ctx) => {
    const { after, limit } = parse(pageQuery, ctx.query);
    const page = await clients.page(after, limit + 1);
    const shown = page.slice(0, limit);
    const next =
      page.length > limit
        ? `${CLIENTS}?${new URLSearchParams({ after: shown.at(-1)!.id, limit: String(limit) })}`
        : undefined;
    ctx.body = { clients: shown.map(describe), next };
  });

  router.post('/', async (ctx) => {
    const metadata = ctx.request.body as Record<string, unknown>;
    const client_id = (metadata.client_id ?? newToken().replace(/^[-_]/, 'c').slice(0, 22)) as string;
    show(ctx, await register.add({ ...metadata, client_id }));
    ctx.status = 201;
    ctx.set('location', `${CLIENTS}/${client_id}`);
  });

  router.get('/:id', async (ctx) => {
    const client = await clients.current(idOf(ctx));
    if (!client) throw new ClientRefusal('client_not_found');
    const { secret: _, ...listed } = client;
    show(ctx, { client: listed });
  });

  router.put('/:id', async (ctx) => {
    const { created_at: _, updated_at: __, ...metadata } = ctx.request.body as Record<string, unknown>;
    const id = idOf(ctx);
    if (metadata.client_id !== undefined && metadata.client_id !== id)
      throw new ClientRefusal('invalid_client_metadata', {
        client_id: 'this is not the client of the address; an id cannot be changed',
      });
    show(ctx, await register.replace(id, metadata, ifMatch(ctx)));
  });

  router.delete('/:id', async (ctx) => {
    await register.remove(idOf(ctx), ifMatch(ctx));
    ctx.status = 204;
  });

  router.post('/:id/secret', async (ctx) => {
    show(ctx, await register.renewSecret(idOf(ctx)));
  });

  return router;
}

/** What the client read, and will have nobody change before them. */
export function ifMatch(ctx: Context): string | undefined {
  const header = ctx.get('if-match').trim();
  return header === '' || header === '*' ? undefined : header.replace(/^(W\/)?"(.*)"$/, '$2');
}

/** An id that nobody can have does not reach the database. */
function idOf(ctx: Context): string {
  const { id } = ctx.params as { id: string };
  if (!/^[\x21-\x7e]{1,200}$/.test(id)) throw new ClientRefusal('client_not_found');
  return id;
}

function show(ctx: Context, { client, secret }: RegisteredClient): void {
  ctx.set('etag', `"${clientTag(client)}"`);
  ctx.body = {
    ...describe(client),
    ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
  };
}

function describe({ id, metadata, createdAt, updatedAt }: ListedClient) {
  return { client_id: id, ...withoutDates(metadata), created_at: createdAt, updated_at: updatedAt };
}
