import Router from '@koa/router';
import type { Context } from 'koa';
import type { Clock } from '#src/platform/clock.ts';
import type { Config } from '#src/platform/config/config.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { maskContact, spellContact } from '#src/identity/accounts/contact.ts';
import type { ChangeFlow, ContactChangeFlow } from '#src/identity/contacts/contact-change-flow.ts';
import type { ContactChanges } from '#src/identity/contacts/contact-changes.ts';
import type { ContactReminders } from '#src/identity/contacts/contact-reminders.ts';
import type { Holds } from '#src/identity/holds/holds.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { refuseOnHold } from '#src/web/middleware/hold.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { navigation, requireFreshSignIn, requireSignIn, signedIn } from '#src/web/middleware/signed-in.ts';
import { sentCodeForm } from '#src/web/middleware/sent-code-form.ts';
import { cancelForm, emailForm, phoneForm, stillMineForm } from '#src/web/contacts/contacts-forms.ts';

interface ContactsDeps {
  pages: Pages;
  accounts: Accounts;
  accountSessions: AccountSessions;
  contactChanges: ContactChanges;
  contactChangeFlow: ContactChangeFlow;
  contactReminders: ContactReminders;
  holds: Holds;
  clock: Clock;
  factors: Factors;
  freshSignInMinutes: number;
  settings: Config['verification'];
}

const kinds = ['phone', 'email'] as const;

/** How the person is reached: add, change with a code to the new and the old one, or wait when the old one is lost (P25, R16). */
export function createContactsRoutes(deps: ContactsDeps): Router {
  const { pages, accounts, contactChanges, contactChangeFlow: changeFlow, settings } = deps;
  const router = new Router({ prefix: '/account/contacts' });
  const fresh = requireFreshSignIn({ ...deps, home: '/account/contacts' });
  router.use(requireSignIn(deps));

  router.get('/', async (ctx) => {
    const { account } = signedIn(ctx);
    const page = pages.of(ctx);
    const known = await accounts.contacts(account.id);
    const contacts = known.map((contact) => ({ ...contact, value: spellContact(contact) }));
    const planned = await contactChanges.planned(account.id);
    await page.show('account/contacts', {
      ...navigation('contacts'),
      contacts: kinds.map((kind) => ({ kind, list: contacts.filter((contact) => contact.kind === kind) })),
      planned: planned.map(({ id, kind, value, dueAt }) => ({
        id,
        kind,
        value: spellContact({ kind, value }),
        dueAt: page.translator.dateTime(dueAt),
      })),
    });
  });

  router.post('/cancel', async (ctx) => {
    const form = parseForm(cancelForm, ctx.request.body);
    if (form.ok) await contactChanges.cancel(signedIn(ctx).account.id, form.data.change);
    pages.of(ctx).redirect('/account/contacts');
  });

  router.post('/still-mine', async (ctx) => {
    const form = parseForm(stillMineForm, ctx.request.body);
    if (form.ok) await deps.contactReminders.affirm(signedIn(ctx).account.id, form.data.contact);
    pages.of(ctx).redirect('/account');
  });

  router.use(['/phone', '/email', '/change'], refuseOnHold(deps));

  for (const kind of kinds) {
    router.get(`/${kind}`, fresh, async (ctx) => showNew(ctx, kind, { [kind]: await unreliable(ctx, kind) }, {}));

    router.post(`/${kind}`, fresh, async (ctx) => {
      const page = pages.of(ctx);
      const values = keptValues(ctx.request.body, [kind]);
      const form = kind === 'phone' ? parseForm(phoneForm, ctx.request.body) : parseForm(emailForm, ctx.request.body);
      if (!form.ok) return showNew(ctx, kind, values, form.errors, 422);
      const value = 'phone' in form.data ? form.data.phone : form.data.email;
      const who = { accountId: signedIn(ctx).account.id, browser: page.browser, language: page.language };
      const begun = await changeFlow.begin(who, { kind, value }, page.address);
      if ('refused' in begun) return showNew(ctx, kind, values, { [kind]: begun.refused }, 422);
      page.redirect(`/account/contacts/change/${begun.flowId}`);
    });
  }

  router.get('/change/:flow', fresh, async (ctx) => showCode(ctx, await find(ctx), {}));

  router.post('/change/:flow', fresh, async (ctx) => {
    const page = pages.of(ctx);
    const flow = await find(ctx);
    const form = parseForm(sentCodeForm, ctx.request.body);
    if (!form.ok) return showCode(ctx, flow, form.errors, 422);
    const verdict = await changeFlow.prove(flow, form.data.code, page.address);
    if (verdict === 'done') return page.redirect('/account/contacts');
    if (verdict === 'old') return page.redirect(`/account/contacts/change/${flow.id}`);
    return showCode(ctx, flow, { code: codeErrors[verdict] }, 422);
  });

  router.post('/change/:flow/resend', fresh, async (ctx) => {
    const flow = await find(ctx);
    const refused = await changeFlow.resend(flow, pages.of(ctx).address);
    if (refused) return showCode(ctx, flow, { resend: refused }, 422);
    pages.of(ctx).redirect(`/account/contacts/change/${flow.id}`);
  });

  router.post('/change/:flow/wait', fresh, async (ctx) => {
    await changeFlow.wait(await find(ctx));
    pages.of(ctx).redirect('/account/contacts');
  });

  async function find(ctx: Context): Promise<ChangeFlow> {
    const who = { accountId: signedIn(ctx).account.id, browser: pages.of(ctx).browser };
    return changeFlow.find(ctx.params.flow, who);
  }

  /** Most likely the one to be proven. */
  async function unreliable(ctx: Context, kind: 'phone' | 'email'): Promise<string> {
    const { trouble } = await deps.contactReminders.due(signedIn(ctx).account.id);
    return trouble?.kind === kind ? trouble.value : '';
  }

  async function showNew(
    ctx: Context,
    kind: 'phone' | 'email',
    values: Record<string, string>,
    errors: FieldErrors,
    status = 200,
  ): Promise<void> {
    const page = pages.of(ctx);
    ctx.state.formPath = `/account/contacts/${kind}`;
    const data = { ...navigation('contacts'), kind, values, errors: fieldErrors(page, errors) };
    await page.show('account/new-contact', data, status);
  }

  async function showCode(ctx: Context, flow: ChangeFlow, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    ctx.state.formPath = `/account/contacts/change/${flow.id}`;
    const step = changeFlow.step(flow);
    const contact = changeFlow.asked(flow);
    await page.show(
      'account/contact-code',
      {
        ...navigation('contacts'),
        step,
        kind: contact.kind,
        contact: step === 'old' ? maskContact(contact) : spellContact(contact),
        action: `/account/contacts/change/${flow.id}`,
        resendAction: `/account/contacts/change/${flow.id}/resend`,
        resendInSeconds: 0,
        waitAction: step === 'old' ? `/account/contacts/change/${flow.id}/wait` : undefined,
        hours: settings.contactHoldHours,
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  return router;
}

const codeErrors = { wrong: 'code_invalid', expired: 'code_expired', closed: 'too_many_codes' } as const;
