import type { Context } from 'koa';
import { z } from 'zod';
import { Refusal } from '#src/platform/errors.ts';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Tickets } from '#src/identity/support/tickets.ts';
import { consoleNavigation, ConsoleRouter, operatorOf, type Policy } from '#src/web/middleware/console-router.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';

interface TicketsRoutesDeps {
  pages: Pages;
  tickets: Tickets;
  audit: Audit;
}

const PATH = '/console/tickets';
const supporters: Policy = { roles: ['support'], office: 'any' };
const replyForm = z.object({ answer: z.string().trim().min(1, 'text_required').max(4000, 'message_too_long') });

/** What people wrote to support: the queue, one message, the answer by e-mail (S1). Every look is recorded. */
export function createTicketsRoutes({ pages, tickets, audit }: TicketsRoutesDeps): ConsoleRouter {
  const router = new ConsoleRouter({ prefix: PATH, entry: 'tickets' });

  router.get('/', supporters, async (ctx) => {
    const { translator } = pages.of(ctx);
    const lists = await Promise.all((['new', 'answered'] as const).map((status) => tickets.list(status)));
    const rows = lists.flat().map((ticket) => ({
      ...ticket,
      at: translator.dateTime(ticket.createdAt),
      url: `${PATH}/${ticket.id}`,
    }));
    await pages.of(ctx).show('console/tickets', { ...consoleNavigation(ctx), tickets: rows });
  });

  router.get('/:id', supporters, (ctx) => show(ctx, {}));

  router.post('/:id/answer', supporters, async (ctx) => {
    const id = idIn(ctx);
    const form = parseForm(replyForm, ctx.request.body);
    if (!form.ok) return show(ctx, form.errors, 422);
    if (!(await tickets.reply(id, form.data.answer, operatorOf(ctx).accountId))) throw new Refusal('not_found', 404);
    pages.of(ctx).redirect(`${PATH}/${id}`);
  });

  router.post('/:id/end', supporters, async (ctx) => {
    await tickets.close(idIn(ctx));
    pages.of(ctx).redirect(PATH);
  });

  async function show(ctx: Context, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const ticket = await tickets.find(idIn(ctx));
    if (!ticket) throw new Refusal('not_found', 404);
    await audit.record(auditEvent.ticketSeen(ticket.number, operatorOf(ctx).accountId));
    const { answer } = (ctx.request.body ?? {}) as Record<string, unknown>;
    const shown = {
      ticket: { ...ticket, at: page.translator.dateTime(ticket.createdAt) },
      replies: ticket.replies.map(({ text, at }) => ({ text, at: page.translator.dateTime(at) })),
      ticketUrl: `${PATH}/${ticket.id}`,
      values: { answer: typeof answer === 'string' ? answer.slice(0, 6000) : '' },
      errors: fieldErrors(page, errors),
    };
    ctx.state.formPath = shown.ticketUrl;
    await page.show('console/ticket', { ...consoleNavigation(ctx), ...shown }, status);
  }

  return router;
}

function idIn(ctx: Context): string {
  const { id } = ctx.params as { id: string };
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new Refusal('not_found', 404);
  return id;
}
