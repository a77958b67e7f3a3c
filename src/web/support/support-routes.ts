import Router from '@koa/router';
import type { Context } from 'koa';
import { Refusal } from '#src/platform/errors.ts';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Flows } from '#src/platform/storage/flows.ts';
import type { Tickets } from '#src/identity/support/tickets.ts';
import { topics } from '#src/identity/support/ticket.ts';
import type { CaptchaForms } from '#src/web/middleware/captcha-forms.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { ticketForm } from '#src/web/support/support-forms.ts';

interface SupportDeps {
  pages: Pages;
  flows: Flows;
  tickets: Tickets;
  captchaForms: CaptchaForms;
}

const SENT = 'ticket-sent';
const SENT_SECONDS = 3600;
const fields = ['topic', 'contact', 'text', 'reference'];

/** Help, and a message to support by anybody, signed in or not (S1, R20, P23). */
export function createSupportRoutes({ pages, flows, tickets, captchaForms }: SupportDeps): Router {
  const router = new Router({ prefix: '/help' });

  router.get('/', async (ctx) => {
    const { reference } = ctx.query;
    await show(ctx, { reference: typeof reference === 'string' ? reference.slice(0, 40) : '' }, {});
  });

  router.post('/', async (ctx) => {
    const page = pages.of(ctx);
    const values = typedValues(ctx.request.body);
    if (captchaForms.isAnotherAsked(ctx)) return show(ctx, values, {});
    const form = parseForm(ticketForm, ctx.request.body);
    if (!form.ok) return show(ctx, values, form.errors, 422);
    const wrong = await captchaForms.check(ctx);
    if (wrong.captcha) return show(ctx, values, wrong, 422);
    const { topic, ...content } = form.data;
    const number = await tickets.open(topic, { ...content, language: page.language }, page.address);
    if (number === undefined) return show(ctx, values, { form: 'too_many_tickets' }, 422);
    const id = await flows.create(SENT, { number, contact: content.contact }, SENT_SECONDS);
    page.redirect(`/help/sent/${id}`);
  });

  router.get('/sent/:id', async (ctx) => {
    const sent = await flows.find<{ number: string; contact: string }>(SENT, ctx.params.id!);
    if (!sent) throw new Refusal('not_found', 404);
    await pages.of(ctx).show('support/message-sent', { ...sent.record });
  });

  async function show(ctx: Context, values: Record<string, string>, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const options = topics.map((topic) => [topic, page.t(`help.topic.${topic}`)]);
    const data = { topics: [['', page.t('help.topic.choose')], ...options], values, errors: fieldErrors(page, errors) };
    await page.show('support/help', { ...data, ...(await captchaForms.shown(ctx)) }, status);
  }

  return router;
}

/** Longer than what other forms keep: nobody should write a long text twice. */
function typedValues(body: unknown): Record<string, string> {
  const typed = (body ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    fields.flatMap((field) => (typeof typed[field] === 'string' ? [[field, typed[field].slice(0, 6000)]] : [])),
  );
}
