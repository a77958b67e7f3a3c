import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { Config } from '#src/platform/config/config.ts';
import { Refusal } from '#src/platform/errors.ts';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { SignatureChecks } from '#src/identity/certificates/signature-checks.ts';
import type { SignedTexts } from '#src/identity/certificates/signed-texts.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import type { CertificateBindings } from '#src/identity/protection/certificate-bindings.ts';
import type { SecurityDeps } from '#src/web/account/security-routes.ts';
import { refuseOnHold } from '#src/web/middleware/hold.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import { sendText, signatureForm, signatureHelp } from '#src/web/middleware/signature-forms.ts';
import { navigation, requireFreshSignIn, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';

interface CertificateDeps extends SecurityDeps {
  config: Pick<Config, 'sandbox' | 'service'>;
  signedTexts: SignedTexts;
  signatureChecks: SignatureChecks;
  certificateBindings: CertificateBindings;
  holds: Holds;
}

const PATH = '/account/security/certificate';

const removalForm = z.object({ certificate: z.uuid() });

/** Certificates with which the person signs in: a new one is proven by a signature (L12). */
export function createCertificateRoutes(deps: CertificateDeps): Router {
  const { pages, signedTexts, signatureChecks, certificateBindings, securitySettings, accountSessions, config } = deps;
  const router = new Router({ prefix: PATH });

  router.use(requireSignIn(deps), requireFreshSignIn(deps));
  router.use((_ctx, next) => {
    if (!signatureChecks.isOffered) throw new Refusal('not_found', 404);
    return next();
  });

  const held = refuseOnHold(deps);

  router.get('/', held, async (ctx) => show(ctx, await issue(ctx), {}));

  router.get('/text/:challenge', async (ctx) => {
    sendText(ctx, await signedTexts.find(ctx.params.challenge!, scope(ctx)));
  });

  router.post('/', held, async (ctx) => {
    const form = parseForm(signatureForm, ctx.request.body);
    if (!form.ok) {
      if ('challenge' in form.errors) throw new Refusal('expired', 400);
      return show(ctx, (ctx.request.body as { challenge: string }).challenge, form.errors, 422);
    }
    const { challenge, signature } = form.data;
    const given = { text: challenge, typed: signature, address: pages.of(ctx).address };
    const verdict = await certificateBindings.bind(scope(ctx), given);
    if (verdict !== 'bound') {
      const error = verdict === 'taken' ? 'certificate_taken' : `signature_${verdict}`;
      return show(ctx, challenge, { signature: error }, 422);
    }
    await accountSessions.strengthened(ctx, signedIn(ctx).session);
    pages.of(ctx).redirect('/account/security#certificates');
  });

  router.post('/removal', async (ctx) => {
    const form = parseForm(removalForm, ctx.request.body);
    const { account, sessionUid } = signedIn(ctx);
    if (form.ok && (await securitySettings.removeCertificate(account.id, form.data.certificate)))
      await accountSessions.endOthers(account.id, sessionUid);
    pages.of(ctx).redirect('/account/security#certificates');
  });

  function scope(ctx: Context) {
    return { purpose: 'bind' as const, browser: pages.of(ctx).browser, accountId: signedIn(ctx).account.id };
  }

  async function issue(ctx: Context): Promise<string> {
    const headline = pages.of(ctx).t('signed-text.bind', { service: config.service.name });
    return signedTexts.issue(scope(ctx), { headline });
  }

  /** A text that is over gives way to a new one. */
  async function show(ctx: Context, challenge: string, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const known = await signedTexts.find(challenge, scope(ctx));
    const id = known === undefined ? await issue(ctx) : challenge;
    const text = known ?? (await signedTexts.find(id, scope(ctx)))!;
    ctx.state.formPath = PATH;
    const data = {
      ...navigation('security'),
      ...signatureHelp({ path: PATH, id, text, sandbox: config.sandbox }),
      mayBind: await certificateBindings.mayBind(signedIn(ctx).account.id),
      documentsUrl: '/account/documents',
      backUrl: '/account/security',
      errors: fieldErrors(page, errors),
    };
    await page.show('account/certificate', data, status);
  }

  return router;
}
