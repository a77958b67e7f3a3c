import type { Connection } from '#src/platform/storage/database.ts';
import type { Statement, Statements } from '#src/platform/storage/statements.ts';

const noteStatement: Statement = {
  name: 'release-note',
  text: `insert into releases (account_id, client_id, claims, first_at, last_at) values ($1, $2, $3::text[], $4, $4)
    on conflict (account_id, client_id, claims) do update set last_at = excluded.last_at`,
  mayBeLost: true,
};

export async function note(
  statements: Statements,
  { accountId, clientId, claims, now }: { accountId: string; clientId: string; claims: string[]; now: Date },
): Promise<void> {
  await statements.run(noteStatement, [accountId, clientId, claims, now]);
}

export async function listByAccount(connection: Connection, accountId: string) {
  return connection
    .selectFrom('releases as r')
    .leftJoin('clients as c', 'c.id', 'r.client_id')
    .select(['r.client_id', 'r.claims', 'r.first_at', 'r.last_at', 'c.metadata'])
    .where('r.account_id', '=', accountId)
    .orderBy('r.last_at', 'desc')
    .limit(100)
    .execute();
}
