import Router from '@koa/router';
import type { Context } from 'koa';
import { Refusal } from '#src/platform/errors.ts';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { maskContact } from '#src/identity/accounts/contact.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { FactorKind } from '#src/identity/factors/factor.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import { provesPasskey } from '#src/identity/factors/passkeys.ts';
import type { PendingSignIn, PendingSignIns } from '#src/identity/factors/pending-sign-ins.ts';
import type { SmsFactor } from '#src/identity/factors/sms-factor.ts';
import type { Notices } from '#src/identity/protection/notices.ts';
import type { SignIns } from '#src/identity/protection/sign-ins.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import { deviceOf, keepDevice } from '#src/web/middleware/device.ts';
import {
  answerError,
  beginError,
  factorCodeForm,
  factorKind,
  passkeyAnswerForm,
} from '#src/web/middleware/factor-forms.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import { interactionOf } from '#src/web/middleware/interaction.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { attemptOf, findPending, secondFactorPath } from '#src/web/middleware/pending-sign-in.ts';

interface SecondFactorDeps {
  pages: Pages;
  interactions: Interactions;
  factors: Factors;
  smsFactor: SmsFactor;
  pendingSignIns: PendingSignIns;
  signIns: SignIns;
  notices: Notices;
  audit: Audit;
  rememberedDeviceDays: number;
}

/** Who is asked. `pending`: after the password, before any session; else a session gets its second factor. */
interface Asked {
  accountId: string;
  choices: FactorKind[];
  pending: (PendingSignIn & { id: string }) | undefined;
}

