import Router from '@koa/router';
import type { Context } from 'koa';
import type { Config } from '#src/platform/config/config.ts';
import { Refusal } from '#src/platform/errors.ts';
import { readCertificate } from '#src/platform/signatures/certificate.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { holderName } from '#src/identity/certificates/holder.ts';
import type { SignedTexts } from '#src/identity/certificates/signed-texts.ts';
import type { SignatureOutcome, SignatureSignIns } from '#src/identity/protection/signature-sign-ins.ts';
import { clientCertificateOf } from '#src/web/middleware/client-certificate.ts';
import { isMobile } from '#src/web/middleware/device.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import { interactionOf } from '#src/web/middleware/interaction.ts';
import { sendText, signatureForm, signatureHelp } from '#src/web/middleware/signature-forms.ts';
import { createFirstFactor, type FirstFactorDeps } from '#src/web/sign-in/first-factor.ts';

interface SignatureDeps extends FirstFactorDeps {
  config: Pick<Config, 'sandbox' | 'service'>;
  signedTexts: SignedTexts;
  signatureSignIns: SignatureSignIns;
  metrics: Metrics;
}

/** Signing in by electronic signature (L13), on computers only (L4). */
export function createSignatureSignInRoutes(deps: SignatureDeps): Router {
  const { pages, signedTexts, signatureSignIns, metrics, config } = deps;
  const passed = createFirstFactor(deps);
  const router = new Router({ prefix: '/interaction/:uid/signature' });

  router.use(async (ctx, next) => {
    const { step, uid, isAlreadySignedIn, returnTo } = interactionOf(ctx);
    if (step !== 'login') return pages.of(ctx).redirect(`/interaction/${uid}`);
    if (isAlreadySignedIn) return pages.of(ctx).redirect(returnTo);
    if (isMobile(ctx) || !signatureSignIns.isOffered) return pages.of(ctx).redirect(`/interaction/${uid}/other-ways`);
    return next();
  });

  router.get('/', async (ctx) => show(ctx, await issue(ctx), {}));

  router.get('/text/:challenge', async (ctx) => {
    sendText(ctx, await signedTexts.find(ctx.params.challenge!, scope(ctx)));
  });

  router.post('/', async (ctx) => {
    const form = parseForm(signatureForm, ctx.request.body);
    if (!form.ok) {
      if ('challenge' in form.errors) throw new Refusal('expired', 400);
      return show(ctx, (ctx.request.body as { challenge: string }).challenge, form.errors, 422);
    }
    const { challenge, signature } = form.data;
    const given = { text: challenge, typed: signature, address: pages.of(ctx).address };
    await finish(ctx, await signatureSignIns.bySignature(scope(ctx), given), challenge);
  });

  router.post('/certificate', async (ctx) => {
    const shown = clientCertificateOf(ctx);
    if (!shown) return pages.of(ctx).redirect(pathOf(ctx));
    await finish(ctx, await signatureSignIns.byTls(scope(ctx), shown), await issue(ctx));
  });

  async function finish(ctx: Context, outcome: SignatureOutcome, challenge: string): Promise<void> {
    metrics.signIns.inc({ outcome: 'accountId' in outcome ? 'right' : 'refused' });
    if ('accountId' in outcome) return passed(ctx, outcome);
    await show(ctx, challenge, { signature: `signature_${outcome.refused}` }, 422);
  }

  function scope(ctx: Context) {
    const { browser } = pages.of(ctx);
    return { purpose: 'sign-in' as const, browser, interaction: interactionOf(ctx).uid };
  }

  async function issue(ctx: Context): Promise<string> {
    const { id, name } = interactionOf(ctx).client;
    const headline = pages.of(ctx).t('signed-text.sign-in', { client: name, service: config.service.name });
    return signedTexts.issue(scope(ctx), { headline, clientId: id });
  }

  /** A text that is over gives way to a new one. */
  async function show(ctx: Context, challenge: string, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const { uid } = interactionOf(ctx);
    const known = await signedTexts.find(challenge, scope(ctx));
    const id = known === undefined ? await issue(ctx) : challenge;
    const text = known ?? (await signedTexts.find(id, scope(ctx)))!;
    ctx.state.formPath = pathOf(ctx);
    const data = {
      ...signatureHelp({ path: pathOf(ctx), id, text, sandbox: config.sandbox }),
      certificate: shownCertificate(ctx),
      certificateAction: clientCertificateOf(ctx) ? `${pathOf(ctx)}/certificate` : undefined,
      otherWaysUrl: `/interaction/${uid}/other-ways`,
      abortUrl: `/interaction/${uid}/abort`,
      errors: fieldErrors(page, errors),
    };
    await page.show('sign-in/esign', data, status);
  }

  /** Whom the browser's certificate names and how long it is good, before it is used (L13). */
  function shownCertificate(ctx: Context) {
    const read = readCertificate(clientCertificateOf(ctx)?.certificate ?? Buffer.alloc(0));
    if (!read.ok) return undefined;
    const { subject, notAfter } = read.certificate;
    return { owner: holderName(subject), until: pages.of(ctx).translator.date(notAfter) };
  }

  return router;
}

function pathOf(ctx: Context): string {
  return `/interaction/${interactionOf(ctx).uid}/signature`;
}
