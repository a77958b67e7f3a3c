import Router from '@koa/router';
import type { Context } from 'koa';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Search } from '#src/identity/recovery/search.ts';
import type { Interactions } from '#src/protocols/oidc/interaction.ts';
import type { CaptchaForms } from '#src/web/middleware/captcha-forms.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { interactionIn, showClientOf } from '#src/web/middleware/requesting-client.ts';
import { findFields, findForm, waysToFind } from '#src/web/recovery/recovery-forms.ts';

interface FindDeps {
  pages: Pages;
  interactions: Interactions;
  search: Search;
  captchaForms: CaptchaForms;
}

/** Names under which people and older pages look for it (P7). */
const oldAddresses = ['/recovery', '/recover-password', '/forgot-password', '/reset-password', '/unknown-password'];

/** Who has forgotten the password: a contact or a document, and the captcha (P8, P9, P11, F20). */
export function createFindRoutes(deps: FindDeps): Router {
  const { pages, search, captchaForms } = deps;
  const router = new Router();

  for (const path of oldAddresses)
    router.get(path, (ctx) => {
      pages.of(ctx).redirect(addressOf(ctx));
    });

  router.get('/recover/service-centre', async (ctx) => {
    await showClientOf(ctx, deps, interactionIn(ctx));
    await pages.of(ctx).show('recovery/service-centre', { findUrl: addressOf(ctx) });
  });

  router.get('/recover', (ctx) => show(ctx, {}, {}));

  router.post('/recover', async (ctx) => {
    const values = keptValues(ctx.request.body, findFields);
    if (captchaForms.isAnotherAsked(ctx)) return show(ctx, values, {});
    const form = parseForm(findForm, ctx.request.body);
    if (!form.ok) return show(ctx, values, form.errors, 422);
    const wrong = await captchaForms.check(ctx);
    if (Object.keys(wrong).length > 0) return show(ctx, values, wrong, 422);
    const interaction = interactionIn(ctx);
    await showClientOf(ctx, deps, interaction);
    const { browser, address, language, client, redirect } = visitor(ctx);
    const at = { browser, address, language, interaction, clientName: client?.name };
    const begun = await search.begin(form.data.named, form.data.second, at);
    if ('refused' in begun) return show(ctx, values, { form: begun.refused }, 422);
    redirect(`/recover/${begun.flowId}`);
  });

  function visitor(ctx: Context) {
    const page = pages.of(ctx);
    const { browser, address, language, client } = page;
    return { browser, address, language, client, redirect: page.redirect.bind(page) };
  }

  async function show(ctx: Context, values: Record<string, string>, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const interaction = interactionIn(ctx);
    await showClientOf(ctx, deps, interaction);
    const data = {
      action: addressOf(ctx),
      ways: waysToFind,
      signInUrl: interaction ? `/interaction/${interaction}` : '/account',
      values: { 'recover-by': 'contact', ...values },
      errors: fieldErrors(page, errors),
    };
    await page.show('recovery/find-account', { ...data, ...(await captchaForms.shown(ctx)) }, status);
  }

  return router;
}

function addressOf(ctx: Context): string {
  const interaction = interactionIn(ctx);
  return interaction ? `/recover?interaction=${interaction}` : '/recover';
}
