import Router from '@koa/router';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Consents } from '#src/identity/consents/consents.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import { interactionOf } from '#src/web/middleware/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';

interface InteractionDeps {
  pages: Pages;
  interactions: Interactions;
  consents: Consents;
  accounts: Accounts;
  /** The test people and their accounts; absent outside of the sandbox. */
  sandboxPeople?: { accountIdOf(person: string): Promise<string | undefined>; amrOf(person: string): string[] };
}

/** What every step offers: the way out, and in the sandbox a test person who needs no pages. */
export function createInteractionRoutes({
  pages,
  interactions,
  consents,
  accounts,
  sandboxPeople,
}: InteractionDeps): Router {
  const router = new Router();

  // A plain link, as script-less conformance browsers need it; it harms nobody, since only this browser has the request.
  router.get('/interaction/:uid/abort', async (ctx) => {
    pages.of(ctx).redirect(await interactions.refused(ctx));
  });

  if (!sandboxPeople) return router;

  router.get('/interaction/:uid', async (ctx, next) => {
    const current = interactionOf(ctx);
    const { sandboxPerson, step, accountId, client, asked } = current;
    const personId = sandboxPerson && (await sandboxPeople.accountIdOf(sandboxPerson));
    if (!personId) return next();
    const page = pages.of(ctx);
    if (step === 'login') {
      const { generation } = (await accounts.find(personId))!;
      const amr = sandboxPeople.amrOf(sandboxPerson);
      return page.redirect(await interactions.signedIn(ctx, { accountId: personId, amr, generation }));
    }
    if (step === 'second_factor') return page.redirect(await interactions.steppedUp(ctx, current, ['otp']));
    if (step !== 'consent' || accountId !== personId) return next();
    await consents.grant(personId, client.id, { name: client.name, purpose: client.purpose }, asked);
    page.redirect(await interactions.consented(ctx));
  });

  return router;
}
