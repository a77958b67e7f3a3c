import type { Context } from 'koa';
import { z } from 'zod';
import type { ServiceCentres } from '#src/platform/config/service-centres.ts';
import { Refusal } from '#src/platform/errors.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { fullName } from '#src/identity/accounts/account.ts';
import { normalizeEmail, normalizePhone, type Contact } from '#src/identity/accounts/contact.ts';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import type { Clients } from '#src/identity/clients/clients.ts';
import { timelinePurposes, type Timelines } from '#src/identity/operators/timelines.ts';
import { consoleNavigation, ConsoleRouter, operatorOf, type Policy } from '#src/web/middleware/console-router.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { tellEvent } from '#src/web/middleware/told-events.ts';

interface TimelinesRoutesDeps {
  pages: Pages;
  clients: Clients;
  centres: ServiceCentres;
  timelines: Timelines;
}

const support: Policy = { roles: ['support'], office: 'any' };
const PATH = '/console/timelines';

const findForm = z.object({
  contact: z
    .string()
    .trim()
    .min(1, 'required')
    .max(200, 'timeline_contact')
    .transform((typed, check): Contact => {
      const [email, phone] = [normalizeEmail(typed), normalizePhone(typed)];
      if (email) return { kind: 'email', value: email };
      if (phone) return { kind: 'phone', value: phone };
      check.addIssue({ code: 'custom', message: 'timeline_contact' });
      return z.NEVER;
    }),
  purpose: z.enum(timelinePurposes, 'purpose'),
});

/** Why somebody lost access, from what happened to their account (S2). */
export function createTimelinesRoutes({ pages, clients, centres, timelines }: TimelinesRoutesDeps): ConsoleRouter {
  const router = new ConsoleRouter({ prefix: PATH, entry: 'timelines' });

  router.get('/', support, (ctx) => showFind(ctx, {}, {}));

  router.post('/', support, async (ctx) => {
    const values = keptValues(ctx.request.body, ['contact', 'purpose']);
    const form = parseForm(findForm, ctx.request.body);
    if (!form.ok) return showFind(ctx, values, form.errors, 422);
    const opened = await timelines.open(operatorOf(ctx).accountId, form.data.contact, form.data.purpose);
    if (opened === 'nobody') return showFind(ctx, values, { contact: 'timeline_nobody' }, 422);
    if (typeof opened === 'string')
      return showFind(ctx, values, { form: `visit_${opened}` }, opened === 'too_many' ? 429 : 422);
    pages.of(ctx).redirect(`${PATH}/${opened.id}`);
  });

  router.get('/:id', support, async (ctx) => {
    const id = ctx.params.id as string;
    const found = /^[\w-]{43}$/.test(id) ? await timelines.find(operatorOf(ctx).accountId, id) : undefined;
    if (!found) throw new Refusal('not_found', 404);
    const { account, contacts, factors, events } = found;
    const page = pages.of(ctx);
    const told = await Promise.all(events.map((event) => tellEvent(page, event, { clients, centres })));
    await page.show('console/timeline', {
      ...consoleNavigation(ctx),
      name: fullName(account.profile),
      status: account.status,
      tier: tierFrom(account.evidence),
      contacts,
      factors: [...new Set(factors)].map((kind) => page.t(`factor.${kind}`)),
      // Which sites somebody uses is not support's business.
      events: told.map(({ event, at, text }) => ({ event, at, text })),
    });
  });

  async function showFind(ctx: Context, values: Record<string, string>, errors: FieldErrors, status = 200) {
    const page = pages.of(ctx);
    ctx.state.formPath = PATH;
    const data = { values, purposes: timelinePurposes, errors: fieldErrors(page, errors) };
    await page.show('console/find-timeline', { ...consoleNavigation(ctx), ...data }, status);
  }

  return router;
}
