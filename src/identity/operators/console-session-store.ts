import { sql } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { ConsoleSessionRow } from '#src/platform/storage/tables.ts';

export async function insert(connection: Connection, row: ConsoleSessionRow): Promise<void> {
  await connection.insertInto('console_sessions').values(row).execute();
}

/**
 * The session as it is used now; undefined when it is over, idle for too long, its account may not sign in, or the sign-in
 * it came from was ended on some other page.
 */
export async function touch(
  connection: Connection,
  idHash: Buffer,
  { now, idleSince }: { now: Date; idleSince: Date },
): Promise<Pick<ConsoleSessionRow, 'account_id' | 'session_uid' | 'signed_in_at'> | undefined> {
  return connection
    .updateTable('console_sessions as c')
    .set({ seen_at: now })
    .where('c.id_hash', '=', idHash)
    .where('c.expires_at', '>', now)
    .where('c.seen_at', '>', idleSince)
    .where(sql<boolean>`not exists (select 1 from sessions s where s.uid = c.session_uid and s.ended_at is not null)`)
    .returning(['c.account_id', 'c.session_uid', 'c.signed_in_at'])
    .executeTakeFirst();
}

export async function remove(connection: Connection, idHash: Buffer): Promise<void> {
  await connection.deleteFrom('console_sessions').where('id_hash', '=', idHash).execute();
}
