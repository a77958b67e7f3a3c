import type { Context } from 'koa';
import { z } from 'zod';
import type { ServiceCentres } from '#src/platform/config/service-centres.ts';
import { Refusal } from '#src/platform/errors.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { fullName } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { normalizeEmail, normalizePhone } from '#src/identity/accounts/contact.ts';
import { roles } from '#src/identity/operators/operator.ts';
import type { Operators, WantedRole } from '#src/identity/operators/operators.ts';
import type { RoleRequests } from '#src/identity/operators/role-requests.ts';
import { consoleNavigation, ConsoleRouter, operatorOf, type Policy } from '#src/web/middleware/console-router.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Page, Pages } from '#src/web/middleware/page.ts';

interface RolesDeps {
  pages: Pages;
  accounts: Accounts;
  centres: ServiceCentres;
  operators: Operators;
  roleRequests: RoleRequests;
}

const administrators: Policy = { roles: ['administrator'], office: 'any', isFresh: true };
const PATH = '/console/roles';

const roleForm = z.object({
  contact: z.string().trim().min(1, 'required').max(200, 'contact'),
  role: z.enum(roles, 'required'),
  office: z.string().max(100).optional(),
});
const approvalForm = z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/) });

/** Who has which role: asked for by one administrator, approved by another, ended by any (A2, K2, K7). */
export function createRolesRoutes(deps: RolesDeps): ConsoleRouter {
  const { pages, operators, roleRequests } = deps;
  const router = new ConsoleRouter({ prefix: PATH, entry: 'roles' });

  router.get('/', administrators, (ctx) => showList(ctx, {}));
  router.get('/new', administrators, (ctx) => showForm(ctx, {}, {}));

  router.post('/', administrators, async (ctx) => {
    const values = keptValues(ctx.request.body, ['contact', 'role', 'office']);
    const form = parseForm(roleForm, ctx.request.body);
    if (!form.ok) return showForm(ctx, values, form.errors, 422);
    const { contact, role, office } = form.data;
    const accountId = await accountOf(deps.accounts, contact);
    const wanted = accountId && { accountId, role, office: office || undefined };
    const refusal = wanted ? await roleRequests.ask(wanted, operatorOf(ctx).accountId) : 'no_account';
    if (refusal) return showForm(ctx, values, { [fieldOf[refusal] ?? 'form']: `role_${refusal}` }, 422);
    pages.of(ctx).redirect(PATH);
  });

  router.post('/:id/end', administrators, async (ctx) => {
    const refusal = await operators.end(idOf(ctx), operatorOf(ctx).accountId);
    if (refusal) return showList(ctx, { form: `role_${refusal}` }, 422);
    pages.of(ctx).redirect(PATH);
  });

  router.post('/requests/:id/approval', administrators, async (ctx) => {
    const form = parseForm(approvalForm, ctx.request.body);
    if (!form.ok) return showList(ctx, { form: 'approval_changed' }, 422);
    const refusal = await roleRequests.approve(idOf(ctx), form.data.hash, operatorOf(ctx).accountId);
    if (refusal)
      return showList(ctx, { form: approvalErrors.has(refusal) ? `approval_${refusal}` : `role_${refusal}` }, 422);
    pages.of(ctx).redirect(PATH);
  });

  router.post('/requests/:id/refusal', administrators, async (ctx) => {
    const refusal = await roleRequests.refuse(idOf(ctx), operatorOf(ctx).accountId);
    if (refusal) return showList(ctx, { form: `approval_${refusal}` }, 422);
    pages.of(ctx).redirect(PATH);
  });

  async function showList(ctx: Context, errors: FieldErrors, status = 200): Promise<void> {
    const page = pages.of(ctx);
    const me = operatorOf(ctx).accountId;
    const held = await Promise.all(
      (await operators.list()).map(async (one) => ({ ...(await describe(page, one)), id: one.id })),
    );
    const waiting = (await roleRequests.waiting()).map(
      async ({ id, payload, payloadHash, requestedBy, expiresAt }) => ({
        ...(await describe(page, payload)),
        id,
        hash: payloadHash,
        asked: await nameOf(requestedBy),
        isOwn: requestedBy === me,
        until: page.translator.dateTime(expiresAt),
      }),
    );
    ctx.state.formPath = PATH;
    const data = { held, waiting: await Promise.all(waiting), errors: fieldErrors(page, errors) };
    await page.show('console/roles', { ...consoleNavigation(ctx), ...data }, status);
  }

  async function showForm(
    ctx: Context,
    values: Record<string, string>,
    errors: FieldErrors,
    status = 200,
  ): Promise<void> {
    const page = pages.of(ctx);
    ctx.state.formPath = `${PATH}/new`;
    const offices = [...deps.centres.values()].map(({ id, city, address }) => [id, `${city}, ${address}`]);
    const data = {
      values: { role: 'clerk', ...values },
      errors: fieldErrors(page, errors),
      roleOptions: roles.map((role) => [role, page.t(`operator-role.${role}`)]),
      officeOptions: [['', page.t('new-role.no-office')], ...offices],
    };
    await page.show('console/new-role', { ...consoleNavigation(ctx), ...data }, status);
  }

  async function describe(page: Page, { accountId, role, office }: WantedRole) {
    const centre = deps.centres.get(office ?? '');
    const place = centre && `${centre.city}, ${centre.address}`;
    return { name: await nameOf(accountId), role: page.t(`operator-role.${role}`), place };
  }

  async function nameOf(accountId: string): Promise<string> {
    const account = await deps.accounts.find(accountId);
    return account ? fullName(account.profile) : '';
  }

  return router;
}

/** Where on the form a refusal belongs. */
const fieldOf: Partial<Record<string, string>> = {
  no_account: 'contact',
  not_confirmed: 'contact',
  has_role: 'role',
  office_needed: 'office',
  no_office: 'office',
};

const approvalErrors = new Set<string>(['over', 'changed', 'own_request']);

function idOf(ctx: Context): string {
  const id = ctx.params.id as string;
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new Refusal('not_found', 404);
  return id;
}

async function accountOf(accounts: Accounts, contact: string): Promise<string | undefined> {
  const email = normalizeEmail(contact);
  if (email) return accounts.findIdByContact({ kind: 'email', value: email });
  const phone = normalizePhone(contact);
  return phone ? accounts.findIdByContact({ kind: 'phone', value: phone }) : undefined;
}
