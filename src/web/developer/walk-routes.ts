import Router from '@koa/router';
import { z } from 'zod';
import { Refusal } from '#src/platform/errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import type { WalkSystem } from '#src/web/developer/walk-system.ts';

interface WalkDeps {
  pages: Pages;
  issuer: string;
  system: WalkSystem;
}

const backQuery = z.object({
  code: z.string().max(8192).optional().catch(undefined),
  error: z.string().max(100).optional().catch(undefined),
  error_description: z.string().max(500).optional().catch(undefined),
});

/** One request of the ESIA dialect step by step, with every string that gets signed (C2). Absent in production. */
export function createWalkRoutes({ pages, issuer, system }: WalkDeps): Router {
  const router = new Router({ prefix: '/developer/walk' });

  router.get('/', async (ctx) => {
    const page = pages.of(ctx);
    await system.register(page.t('developer.walk.client'));
    const request = system.authorization();
    await page.show('developer/walk', {
      title: page.t('developer.walk.title'),
      request,
      address: `${issuer}/aas/oauth2/v2/ac`,
      url: `${issuer}/aas/oauth2/v2/ac?${new URLSearchParams(request.parameters)}`,
    });
  });

  router.get('/back', async (ctx) => {
    const page = pages.of(ctx);
    const query = backQuery.parse(ctx.query);
    if (!query.code && !query.error) throw new Refusal('request_rejected', 400);
    const exchanged = query.code ? await walkOn(query.code) : undefined;
    await page.show('developer/walk-back', { title: page.t('developer.walk.title'), query, exchanged });
  });

  /** What a client does behind the person's back, over HTTP like any other. */
  async function walkOn(code: string) {
    const request = system.exchange(code);
    const address = `${issuer}/aas/oauth2/v3/te`;
    const answer = await fetch(address, { method: 'POST', body: new URLSearchParams(request.parameters) });
    const tokens = (await answer.json()) as Record<string, unknown>;
    const marker = String(tokens.access_token ?? '');
    const claims = decodeClaims(marker);
    const personUrl = `${issuer}/rs/prns/${claims?.['urn:esia:sbj_id']}?embed=(contacts.elements,documents.elements)`;
    const person =
      claims && (await (await fetch(personUrl, { headers: { authorization: `Bearer ${marker}` } })).json());
    return {
      request,
      address,
      status: answer.status,
      tokens: pretty(tokens),
      claims: pretty(claims),
      personUrl,
      person: pretty(person),
    };
  }

  return router;
}

function decodeClaims(marker: string): Record<string, unknown> | undefined {
  const part = marker.split('.')[1];
  return part ? (JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>) : undefined;
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? '';
}
