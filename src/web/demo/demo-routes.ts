import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { Logger } from '#src/platform/logger.ts';
import type { Page, Pages } from '#src/web/middleware/page.ts';
import { cabinet, CONFIRMED, frame } from '#src/web/demo/demo-page.ts';
import type { DemoSystem } from '#src/web/demo/demo-system.ts';
import { RefusedSignIn } from '#src/web/demo/relying-party.ts';

interface DemoDeps {
  pages: Pages;
  logger: Logger;
  issuer: string;
  systems: DemoSystem[];
}

const loginQuery = z.object({
  prompt: z.literal('login').optional().catch(undefined),
  tier: z.literal('confirmed').optional().catch(undefined),
});

/** The pages of the demo client systems. To the provider they are strangers: everything goes through its public endpoints. */
export function createDemoRoutes({ pages, logger, issuer, systems }: DemoDeps): Router {
  const router = new Router();
  for (const system of systems) addRoutes(router, system);
  return router;

  function addRoutes(to: Router, system: DemoSystem): void {
    const { path, relyingParty, sessions } = system;

    to.get(path, async (ctx) => {
      const page = pages.of(ctx);
      const person = system.sessionOf(ctx)?.person;
      if (person) return page.show('demo/cabinet', { ...frame(system, page), ...cabinet(person, page) });
      await page.show('demo/site', frame(system, page));
    });

    to.get(`${path}/login`, async (ctx) => {
      const page = pages.of(ctx);
      const { prompt, tier } = loginQuery.parse(ctx.query);
      const wishes = { ui_locales: page.language, ...(prompt && { prompt }), ...(tier && { acr_values: CONFIRMED }) };
      const { url, state, pending } = await relyingParty.begin(wishes);
      const session = system.sessionOf(ctx) ?? sessions.begin();
      sessions.remember(session, state, pending);
      system.keep(ctx, session);
      page.redirect(url.href);
    });

    to.get(`${path}/callback`, async (ctx) => {
      const session = system.sessionOf(ctx);
      const state = typeof ctx.query.state === 'string' ? ctx.query.state : '';
      const pending = session && sessions.take(session, state);
      if (!pending) return refuse(ctx, system, 'expired');
      try {
        const person = await relyingParty.finish(new URL(ctx.url, issuer), state, pending);
        system.keep(ctx, sessions.signIn(session, person));
        pages.of(ctx).redirect(path);
      } catch (error) {
        if (!(error instanceof RefusedSignIn)) throw error;
        logger.info({ demo: system.client.site, reason: error.message }, 'a demo sign-in was refused');
        await refuse(ctx, system, error.code);
      }
    });

    to.post(`${path}/sign-out`, async (ctx) => {
      const session = system.sessionOf(ctx);
      if (session) sessions.end(session);
      system.forget(ctx);
      const idToken = session?.person?.idToken;
      pages.of(ctx).redirect(idToken ? (await relyingParty.signOutUrl(idToken)).href : path);
    });

    to.get(`${path}/signed-out`, async (ctx) => {
      const page = pages.of(ctx);
      await page.show('demo/site', { ...frame(system, page), isSignedOut: true });
    });

    for (const document of ['privacy', 'terms'] as const) {
      to.get(`${path}/${document}`, async (ctx) => {
        const page = pages.of(ctx);
        await page.show('demo/document', { ...frame(system, page), title: page.t(`demo.${document}`), document });
      });
    }
  }

  async function refuse(ctx: Context, system: DemoSystem, code: string): Promise<void> {
    const page = pages.of(ctx);
    const title = page.t('demo.refused.title');
    await page.show('demo/refused', { ...frame(system, page), title, code, reason: reasonOf(code, page) }, 400);
  }
}

function reasonOf(code: string, page: Page): string {
  const key = `demo.refused.${code}`;
  return page.translator.has(key) ? page.t(key) : page.t('demo.refused.other');
}
