import Router from '@koa/router';
import { isAtLeast, type Tier } from '#src/identity/accounts/tier.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import { interactionOf } from '#src/web/middleware/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import type { RaisingFor } from '#src/web/middleware/raising-for.ts';

interface TierDeps {
  pages: Pages;
  interactions: Interactions;
  raisingFor: RaisingFor;
}

/** The page for a person who is less proven than the client asks: what is missing and how to get it (R3, R14). */
export function createTierRoutes({ pages, interactions, raisingFor }: TierDeps): Router {
  const router = new Router();

  router.get('/interaction/:uid', async (ctx, next) => {
    const current = interactionOf(ctx);
    if (current.step !== 'tier' || !current.demand) return next();
    const account = await interactions.account(current);
    const tier = await interactions.tierOf(account, current.client.id);
    // Raised meanwhile, here or in another tab: the request goes on.
    if (isAtLeast(tier, current.demand.tier)) return pages.of(ctx).redirect(current.returnTo);
    const refused = await interactions.refusedMethods(current.client.id);
    await pages.of(ctx).show('tier/tier-upgrade', {
      required: current.demand.tier,
      current: tier,
      missing: missingSteps(tier, current.demand.tier, account.profile.kind === 'foreign').filter(
        (step) => !refused.includes(step),
      ),
      refusedProofs: account.evidence.filter((method) => refused.includes(method)),
      mayContinue: !current.demand.essential,
      verifyUrl: `/interaction/${current.uid}/verify`,
      laterUrl: `/interaction/${current.uid}/later`,
    });
  });

  router.get('/interaction/:uid/verify', async (ctx) => {
    const { uid, client, step, demand } = interactionOf(ctx);
    if (step !== 'tier' || !demand) return pages.of(ctx).redirect(`/interaction/${uid}`);
    const tier = await interactions.tierOf(await interactions.account(interactionOf(ctx)), client.id);
    raisingFor.remember(ctx, { uid, clientId: client.id });
    pages.of(ctx).redirect(tier === 'simplified' ? '/account/documents' : '/account/confirm');
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

function missingSteps(current: Tier, required: Tier, isForeign: boolean): string[] {
  const papers = isForeign ? ['review'] : ['passport', 'snils'];
  const standard = current === 'simplified' ? papers : [];
  return required === 'confirmed' ? [...standard, 'in_person', 'mail', 'esign'] : standard;
}
