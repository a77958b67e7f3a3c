import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { Refusal } from '#src/platform/errors.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import type { SignatureProofs } from '#src/identity/verification/signature-proofs.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { navigation, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';

interface SignatureDeps {
  pages: Pages;
  accounts: Accounts;
  accountSessions: AccountSessions;
  signatureProofs: SignatureProofs;
}

const signatureForm = z.object({
  challenge: z.string().regex(/^[\w-]{43}$/),
  signature: z.string().trim().min(1, 'required').max(50_000, 'signature_unreadable'),
});

/** From standard to confirmed with an electronic signature (R15): take a text, sign it with any program, bring the signature. */
export function createSignatureRoutes(deps: SignatureDeps): Router {
  const { pages, signatureProofs } = deps;
  const router = new Router({ prefix: '/account/confirm/signature' });
  router.use(requireSignIn(deps));
  router.use((_ctx, next) => {
    if (!signatureProofs.isOffered) throw new Refusal('not_found', 404);
    return next();
  });

  router.get('/', async (ctx) => {
    const { account } = signedIn(ctx);
    if (account.evidence.length === 0) return pages.of(ctx).redirect('/account/documents');
    if (tierFrom(account.evidence) === 'confirmed') return pages.of(ctx).redirect('/account/confirm');
    await show(ctx, await signatureProofs.challenge(account.id), {});
  });

  router.get('/text/:challenge', async (ctx) => {
    const text = await signatureProofs.textOf(ctx.params.challenge!, signedIn(ctx).account.id);
    if (text === undefined) throw new Refusal('expired', 404);
    ctx.set('cache-control', 'no-store');
    ctx.attachment('challenge.txt');
    ctx.type = 'text/plain; charset=utf-8';
    ctx.body = text;
  });

  router.post('/', async (ctx) => {
    const { account } = signedIn(ctx);
    const form = parseForm(signatureForm, ctx.request.body);
    if (!form.ok) {
      if ('challenge' in form.errors) throw new Refusal('expired', 400);
      const { challenge } = ctx.request.body as { challenge: string };
      return show(ctx, challenge, form.errors, 422);
    }
    const { challenge, signature } = form.data;
    const verdict = await signatureProofs.confirm(account.id, challenge, signature);
    if (verdict === 'confirmed') return pages.of(ctx).redirect('/account/confirm');
    const next = verdict === 'expired' ? await signatureProofs.challenge(account.id) : challenge;
    return show(ctx, next, { signature: `signature_${verdict}` }, 422);
  });

  async function show(ctx: Context, challenge: string, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const text = await signatureProofs.textOf(challenge, signedIn(ctx).account.id);
    if (text === undefined) throw new Refusal('expired', 404);
    ctx.state.formPath = '/account/confirm/signature';
    const textUrl = `/account/confirm/signature/text/${challenge}`;
    const data = { ...navigation('documents'), challenge, text, textUrl, errors: fieldErrors(page, errors) };
    await page.show('account/signature', data, status);
  }

  return router;
}
