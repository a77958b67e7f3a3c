import Router from '@koa/router';
import type { Context } from 'koa';
import type { Config } from '#src/platform/config/config.ts';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { Refusal } from '#src/platform/errors.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { SignedTexts } from '#src/identity/certificates/signed-texts.ts';
import type { SignatureProofs } from '#src/identity/verification/signature-proofs.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { refuseOnHold } from '#src/web/middleware/hold.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { sendText, signatureForm, signatureHelp } from '#src/web/middleware/signature-forms.ts';
import { navigation, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';

interface SignatureDeps {
  pages: Pages;
  accounts: Accounts;
  accountSessions: AccountSessions;
  signedTexts: SignedTexts;
  signatureProofs: SignatureProofs;
  config: Pick<Config, 'sandbox' | 'service'>;
  holds: Holds;
}

/** From standard to confirmed with an electronic signature (R15): take a text, sign it with any program, bring the signature. */
export function createSignatureRoutes(deps: SignatureDeps): Router {
  const { pages, signedTexts, signatureProofs, config } = deps;
  const router = new Router({ prefix: '/account/confirm/signature' });
  router.use(requireSignIn(deps));
  router.use(refuseOnHold(deps));
  router.use((_ctx, next) => {
    if (!signatureProofs.isOffered) throw new Refusal('not_found', 404);
    return next();
  });

  router.get('/', async (ctx) => {
    const { account } = signedIn(ctx);
    if (account.evidence.length === 0) return pages.of(ctx).redirect('/account/documents');
    if (account.evidence.includes('esign')) return pages.of(ctx).redirect('/account/confirm');
    await show(ctx, await issue(ctx), {});
  });

  router.get('/text/:challenge', async (ctx) => {
    sendText(ctx, await signedTexts.find(ctx.params.challenge!, scope(ctx)));
  });

  router.post('/', async (ctx) => {
    const form = parseForm(signatureForm, ctx.request.body);
    if (!form.ok) {
      if ('challenge' in form.errors) throw new Refusal('expired', 400);
      const { challenge } = ctx.request.body as { challenge: string };
      return show(ctx, challenge, form.errors, 422);
    }
    const { challenge, signature } = form.data;
    const given = { text: challenge, typed: signature, address: pages.of(ctx).address };
    const verdict = await signatureProofs.confirm(scope(ctx), given);
    if (verdict === 'confirmed') return pages.of(ctx).redirect('/account/confirm');
    const next = verdict === 'expired' ? await issue(ctx) : challenge;
    return show(ctx, next, { signature: `signature_${verdict}` }, 422);
  });

  function scope(ctx: Context) {
    return { purpose: 'confirm' as const, browser: pages.of(ctx).browser, accountId: signedIn(ctx).account.id };
  }

  async function issue(ctx: Context): Promise<string> {
    const headline = pages.of(ctx).t('signed-text.confirm', { service: config.service.name });
    return signedTexts.issue(scope(ctx), { headline });
  }

  async function show(ctx: Context, challenge: string, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const known = await signedTexts.find(challenge, scope(ctx));
    const id = known === undefined ? await issue(ctx) : challenge;
    const text = known ?? (await signedTexts.find(id, scope(ctx)))!;
    ctx.state.formPath = PATH;
    const help = signatureHelp({ path: PATH, id, text, sandbox: config.sandbox });
    const data = { ...navigation('documents'), ...help, errors: fieldErrors(page, errors) };
    await page.show('account/signature', data, status);
  }

  return router;
}

const PATH = '/account/confirm/signature';
