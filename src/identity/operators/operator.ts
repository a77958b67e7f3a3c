import type { OperatorRoleRow } from '#src/platform/storage/tables.ts';

export const roles = ['clerk', 'reviewer', 'support', 'client_operator', 'security_officer', 'administrator'] as const;

export type Role = (typeof roles)[number];

/** Of these somebody has one at one office; the others are at none. */
export const officeRoles: ReadonlySet<Role> = new Set<Role>(['clerk']);

export interface HeldRole {
  id: string;
  accountId: string;
  role: Role;
  office: string | undefined;
  givenAt: Date;
}

/** Why a role cannot be given or ended. */
export type RoleRefusal =
  | 'no_account'
  | 'not_confirmed'
  | 'office_needed'
  | 'no_office'
  | 'has_role'
  | 'no_role'
  | 'last_administrator'
  | 'reason_needed';

/** Somebody at work in the console, as they are at this very request. */
export interface Operator {
  accountId: string;
  name: string;
  roles: HeldRole[];
  signedInAt: Date;
}

export function heldRole({ id, account_id, role, office, given_at }: OperatorRoleRow): HeldRole {
  return { id, accountId: account_id, role, office: office ?? undefined, givenAt: given_at };
}
