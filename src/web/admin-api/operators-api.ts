import Router from '@koa/router';
import { Refusal } from '#src/platform/errors.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { normalizeEmail, normalizePhone } from '#src/identity/accounts/contact.ts';
import type { HeldRole, RoleRefusal } from '#src/identity/operators/operator.ts';
import type { Operators } from '#src/identity/operators/operators.ts';
import { parse } from '#src/web/admin-api/admin-answers.ts';
import { newRole } from '#src/web/admin-api/admin-schemas.ts';

export interface OperatorsApiDeps {
  operators: Operators;
  accounts: Accounts;
}

/** Roles by the hand of whoever owns the server: the first administrators, and help when none is left. */
export function createOperatorsApi({ operators, accounts }: OperatorsApiDeps): Router {
  const router = new Router({ prefix: '/admin/api/v1/operators' });

  router.get('/', async (ctx) => {
    ctx.body = { operators: await Promise.all((await operators.list()).map(describe)) };
  });

  router.post('/', async (ctx) => {
    const { login, role, office, reason } = parse(newRole, ctx.request.body);
    const accountId = await accountOf(login);
    if (accountId === undefined) throw new Refusal('no_account', 404);
    refuse(await operators.giveAsOwner({ accountId, role, office }, reason));
    const given = (await operators.rolesOf(accountId)).find((one) => one.role === role);
    ctx.status = 201;
    ctx.body = await describe(given!);
  });

  router.delete('/:id', async (ctx) => {
    const { id } = ctx.params;
    refuse(/^[0-9a-f-]{36}$/.test(id!) ? await operators.end(id!) : 'no_role');
    ctx.status = 204;
  });

  async function accountOf(login: string): Promise<string | undefined> {
    const email = normalizeEmail(login);
    if (email) return accounts.findIdByContact({ kind: 'email', value: email });
    const phone = normalizePhone(login);
    return phone ? accounts.findIdByContact({ kind: 'phone', value: phone }) : undefined;
  }

  async function describe({ id, accountId, role, office, givenAt }: HeldRole) {
    const oid = (await accounts.find(accountId))?.oid;
    return { id, oid, role, office: office ?? null, given_at: givenAt };
  }

  return router;
}

function refuse(refusal: RoleRefusal | undefined): void {
  if (refusal) throw new Refusal(refusal, refusal === 'no_role' ? 404 : 409);
}
