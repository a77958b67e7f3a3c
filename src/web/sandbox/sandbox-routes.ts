import Router from '@koa/router';
import { Refusal } from '#src/platform/errors.ts';
import { faultModes, faultTargets } from '#src/platform/messaging/faults.ts';
import { parseForm } from '#src/platform/pages/form.ts';
import { tiers } from '#src/identity/accounts/tier.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import type { SandboxControls } from '#src/web/sandbox/sandbox-controls.ts';
import { registryChoices, simulate } from '#src/web/sandbox/registry-simulation.ts';
import { clockForm, faultForm, inboxQuery, peopleQuery, registryForm } from '#src/web/sandbox/sandbox-forms.ts';
import { paragraphsOf, pdfOf, personRow, searchPeople } from '#src/web/sandbox/sandbox-page.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const steps = ['PT5M', 'PT1H', 'P1D', 'P90D'];

/** The sandbox for people: whom to sign in as, what was sent, what time it is, what is broken. */
export function createSandboxRoutes({ pages, controls }: { pages: Pages; controls: SandboxControls }): Router {
  const router = new Router({ prefix: '/sandbox' });

  router.get('/', async (ctx) => {
    const page = pages.of(ctx);
    const { people, now, isClockMoved, faults } = controls;
    const query = peopleQuery.parse(ctx.query);
    await page.show('sandbox/overview', {
      title: page.t('sandbox.title'),
      people: searchPeople(people.list, query).map((person) => personRow(person, (key, args) => page.t(key, args))),
      total: people.list.length,
      tiers,
      query,
      values: { search: query.search },
      password: people.list[0]!.password,
      now: page.translator.dateTime(now),
      isClockMoved,
      steps,
      faults: faultTargets.map((target) => ({ target, mode: faults.mode(target) })),
      faultModes,
      registry: registryChoices(controls.registry, (key) => page.t(key)),
    });
  });

  router.get('/inbox', async (ctx) => {
    const page = pages.of(ctx);
    const { to } = inboxQuery.parse(ctx.query);
    const messages = await controls.inbox.list({ to: to || undefined });
    await page.show('sandbox/inbox', {
      title: page.t('inbox.title'),
      messages: messages.map((message) => ({
        ...message,
        pdf: pdfOf(message),
        paragraphs: paragraphsOf(message.text),
        at: page.translator.dateTime(message.at),
      })),
      values: { to: to ?? '' },
      reloadUrl: to ? `/sandbox/inbox?${new URLSearchParams({ to })}` : '/sandbox/inbox',
    });
  });

  router.get('/inbox/:id/letter.pdf', async (ctx) => {
    const { id } = ctx.params;
    const pdf = uuid.test(id!) ? await controls.inbox.pdf(id!) : undefined;
    if (!pdf) throw new Refusal('not_found', 404);
    ctx.set('cache-control', 'no-store');
    ctx.attachment('letter.pdf');
    ctx.type = 'application/pdf';
    ctx.body = pdf;
  });

  router.post('/clock', (ctx) => {
    const form = parseForm(clockForm, ctx.request.body);
    if (form.ok) controls.moveClock('advance' in form.data ? form.data.advance : undefined);
    pages.of(ctx).redirect('/sandbox#clock');
  });

  router.post('/faults', (ctx) => {
    const form = parseForm(faultForm, ctx.request.body);
    if (form.ok) controls.faults.set(form.data.target, form.data.mode);
    pages.of(ctx).redirect('/sandbox#faults');
  });

  router.post('/registry', (ctx) => {
    const form = parseForm(registryForm, ctx.request.body);
    if (form.ok) simulate(controls.registry, form.data);
    pages.of(ctx).redirect('/sandbox#registry');
  });

  return router;
}
