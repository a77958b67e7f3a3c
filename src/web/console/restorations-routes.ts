import type { Context } from 'koa';
import { z } from 'zod';
import { Refusal } from '#src/platform/errors.ts';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { fullName } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { RestoreRequests } from '#src/identity/restoring/restore-requests.ts';
import type { ClerkAtWork } from '#src/identity/visits/visit.ts';
import {
  consoleNavigation,
  ConsoleRouter,
  operatorOf,
  ownOffice,
  type Policy,
} from '#src/web/middleware/console-router.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Page, Pages } from '#src/web/middleware/page.ts';

interface RestorationsDeps {
  pages: Pages;
  accounts: Accounts;
  restoreRequests: RestoreRequests;
}

type Waiting = Awaited<ReturnType<RestoreRequests['waiting']>>[number];

const clerks: Policy = { roles: ['clerk'], office: 'own' };
const PATH = '/console/restorations';
const approvalForm = z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/) });

/** Confirmed accounts that wait for the second clerk of the office (E8, K2). */
export function createRestorationsRoutes({ pages, accounts, restoreRequests }: RestorationsDeps): ConsoleRouter {
  const router = new ConsoleRouter({ prefix: PATH, entry: 'restorations' });

  router.get('/', clerks, (ctx) => showList(ctx, {}));

  router.post('/:id/approval', clerks, async (ctx) => {
    const form = parseForm(approvalForm, ctx.request.body);
    if (!form.ok) return showList(ctx, { form: 'approval_changed' }, 422);
    const refusal = await restoreRequests.approve(clerkOf(ctx), idOf(ctx), form.data.hash);
    if (refusal === 'own_record') return showList(ctx, { form: 'visit_own_record' }, 422);
    if (refusal) return showList(ctx, { form: `approval_${refusal}` }, 422);
    pages.of(ctx).redirect(PATH);
  });

  router.post('/:id/refusal', clerks, async (ctx) => {
    const refusal = await restoreRequests.refuse(clerkOf(ctx), idOf(ctx));
    if (refusal) return showList(ctx, { form: `approval_${refusal}` }, 422);
    pages.of(ctx).redirect(PATH);
  });

  async function showList(ctx: Context, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const me = operatorOf(ctx).accountId;
    const waiting = await restoreRequests.waiting(clerkOf(ctx));
    ctx.state.formPath = PATH;
    const shown = await Promise.all(waiting.map((one) => describe(page, one, me)));
    const data = { waiting: shown, errors: fieldErrors(page, errors) };
    await page.show('console/restorations', { ...consoleNavigation(ctx), ...data }, status);
  }

  async function describe(page: Page, { id, payload, payloadHash, requestedBy, expiresAt }: Waiting, me: string) {
    const { accountId, terms } = payload;
    const account = await accounts.find(accountId);
    const { birthdate } = account?.profile ?? {};
    return {
      id,
      hash: payloadHash,
      name: await nameOf(accountId),
      birthdate: birthdate && page.translator.date(new Date(`${birthdate}T00:00:00Z`)),
      papers: terms.papers.map((kind) => page.t(`document.${kind}`)),
      contact: terms.contact.value,
      reason: page.t(`restore-contact.reason.${terms.reason}`),
      lost: terms.lost.map((kind) => page.t(`factor.${kind}`)),
      asked: await nameOf(requestedBy),
      isOwn: requestedBy === me,
      until: page.translator.dateTime(expiresAt),
    };
  }

  async function nameOf(accountId: string): Promise<string> {
    const account = await accounts.find(accountId);
    return account ? fullName(account.profile) : '';
  }

  return router;
}

function idOf(ctx: Context): string {
  const id = ctx.params.id as string;
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new Refusal('not_found', 404);
  return id;
}

function clerkOf(ctx: Context): ClerkAtWork {
  return { accountId: operatorOf(ctx).accountId, office: ownOffice(ctx, 'clerk') };
}
