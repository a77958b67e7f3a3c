import Router from '@koa/router';
import type { Context } from 'koa';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import type { Letters, LetterVerdict } from '#src/identity/verification/letters.ts';
import type { SignatureProofs } from '#src/identity/verification/signature-proofs.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import { refuseOnHold } from '#src/web/middleware/hold.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import type { RaisingFor } from '#src/web/middleware/raising-for.ts';
import { navigation, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';
import { letterCodeForm } from '#src/web/verification/documents-forms.ts';

interface ConfirmDeps {
  pages: Pages;
  accounts: Accounts;
  accountSessions: AccountSessions;
  letters: Letters;
  signatureProofs: SignatureProofs;
  interactions: Interactions;
  raisingFor: RaisingFor;
  holds: Holds;
  /** Whether anybody would print them. */
  lettersOffered: boolean;
}

/** From standard to confirmed: the ways, and the way by letter (R13, R14). */
export function createConfirmRoutes(deps: ConfirmDeps): Router {
  const { pages, letters, signatureProofs, interactions, raisingFor, lettersOffered } = deps;
  const router = new Router({ prefix: '/account/confirm' });
  router.use(requireSignIn(deps));
  router.use('/letter', refuseOnHold(deps));

  router.get('/', async (ctx) => {
    const { account } = signedIn(ctx);
    const page = pages.of(ctx);
    if (account.evidence.length === 0) return page.redirect('/account/documents');
    const clientId = raisingFor.clientId(ctx);
    const refused = clientId === undefined ? [] : await interactions.refusedMethods(clientId);
    const offered = { mail: lettersOffered, esign: signatureProofs.isOffered, in_person: true };
    const ways = (['mail', 'esign', 'in_person'] as const).filter(
      (way) => offered[way] && !account.evidence.includes(way),
    );
    await page.show('account/confirm', {
      ...navigation('documents'),
      tier: tierFrom(account.evidence),
      mayGoOn: await mayGoOn(ctx),
      refusedProofs: account.evidence.filter((method) => refused.includes(method)),
      ways: ways.map((way) => ({ way, refused: refused.includes(way) })),
      letter: await describeLetter(ctx),
      wayBack: await raisingFor.wayBack(ctx),
    });
  });

  router.get('/letter', (ctx) => showLetter(ctx, {}, {}));

  router.post('/letter/order', async (ctx) => {
    const { account } = signedIn(ctx);
    const page = pages.of(ctx);
    const verdict = lettersOffered ? await letters.order(account.id, page.language) : 'not_standard';
    if (verdict === 'sent') return page.redirect('/account/confirm/letter');
    if (verdict === 'no_address') return page.redirect('/account/addresses');
    if (verdict === 'not_standard') return page.redirect('/account/documents');
    return showLetter(ctx, {}, { form: 'letter_too_soon' }, 422);
  });

  router.post('/letter', async (ctx) => {
    const { account } = signedIn(ctx);
    const values = keptValues(ctx.request.body, ['code']);
    const form = parseForm(letterCodeForm, ctx.request.body);
    if (!form.ok) return showLetter(ctx, values, form.errors, 422);
    const verdict = await letters.enter(account.id, form.data.code);
    if (verdict !== 'confirmed') return showLetter(ctx, values, { code: letterErrors[verdict] }, 422);
    pages.of(ctx).redirect('/account/confirm');
  });

  /** Confirmed, and in a way that the client takes to which the person goes back. */
  async function mayGoOn(ctx: Context): Promise<boolean> {
    const { account } = signedIn(ctx);
    const clientId = raisingFor.clientId(ctx);
    const tier = clientId === undefined ? tierFrom(account.evidence) : await interactions.tierOf(account, clientId);
    return tier === 'confirmed';
  }

  async function showLetter(
    ctx: Context,
    values: Record<string, string>,
    errors: FieldErrors,
    status = 200,
  ): Promise<void> {
    const { account } = signedIn(ctx);
    const page = pages.of(ctx);
    if (account.evidence.length === 0) return page.redirect('/account/documents');
    if (account.evidence.includes('mail') || (await mayGoOn(ctx))) return page.redirect('/account/confirm');
    const letter = await describeLetter(ctx);
    const address = account.profile.address?.formatted;
    if (!letter && !address) return page.redirect('/account/addresses');
    ctx.state.formPath = '/account/confirm/letter';
    const data = { ...navigation('documents'), letter, address, values, errors: fieldErrors(page, errors) };
    await page.show('account/letter', data, status);
  }

  async function describeLetter(ctx: Context) {
    const page = pages.of(ctx);
    const letter = await letters.onTheWay(signedIn(ctx).account.id);
    if (!letter) return undefined;
    const { sentAt, expiresAt, mayOrderAt } = letter;
    return {
      sentAt: page.translator.dateTime(sentAt),
      until: page.translator.date(expiresAt, 'Europe/Moscow'),
      mayOrderAt: mayOrderAt.getTime() > Date.now() ? page.translator.dateTime(mayOrderAt) : undefined,
    };
  }

  return router;
}

const letterErrors: Record<Exclude<LetterVerdict, 'confirmed'>, string> = {
  wrong: 'letter_code_wrong',
  expired: 'letter_code_expired',
  too_many: 'letter_code_pause',
  void: 'letter_code_void',
  conflict: 'letter_conflict',
};
