import { sql } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { Statement, Statements } from '#src/platform/storage/statements.ts';

/** What a sign-in needs to know of the account that a login names. */
interface KnownLogin {
  accountId: string;
  status: string;
  hash: string | null;
  resetRequired: boolean;
  generation: number;
  /** A second factor is switched on. */
  hasFactors: boolean;
  /** The account knows the device. */
  deviceId: string | null;
}

/** By a verified phone, e-mail or SNILS, or a foreign citizen's login. */
const byLogin: Statement = {
  name: 'credentials_by_login',
  text: `select o.id, o.status, o.sign_in_generation, p.hash, p.reset_required_at, d.id as device_id,
      exists (select from factors f where f.account_id = o.id and f.removed_at is null) as has_factors
    from (
      select account_id from contacts where kind = 'phone' and value_index = $1 and verified_at is not null
      union all
      select account_id from contacts where kind = 'email' and value_index = $2 and verified_at is not null
      union all
      select account_id from documents where kind = 'snils' and value_index = $3 and verified_at is not null
      union all
      select account_id from account_logins where kind = 'foreign' and value_index = $4
      limit 1
    ) named
    join accounts o on o.id = named.account_id
    left join passwords p on p.account_id = o.id
    left join devices d on d.account_id = o.id and d.secret_hash = $5`,
};

/** One statement, whatever was typed. */
export async function findByLogin(
  statements: Statements,
  { phone, email, snils, foreign }: { phone: Buffer; email: Buffer; snils: Buffer; foreign: Buffer },
  deviceSecretHash: Buffer | null,
): Promise<KnownLogin | undefined> {
  const [row] = await statements.run(byLogin, [phone, email, snils, foreign, deviceSecretHash]);
  return (
    row && {
      accountId: row.id as string,
      status: row.status as string,
      hash: row.hash as string | null,
      generation: row.sign_in_generation as number,
      hasFactors: row.has_factors as boolean,
      resetRequired: row.reset_required_at !== null,
      deviceId: row.device_id as string | null,
    }
  );
}

export async function requireReset(connection: Connection, accountId: string, at: Date): Promise<void> {
  await connection
    .updateTable('passwords')
    .set({ reset_required_at: at })
    .where('account_id', '=', accountId)
    .execute();
}

export async function isResetRequired(connection: Connection, accountId: string): Promise<boolean> {
  const row = await connection
    .selectFrom('passwords')
    .select('reset_required_at')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row !== undefined && row.reset_required_at !== null;
}

export async function setHash(connection: Connection, accountId: string, hash: string, changedAt: Date): Promise<void> {
  await connection
    .insertInto('passwords')
    .values({ account_id: accountId, hash, changed_at: changedAt, reset_required_at: null })
    .onConflict((oc) => oc.column('account_id').doUpdateSet({ hash, changed_at: changedAt, reset_required_at: null }))
    .execute();
}

/** Puts the present hash with the earlier ones and forgets all but the newest. */
export async function keepHash(
  connection: Connection,
  accountId: string,
  { id, at, keep }: { id: string; at: Date; keep: number },
): Promise<void> {
  await sql`insert into earlier_passwords (id, account_id, hash, replaced_at)
    select ${id}::uuid, account_id, hash, ${at}::timestamptz from passwords where account_id = ${accountId}`.execute(
    connection,
  );
  await sql`delete from earlier_passwords where account_id = ${accountId} and id not in (
    select id from earlier_passwords where account_id = ${accountId} order by replaced_at desc, id desc limit ${keep})`.execute(
    connection,
  );
}

/** The present one first. */
export async function listHashes(connection: Connection, accountId: string): Promise<string[]> {
  const present = await connection.selectFrom('passwords').select('hash').where('account_id', '=', accountId).execute();
  const earlier = await connection
    .selectFrom('earlier_passwords')
    .select('hash')
    .where('account_id', '=', accountId)
    .orderBy('replaced_at', 'desc')
    .execute();
  return [...present, ...earlier].map(({ hash }) => hash);
}

/** Replaces a hash only if it is still the one that was verified, so that a change meanwhile is not undone. */
export async function upgradeHash(
  connection: Connection,
  accountId: string,
  from: string,
  to: string,
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('passwords')
    .set({ hash: to })
    .where('account_id', '=', accountId)
    .where('hash', '=', from)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