/** The second factor, inside the same request (L14, L15). */
export function createSecondFactorRoutes(deps: SecondFactorDeps): Router {
  const { pages, interactions, factors, pendingSignIns, signIns, audit } = deps;
  const router = new Router({ prefix: '/interaction/:uid' });

  router.get('/', async (ctx, next) => {
    const { step, uid } = interactionOf(ctx);
    if (step !== 'second_factor') return next();
    pages.of(ctx).redirect(`/interaction/${uid}/second-factor`);
  });

  router.get('/second-factor', async (ctx) => {
    const asked = await whoIsAsked(ctx);
    if (!asked) return leadBack(ctx);
    if (asked.choices.length === 0) return showNoFactor(ctx);
    await showCode(ctx, asked, chosen(ctx.query.with, asked), {});
  });

  router.get('/second-factor/choose', async (ctx) => {
    const asked = await whoIsAsked(ctx);
    if (!asked) return leadBack(ctx);
    const { uid } = interactionOf(ctx);
    await pages.of(ctx).show('second-factor/choose-factor', {
      phone: await maskedPhone(asked),
      kinds: asked.choices.map((kind) => ({ kind, url: secondFactorPath(uid, kind) })),
      sendAction: `/interaction/${uid}/second-factor/resend`,
      recoverUrl: '/recover/service-centre',
      abortUrl: `/interaction/${uid}/abort`,
    });
  });

  router.post('/second-factor', async (ctx) => {
    const asked = await whoIsAsked(ctx);
    if (!asked || asked.choices.length === 0) return leadBack(ctx);
    const kind = chosen((ctx.request.body as Record<string, unknown>).with, asked);
    const form = parseForm(kind === 'passkey' ? passkeyAnswerForm : factorCodeForm, ctx.request.body);
    if (!form.ok) return showCode(ctx, asked, kind, form.errors, 422);
    const { verdict, amr, reason } = await factors.verify(kind, attemptOf(ctx, pages, asked.accountId), form.data.code);
    if (verdict === 'right') return finish(ctx, asked, { kind, amr }, form.data['remember-device'] !== undefined);
    await audit.record(auditEvent.secondFactorFailed(asked.accountId, kind, reason ?? verdict));
    if (reason === 'counter') await deps.notices.passkeySuspected(asked.accountId);
    if (verdict === 'closed' && kind === 'sms') await deps.notices.codesClosed(asked.accountId);
    await showCode(ctx, asked, kind, { [kind === 'passkey' ? 'form' : 'code']: answerError(kind, verdict) }, 422);
  });

  router.post('/second-factor/resend', async (ctx) => {
    const asked = await whoIsAsked(ctx);
    if (!asked || asked.choices.length === 0) return leadBack(ctx);
    const kind = chosen((ctx.request.body as Record<string, unknown>).with, asked);
    const { verdict } = await factors.begin(kind, attemptOf(ctx, pages, asked.accountId));
    if (verdict === 'ready') return pages.of(ctx).redirect(secondFactorPath(interactionOf(ctx).uid, kind));
    await showCode(ctx, asked, kind, { resend: beginError(verdict) }, 422);
  });

  // Where the client would like two factors and takes one as well.
  router.post('/second-factor/later', async (ctx) => {
    const { step, mustHaveSecondFactor } = interactionOf(ctx);
    if (step !== 'second_factor') return leadBack(ctx);
    const answer = mustHaveSecondFactor
      ? interactions.refused(ctx, 'unmet_authentication_requirements', 'a second factor is demanded')
      : interactions.secondFactorDeclined(ctx);
    pages.of(ctx).redirect(await answer);
  });

  async function whoIsAsked(ctx: Context): Promise<Asked | undefined> {
    const { step, accountId, isAlreadySignedIn } = interactionOf(ctx);
    if (step === 'second_factor' && accountId !== undefined)
      return { accountId, choices: await factors.choices(accountId), pending: undefined };
    if (step !== 'login' || isAlreadySignedIn) return undefined;
    const pending = await findPending(ctx, deps);
    if (!pending) return undefined;
    const { accountId: owner, amr } = pending;
    return {
      accountId: owner,
      choices: await factors.choices(owner, provesPasskey(amr) ? 'passkey' : undefined),
      pending,
    };
  }

  async function finish(
    ctx: Context,
    { accountId, pending }: Asked,
    { kind, amr: proven }: { kind: FactorKind; amr: readonly string[] },
    remember: boolean,
  ): Promise<void> {
    const current = interactionOf(ctx);
    const { client } = current;
    if (!pending) {
      const returnTo = await interactions.steppedUp(ctx, current, [...proven]);
      await audit.record(auditEvent.steppedUp(accountId, client.id, kind));
      return pages.of(ctx).redirect(returnTo);
    }
    if (!(await pendingSignIns.finish(pending.id))) throw new Refusal('expired', 409);
    const amr = [...new Set([...pending.amr, ...proven, 'mfa'])];
    const device = deviceOf(ctx, pages);
    keepDevice(ctx, pages, await signIns.complete({ accountId, client, amr, device, remember }));
    pages.of(ctx).redirect(await interactions.signedIn(ctx, { accountId, amr, generation: pending.generation }));
  }

  async function showCode(
    ctx: Context,
    asked: Asked,
    kind: FactorKind,
    errors: FieldErrors,
    status = 200,
  ): Promise<void> {
    const page = pages.of(ctx);
    const { uid, step, mustHaveSecondFactor } = interactionOf(ctx);
    const attempt = attemptOf(ctx, pages, asked.accountId);
    const times = await factors.times(kind, attempt);
    ctx.state.formPath = `/interaction/${uid}/second-factor`;
    await page.show(
      kind === 'passkey' ? 'second-factor/use-passkey' : 'second-factor/enter-code',
      {
        title: page.t(`enter-code.${kind}.title`),
        kind,
        passkeyOptions: kind === 'passkey' ? (await factors.begin(kind, attempt)).shown : undefined,
        phone: kind === 'sms' ? await maskedPhone(asked) : undefined,
        action: `/interaction/${uid}/second-factor`,
        resendAction: `/interaction/${uid}/second-factor/resend`,
        isSent: times !== undefined,
        secondsLeft: times ? secondsUntil(times.expiresAt) : 0,
        resendInSeconds: times ? secondsUntil(times.mayResendAt) : 0,
        rememberDays: asked.pending ? deps.rememberedDeviceDays : 0,
        chooseUrl: `/interaction/${uid}/second-factor/choose`,
        laterAction: step === 'second_factor' && !mustHaveSecondFactor && `/interaction/${uid}/second-factor/later`,
        abortUrl: `/interaction/${uid}/abort`,
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  /** The client wants what this account does not have yet: it is set up in the account, and the request goes on after. */
  async function showNoFactor(ctx: Context): Promise<void> {
    const { uid, mustHaveSecondFactor } = interactionOf(ctx);
    ctx.cookies.set('enrol_for', uid, { ...pages.cookie, path: '/account/security', maxAge: 1_800_000 });
    await pages.of(ctx).show('second-factor/no-factor', {
      smsUrl: '/account/security/sms',
      totpUrl: '/account/security/authenticator',
      passkeyUrl: '/account/security/passkey',
      laterAction: `/interaction/${uid}/second-factor/later`,
      isDemanded: mustHaveSecondFactor,
    });
  }

  async function maskedPhone({ accountId }: Asked): Promise<string> {
    const phone = await deps.smsFactor.phoneOf(accountId);
    return phone === undefined ? '' : maskContact({ kind: 'phone', value: phone });
  }

  function leadBack(ctx: Context): void {
    pages.of(ctx).redirect(`/interaction/${interactionOf(ctx).uid}`);
  }

  return router;
}

/** Nothing but what the account has; the first of them when nothing was said. */
function chosen(wanted: unknown, { choices }: Asked): FactorKind {
  const kind = factorKind.safeParse(wanted);
  return kind.success && choices.includes(kind.data) ? kind.data : choices[0]!;
}

function secondsUntil(at: Date): number {
  return Math.max(0, Math.ceil((at.getTime() - Date.now()) / 1000));
}
