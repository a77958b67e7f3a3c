import Router from '@koa/router';
import type { Clock } from '#src/platform/clock.ts';
import { Refusal } from '#src/platform/errors.ts';
import { fullName, type Account } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import type { Review } from '#src/identity/reviews/review.ts';
import type { Reviews } from '#src/identity/reviews/reviews.ts';
import { loginOf, passportIn } from '#src/identity/verification/foreign-passport.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { describePassport } from '#src/web/middleware/foreign-profile.ts';
import { PassportPages } from '#src/web/foreign/passport-page.ts';
import { refuseOnHold } from '#src/web/middleware/hold.ts';
import type { Page, Pages } from '#src/web/middleware/page.ts';
import type { RaisingFor } from '#src/web/middleware/raising-for.ts';
import { navigation, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';

interface ReviewDeps {
  pages: Pages;
  clock: Clock;
  accounts: Accounts;
  accountSessions: AccountSessions;
  identities: Identities;
  reviews: Reviews;
  raisingFor: RaisingFor;
  holds: Holds;
}

/** A foreign citizen's profile: what was said, how the review goes, and the form to correct it (F11, F18). */
export function createReviewRoutes(deps: ReviewDeps): Router {
  const { pages, identities, reviews, raisingFor } = deps;
  const passportPages = new PassportPages(deps);
  const router = new Router({ prefix: '/account/review' });
  router.use(requireSignIn(deps));
  const held = refuseOnHold(deps);
  router.use('/edit', held);
  // Whoever has a Russian passport is nobody's foreign citizen here.
  router.use(async (ctx, next) => {
    const { id, profile } = signedIn(ctx).account;
    const isForeign =
      profile.kind === 'foreign' || !(await identities.documents(id)).some(({ kind }) => kind === 'rf_passport');
    if (!isForeign) throw new Refusal('not_found', 404);
    return next();
  });

  router.get('/', async (ctx) => {
    const { account } = signedIn(ctx);
    const page = pages.of(ctx);
    const documents = await identities.documents(account.id);
    const passport = passportIn(account.profile, documents);
    if (!passport) return page.redirect('/account/review/edit');
    const review = await reviews.latest(account.id);
    const tier = tierFrom(account.evidence);
    const login = loginOf(passport);
    const isTheirs = (await deps.accounts.findIdByForeignLogin(login)) === account.id;
    await page.show('account/review', {
      ...navigation('documents'),
      name: fullName(account.profile),
      tier,
      foreignLogin: isTheirs ? login : undefined,
      facts: describePassport(page, passport),
      papers: documents.map(({ kind, value, verified }) => ({ label: page.t(`document.${kind}`), value, verified })),
      review: describe(page, account, review),
      wayBack: await raisingFor.wayBack(ctx),
    });
  });

  // The data that are known already go as they are.
  router.post('/', held, async (ctx) => {
    const { account } = signedIn(ctx);
    const page = pages.of(ctx);
    const passport = passportIn(account.profile, await identities.documents(account.id));
    if (!passport) return page.redirect('/account/review/edit');
    const verdict = await reviews.submit(account.id, passport, page.language);
    page.redirect(verdict === 'too_many' ? '/account/review/edit' : '/account/review');
  });

  router.get('/edit', async (ctx) => {
    const { account } = signedIn(ctx);
    const known = passportIn(account.profile, await identities.documents(account.id));
    const { gender, birthdate } = account.profile;
    await passportPages.show(ctx, pageFor(account), { passport: known ?? { gender, birthdate } });
  });

  router.post('/edit', async (ctx) => {
    const { account } = signedIn(ctx);
    const page = pages.of(ctx);
    const passport = await passportPages.read(ctx, pageFor(account));
    if (!passport) return;
    const verdict = await reviews.submit(account.id, passport, page.language);
    if (verdict === 'too_many') return passportPages.refuse(ctx, pageFor(account), { form: 'too_many_checks' });
    page.redirect('/account/review');
  });

  return router;
}

function pageFor({ evidence }: Account) {
  return {
    ...navigation('documents'),
    action: '/account/review/edit',
    lowers: evidence.length > 0,
    backUrl: '/account/review',
  };
}

/** Approval says nothing any more once the data changed. */
function describe(page: Page, { evidence }: Account, review: Review | undefined) {
  const status = review?.status === 'approved' && evidence.length === 0 ? 'superseded' : review?.status;
  if (!review || !status || status === 'superseded') return { status: evidence.length > 0 ? 'approved' : 'draft' };
  const { reference, reason, submittedAt } = review;
  return { status, reference, reason, submittedAt: page.translator.dateTime(submittedAt) };
}
