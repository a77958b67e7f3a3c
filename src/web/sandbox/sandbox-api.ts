import Router from '@koa/router';
import type { Middleware } from 'koa';
import { faultModes, faultTargets } from '#src/platform/messaging/faults.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { readJson, refuseJson } from '#src/web/middleware/read-json.ts';
import { clockForm, faultForm, inboxQuery, registryForm, registryOutcomes } from '#src/web/sandbox/sandbox-forms.ts';
import { describePerson, pdfOf } from '#src/web/sandbox/sandbox-page.ts';
import { simulate } from '#src/web/sandbox/registry-simulation.ts';
import type { SandboxControls } from '#src/web/sandbox/sandbox-controls.ts';

/**
 * The sandbox for scripts. Stands before the reading of forms: posts are JSON and need no form token, for there is nobody
 * signed in to be tricked; another site's page is refused all the same.
 */
export function createSandboxApi({ pages, controls }: { pages: Pages; controls: SandboxControls }): Router {
  const router = new Router({ prefix: '/sandbox/api' });
  router.use(refuseOtherSites(), readJson({ limitKb: 16 }));

  router.get('/people', (ctx) => {
    const page = pages.of(ctx);
    ctx.body = controls.people.list.map((person) => describePerson(person, (key, args) => page.t(key, args)));
  });

  router.get('/inbox', async (ctx) => {
    const messages = await controls.inbox.list(inboxQuery.parse(ctx.query));
    ctx.body = messages.map((message) => ({ ...message, pdf: pdfOf(message) }));
  });

  router.post('/clock', (ctx) => {
    const form = clockForm.safeParse(ctx.request.body);
    if (!form.success) return refuseJson(ctx, 400, 'invalid_request', clockHint);
    ctx.body = { now: controls.moveClock('advance' in form.data ? form.data.advance : undefined) };
  });

  router.post('/faults', (ctx) => {
    const form = faultForm.safeParse(ctx.request.body);
    if (!form.success) return refuseJson(ctx, 400, 'invalid_request', faultHint);
    controls.faults.set(form.data.target, form.data.mode);
    ctx.body = form.data;
  });

  router.post('/registry', (ctx) => {
    const form = registryForm.safeParse(ctx.request.body);
    if (!form.success) return refuseJson(ctx, 400, 'invalid_request', registryHint);
    ctx.body = simulate(controls.registry, form.data);
  });

  return router;
}

const registryHint = `write {"outcome": "${registryOutcomes.join('" | "')}", "wrong": ["passport-number"], "delay": "PT10S"}`;
const clockHint =
  'write {"advance": "PT5M"} with an ISO 8601 duration of weeks, days, hours, minutes or seconds up to ten years (P90D, PT1H30M), or {"reset": true}';
const faultHint = `write {"target": "${faultTargets.join('" | "')}", "mode": "${faultModes.join('" | "')}"}`;

function refuseOtherSites(): Middleware {
  return (ctx, next) => {
    ctx.set('cache-control', 'no-store');
    if (ctx.get('sec-fetch-site') !== 'cross-site') return next();
    refuseJson(ctx, 403, 'cross_site', 'the sandbox is not called from pages of other sites; call it from a script');
    return Promise.resolve();
  };
}
