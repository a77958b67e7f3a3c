import type { Context } from 'koa';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import { isOwnClient } from '#src/protocols/oidc/own-clients.ts';
import type { Pages } from '#src/web/middleware/page.ts';

/** The client's request to go back to. It opens nothing by itself: the browser also needs the request's cookie. */
export function interactionIn(ctx: Context): string | undefined {
  const uid = ctx.query.interaction;
  return typeof uid === 'string' && /^[\w-]{20,64}$/.test(uid) ? uid : undefined;
}

/** A journey that began inside a client's request says whose, on every page. */
export async function showClientOf(
  ctx: Context,
  { pages, interactions }: { pages: Pages; interactions: Interactions },
  uid: string | undefined,
): Promise<void> {
  const client = uid && (await interactions.clientOf(uid));
  if (client && !isOwnClient(client.id)) pages.of(ctx).client = client;
}
