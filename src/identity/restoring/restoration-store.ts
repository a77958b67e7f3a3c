import type { Insertable, Selectable } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';
import type { RestorationRow } from '#src/platform/storage/tables.ts';

export type StoredRestoration = Selectable<RestorationRow>;

export async function insert(connection: Connection, row: Insertable<RestorationRow>): Promise<void> {
  await connection.insertInto('restorations').values(row).execute();
}

/** The caller holds the account; one that is under way gives way to a newer one. */
export async function endLive(connection: Connection, accountId: string, now: Date): Promise<void> {
  await connection
    .updateTable('restorations')
    .set({ stopped_at: now })
    .where('account_id', '=', accountId)
    .where('activated_at', 'is', null)
    .where('stopped_at', 'is', null)
    .execute();
}

/** False: stopped, or another one took its place. */
export async function send(
  connection: Connection,
  id: string,
  activation: { hash: Buffer; until: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('restorations')
    .set({ activation_hash: activation.hash, activation_until: activation.until })
    .where('id', '=', id)
    .where('activation_hash', 'is', null)
    .where('stopped_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function findActivation(
  connection: Connection,
  hash: Buffer,
  now: Date,
): Promise<StoredRestoration | undefined> {
  return connection
    .selectFrom('restorations')
    .selectAll()
    .where('activation_hash', '=', hash)
    .where('activation_until', '>', now)
    .where('activated_at', 'is', null)
    .where('stopped_at', 'is', null)
    .executeTakeFirst();
}

/** True for exactly one caller. */
export async function activate(connection: Connection, id: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await connection
    .updateTable('restorations')
    .set({ activated_at: now })
    .where('id', '=', id)
    .where('activation_until', '>', now)
    .where('activated_at', 'is', null)
    .where('stopped_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** What would have to be undone. */
export async function noteChanges(
  connection: Connection,
  id: string,
  { removedFactors, addsContact }: { removedFactors: string[]; addsContact: boolean },
): Promise<void> {
  await connection
    .updateTable('restorations')
    .set({ removed_factors: removedFactors, adds_contact: addsContact })
    .where('id', '=', id)
    .execute();
}

export async function findStoppable(
  connection: Connection,
  hash: Buffer,
  now: Date,
): Promise<StoredRestoration | undefined> {
  return connection
    .selectFrom('restorations')
    .selectAll()
    .where('stop_hash', '=', hash)
    .where('stop_until', '>', now)
    .where('stopped_at', 'is', null)
    .executeTakeFirst();
}

/** Undefined: stopped before. Answers the row as it was then, so that the caller sees whether it was activated. */
export async function stop(connection: Connection, id: string, now: Date): Promise<StoredRestoration | undefined> {
  return connection
    .updateTable('restorations')
    .set({ stopped_at: now })
    .where('id', '=', id)
    .where('stopped_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
}
