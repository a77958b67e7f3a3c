import Router from '@koa/router';
import type { Tier } from '#src/identity/accounts/tier.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import { interactionOf } from '#src/web/middleware/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';

/** The page for a person who is less proven than the client asks: what is missing and how to get it (R3). */
export function createTierRoutes({ pages, interactions }: { pages: Pages; interactions: Interactions }): Router {
  const router = new Router();

  router.get('/interaction/:uid', async (ctx, next) => {
    const current = interactionOf(ctx);
    if (current.step !== 'tier' || !current.demand) return next();
    const account = await interactions.account(current);
    const tier = await interactions.tierOf(account, current.client.id);
    await pages.of(ctx).show('tier/tier-upgrade', {
      required: current.demand.tier,
      current: tier,
      missing: missingSteps(tier, current.demand.tier),
      mayContinue: !current.demand.essential,
      laterUrl: `/interaction/${current.uid}/later`,
    });
  });

  // "Later" goes on where less will do, and tells the client where it will not.
  router.get('/interaction/:uid/later', async (ctx) => {
    const current = interactionOf(ctx);
    const page = pages.of(ctx);
    if (current.step !== 'tier' || !current.demand) return page.redirect(`/interaction/${current.uid}`);
    const answer = current.demand.essential
      ? interactions.refused(ctx, 'unmet_authentication_requirements', 'the requested assurance is not met')
      : interactions.tierDeclined(ctx);
    page.redirect(await answer);
  });

  return router;
}

function missingSteps(current: Tier, required: Tier): string[] {
  const standard = current === 'simplified' ? ['passport', 'snils'] : [];
  return required === 'confirmed' ? [...standard, 'in_person', 'mail', 'esign'] : standard;
}
