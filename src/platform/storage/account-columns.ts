/** Everything that decides what an account may do, in a statement that calls it `name`. */
export function accountColumns(name: string): string {
  return `${name}.id, ${name}.oid, ${name}.status, ${name}.profile, ${name}.locale, ${name}.sign_in_generation, ${name}.created_at, ${name}.updated_at,
      array(select method from evidence e where e.account_id = ${name}.id and e.revoked_at is null
        and e.snapshot = ${name}.snapshot order by e.created_at) as evidence,
      array(select document || ':' || version from agreements where account_id = ${name}.id) as agreements`;
}
