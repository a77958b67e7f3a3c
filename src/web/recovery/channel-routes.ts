import Router from '@koa/router';
import type { Context } from 'koa';
import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import { Refusal } from '#src/platform/errors.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { maskContact, spellContact } from '#src/identity/accounts/contact.ts';
import type { Proving } from '#src/identity/recovery/proving.ts';
import type { RecoveryFlow } from '#src/identity/recovery/recovery-flows.ts';
import type { Search } from '#src/identity/recovery/search.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { sentCodeForm } from '#src/web/middleware/sent-code-form.ts';
import { findFlow, pathOf, type FlowDeps } from '#src/web/recovery/flow.ts';
import { channelForm, numberForm } from '#src/web/recovery/recovery-forms.ts';

interface ChannelDeps extends FlowDeps {
  pages: Pages;
  clock: Clock;
  search: Search;
  proving: Proving;
  settings: Config['codes'];
}

/** The code or the link, and what to do when neither arrives (P10, P14, P16, P17). */
export function createChannelRoutes(deps: ChannelDeps): Router {
  const { pages, clock, search, proving, settings } = deps;
  const router = new Router({ prefix: '/recover' });

  // Opening a link changes nothing, because mail scanners open every link; the button on the page uses it (E3).
  router.get('/link/:token', async (ctx) => {
    if (!(await proving.findByLink(ctx.params.token!))) throw new Refusal('link_used', 410);
    await pages.of(ctx).show('recovery/recovery-link', { action: ctx.path });
  });

  router.post('/link/:token', async (ctx) => {
    const page = pages.of(ctx);
    const flow = await proving.giveLink(ctx.params.token!, page.browser);
    if (!flow) throw new Refusal('link_used', 410);
    page.redirect(pathOf(flow));
  });

  router.get('/:flow', async (ctx, next) => {
    const flow = await findFlow(ctx, deps);
    if ((await stepOf(ctx, flow)) !== 'channel') return next();
    await show(ctx, flow, {});
  });

  router.post('/:flow/code', async (ctx) => {
    const page = pages.of(ctx);
    const flow = await findFlow(ctx, deps);
    if ((await stepOf(ctx, flow)) !== 'channel') return page.redirect(pathOf(flow));
    const form = parseForm(sentCodeForm, ctx.request.body);
    if (!form.ok) return show(ctx, flow, form.errors, 422);
    if (await proving.giveCode(flow, page.browser, form.data.code)) return page.redirect(pathOf(flow));
    await show(ctx, flow, { code: 'recovery_code_refused' }, 422);
  });

  router.post('/:flow/resend', async (ctx) => {
    const page = pages.of(ctx);
    const flow = await findFlow(ctx, deps);
    if ((await stepOf(ctx, flow)) !== 'channel') return page.redirect(pathOf(flow));
    const form = parseForm(channelForm, ctx.request.body);
    const isSent = await search.resend(flow, page.address, form.ok ? form.data.channel : undefined);
    if (isSent) return page.redirect(pathOf(flow));
    await show(ctx, flow, { resend: 'resend_too_soon' }, 422);
  });

  router.get('/:flow/another-way', async (ctx) => showAnotherWay(ctx, await findFlow(ctx, deps), {}, {}));

  router.post('/:flow/another-way', async (ctx) => {
    const flow = await findFlow(ctx, deps);
    const values = keptValues(ctx.request.body, ['document-number']);
    const form = parseForm(numberForm, ctx.request.body);
    if (!form.ok) return showAnotherWay(ctx, flow, values, form.errors, 422);
    const verdict = await search.giveSecondNumber(flow, form.data['document-number'], pages.of(ctx));
    if (verdict === 'matched') return pages.of(ctx).redirect(`${pathOf(flow)}/another-way`);
    const code = verdict === 'unknown' ? 'second_number_unknown' : verdict;
    await showAnotherWay(ctx, flow, values, { 'document-number': code }, 422);
  });

  router.post('/:flow/channel', async (ctx) => {
    const page = pages.of(ctx);
    const flow = await findFlow(ctx, deps);
    const form = parseForm(channelForm, ctx.request.body);
    if (form.ok) await search.changeChannel(flow, form.data.channel, page);
    page.redirect(pathOf(flow));
  });

  function stepOf(ctx: Context, flow: RecoveryFlow) {
    return proving.step(flow, pages.of(ctx).browser);
  }

  /** Nothing on it depends on whether there is an account, but on what was typed and which buttons were pressed. */
  async function show(ctx: Context, flow: RecoveryFlow, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const { named, reach, channel, isMatched, sentAt } = flow.record;
    const isByDocument = 'number' in named;
    const isLetter = isByDocument ? isMatched === true && channel === 'email' : channel === 'email';
    const typed = isByDocument || isMatched ? undefined : spellContact(named.contact);
    const gone = (clock.now().getTime() - new Date(sentAt).getTime()) / 1000;
    const path = pathOf(flow);
    ctx.state.formPath = path;
    await page.show(
      isLetter ? 'recovery/recovery-letter' : 'recovery/recovery-code',
      {
        contact: isMatched && reach ? maskContact(reach) : typed,
        isCertain: isMatched === true,
        action: `${path}/code`,
        resendAction: `${path}/resend`,
        letterAction: isByDocument && !isMatched ? `${path}/resend` : undefined,
        anotherWayUrl: `${path}/another-way`,
        minutes: settings.emailLinkMinutes,
        secondsLeft: Math.max(0, Math.ceil(settings.smsSeconds - gone)),
        resendInSeconds: Math.max(0, Math.ceil(settings.resendSeconds - gone)),
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  async function showAnotherWay(
    ctx: Context,
    flow: RecoveryFlow,
    values: Record<string, string>,
    errors: FieldErrors,
    status = 200,
  ): Promise<void> {
    const page = pages.of(ctx);
    const path = pathOf(flow);
    const mayChoose = search.mayChooseChannel(flow, page.browser);
    const others = mayChoose ? await search.otherContacts(flow) : [];
    ctx.state.formPath = `${path}/another-way`;
    await page.show(
      'recovery/another-way',
      {
        action: `${path}/another-way`,
        channelAction: `${path}/channel`,
        others: others.map((contact) => ({ kind: contact.kind, masked: maskContact(contact) })),
        mayChoose,
        backUrl: path,
        serviceCentreUrl: '/recover/service-centre',
        values,
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  return router;
}
