import type { Context } from 'koa';
import { isOwnClient } from '#src/protocols/oidc/own-clients.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';

const COOKIE = 'raising_for';
const DAYS = 40;

export interface WayBack {
  name: string;
  url: string;
}

/**
 * The client's request in which a person was asked to prove more. They go back to it while it lives; later to the client
 * itself, which begins anew and finds the higher tier. Opens nothing by itself: the request also needs its own cookie.
 */
export class RaisingFor {
  readonly #pages: Pages;
  readonly #interactions: Interactions;

  constructor({ pages, interactions }: { pages: Pages; interactions: Interactions }) {
    this.#pages = pages;
    this.#interactions = interactions;
  }

  remember(ctx: Context, { uid, clientId }: { uid: string; clientId: string }): void {
    if (isOwnClient(clientId)) return;
    const value = Buffer.from(JSON.stringify({ uid, clientId })).toString('base64url');
    ctx.cookies.set(COOKIE, value, { ...this.#pages.cookie, maxAge: DAYS * 86_400_000 });
  }

  forget(ctx: Context): void {
    ctx.cookies.set(COOKIE, null, this.#pages.cookie);
  }

  clientId(ctx: Context): string | undefined {
    return read(ctx)?.clientId;
  }

  /** @param clientId from elsewhere, for a browser that has no such cookie. */
  async wayBack(ctx: Context, clientId?: string): Promise<WayBack | undefined> {
    const kept = read(ctx);
    const alive = kept && (await this.#interactions.clientOf(kept.uid));
    if (alive) return { name: alive.name, url: `/interaction/${kept.uid}` };
    const id = kept?.clientId ?? clientId;
    const client = id === undefined ? undefined : await this.#interactions.clientById(id);
    return client && { name: client.name, url: client.uri };
  }
}

function read(ctx: Context): { uid: string; clientId: string } | undefined {
  const value = ctx.cookies.get(COOKIE, { signed: true });
  return value
    ? (JSON.parse(Buffer.from(value, 'base64url').toString()) as { uid: string; clientId: string })
    : undefined;
}
