/** Everything that decides what an account may do, in a statement that calls it `name`. */
export function accountColumns(name: string): string {
  return `${name}.id, ${name}.oid, ${name}.status, ${name}.profile, ${name}.locale, ${name}.created_at, ${name}.updated_at,
      array(select method from evidence where account_id = ${name}.id and revoked_at is null) as evidence,
      array(select document || ':' || version from agreements where account_id = ${name}.id) as agreements`;
}
