import { sql } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { Row, Statement, Statements } from '#src/platform/storage/statements.ts';

const findStatement: Statement = {
  name: 'consent-find',
  text: `select id, scopes, claims, resources, purpose_hash, granted_at, expires_at
    from consents where account_id = $1 and client_id = $2 and expires_at > $3`,
};

export async function find(
  statements: Statements,
  accountId: string,
  clientId: string,
  now: Date,
): Promise<Row | undefined> {
  return (await statements.run(findStatement, [accountId, clientId, now]))[0];
}

/** Adds what was allowed to what stood before; a changed purpose starts anew. */
export async function save(
  connection: Connection,
  row: {
    account_id: string;
    client_id: string;
    id: string;
    scopes: string[];
    claims: string[];
    resources: Record<string, string>;
    purpose_hash: Buffer;
    granted_at: Date;
    expires_at: Date;
  },
): Promise<void> {
  const resources = JSON.stringify(row.resources);
  const same = sql`consents.purpose_hash = excluded.purpose_hash and consents.expires_at > excluded.granted_at`;
  await sql`insert into consents (account_id, client_id, id, scopes, claims, resources, purpose_hash, granted_at, expires_at)
    values (${row.account_id}, ${row.client_id}, ${row.id}, ${row.scopes}, ${row.claims}, ${resources}, ${row.purpose_hash}, ${row.granted_at}, ${row.expires_at})
    on conflict (account_id, client_id) do update set
      id = excluded.id,
      scopes = case when ${same} then array(select distinct unnest(consents.scopes || excluded.scopes)) else excluded.scopes end,
      claims = case when ${same} then array(select distinct unnest(consents.claims || excluded.claims)) else excluded.claims end,
      resources = case when ${same} then consents.resources || excluded.resources else excluded.resources end,
      purpose_hash = excluded.purpose_hash,
      granted_at = excluded.granted_at,
      expires_at = excluded.expires_at`.execute(connection);
}

export async function listByAccount(connection: Connection, accountId: string, now: Date) {
  return connection
    .selectFrom('consents')
    .innerJoin('clients', 'clients.id', 'consents.client_id')
    .select(['client_id', 'scopes', 'claims', 'granted_at', 'metadata'])
    .where('account_id', '=', accountId)
    .where('expires_at', '>', now)
    .orderBy('granted_at', 'desc')
    .execute();
}

export async function remove(connection: Connection, accountId: string, clientId: string): Promise<boolean> {
  const { numDeletedRows } = await connection
    .deleteFrom('consents')
    .where('account_id', '=', accountId)
    .where('client_id', '=', clientId)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}
