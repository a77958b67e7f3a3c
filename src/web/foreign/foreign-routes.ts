import Router from '@koa/router';
import { Refusal } from '#src/platform/errors.ts';
import type { ForeignPersons } from '#src/identity/registration/foreign-persons.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { interactionIn, showClientOf } from '#src/web/middleware/requesting-client.ts';

interface ForeignDeps {
  pages: Pages;
  interactions: Interactions;
  foreignPersons: ForeignPersons;
}

/** RuID: where foreign citizens begin (F2 to F4, F21), and where those end who have an account already (F10). */
export function createForeignRoutes(deps: ForeignDeps): Router {
  const { pages, foreignPersons } = deps;
  const router = new Router({ prefix: '/foreign' });

  router.get('/', async (ctx) => {
    const interaction = interactionIn(ctx);
    await showClientOf(ctx, deps, interaction);
    ctx.set('permissions-policy', 'camera=(self), microphone=(), geolocation=(), payment=()');
    await pages.of(ctx).show('foreign/foreign-start', {
      signInUrl: interaction ? `/interaction/${interaction}` : '/account',
      registerUrl: `/foreign/registration${interaction ? `?interaction=${interaction}` : ''}`,
    });
  });

  // Opening it changes nothing; it is reached by a message to the account's own contact only.
  router.get('/known/:token', async (ctx) => {
    if (!(await foreignPersons.isKnown(ctx.params.token!))) throw new Refusal('link_used', 410);
    await pages.of(ctx).show('foreign/foreign-known');
  });

  return router;
}
