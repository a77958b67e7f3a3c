import { sql } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';

export interface NewJob {
  id: string;
  kind: string;
  payload: Buffer;
  createdAt: Date;
  notBefore: Date;
  deadlineAt: Date;
}

export interface ClaimedJob {
  id: string;
  kind: string;
  payload: Buffer;
  tries: number;
  deadlineAt: Date;
}

export async function insertJob(connection: Connection, job: NewJob): Promise<void> {
  await connection
    .insertInto('outbox')
    .values({
      id: job.id,
      kind: job.kind,
      payload: job.payload,
      created_at: job.createdAt,
      next_try_at: job.notBefore,
      deadline_at: job.deadlineAt,
    })
    .execute();
}

/** Kinds of which something is due or too late: one look at the index, which is all that an idle pass costs. */
export async function listDueKinds(connection: Connection, now: Date): Promise<string[]> {
  const rows = await connection
    .selectFrom('outbox')
    .select('kind')
    .distinct()
    .where('delivered_at', 'is', null)
    .where('failed_at', 'is', null)
    .where('next_try_at', '<=', now)
    .execute();
  return rows.map(({ kind }) => kind);
}

/**
 * Takes due jobs under a lease: no other instance sees them until `leaseEndsAt`. The inner query stands in a CTE because
 * `where id in (… limit)` may be planned as a loop that locks more than the limit.
 */
export async function claimDueJobs(
  connection: Connection,
  claim: { kind: string; now: Date; leaseEndsAt: Date; limit: number; except: string[] },
): Promise<ClaimedJob[]> {
  const rows = await connection
    .with('due', (db) =>
      db
        .selectFrom('outbox')
        .select('id')
        .where('delivered_at', 'is', null)
        .where('failed_at', 'is', null)
        .where('next_try_at', '<=', claim.now)
        .where('deadline_at', '>', claim.now)
        .where('kind', '=', claim.kind)
        .where(sql<boolean>`id <> all(${claim.except}::uuid[])`)
        .orderBy('next_try_at')
        .limit(claim.limit)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable('outbox')
    .from('due')
    .set((eb) => ({ next_try_at: claim.leaseEndsAt, tries: eb('outbox.tries', '+', 1) }))
    .whereRef('outbox.id', '=', 'due.id')
    .returning(['outbox.id', 'outbox.kind', 'outbox.payload', 'outbox.tries', 'outbox.deadline_at as deadlineAt'])
    .execute();
  return rows.map((row) => ({ ...row, payload: row.payload! }));
}

/** What nobody works on and is too late to send. */
export async function dropOverdueJobs(connection: Connection, now: Date): Promise<number> {
  const { numUpdatedRows } = await connection
    .updateTable('outbox')
    .set({ failed_at: now, payload: null, last_error: 'deadline' })
    .where('delivered_at', 'is', null)
    .where('failed_at', 'is', null)
    .where('next_try_at', '<=', now)
    .where('deadline_at', '<=', now)
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}

/** Also when the lease has passed meanwhile: the message is out, nobody needs to send it again. */
export async function markDelivered(connection: Connection, id: string, now: Date): Promise<void> {
  await connection
    .updateTable('outbox')
    .set({ delivered_at: now, failed_at: null, payload: null, last_error: null })
    .where('id', '=', id)
    .execute();
}

/** Only while the lease is still ours, which the number of tries tells. */
export async function markFailedTry(
  connection: Connection,
  failure: { id: string; tries: number; error: string; nextTryAt: Date },
): Promise<void> {
  await connection
    .updateTable('outbox')
    .set({ next_try_at: failure.nextTryAt, last_error: failure.error })
    .where('id', '=', failure.id)
    .where('tries', '=', failure.tries)
    .where('delivered_at', 'is', null)
    .execute();
}

export async function markFailed(
  connection: Connection,
  failure: { id: string; tries: number; error: string; now: Date },
): Promise<void> {
  await connection
    .updateTable('outbox')
    .set({ failed_at: failure.now, payload: null, last_error: failure.error })
    .where('id', '=', failure.id)
    .where('tries', '=', failure.tries)
    .where('delivered_at', 'is', null)
    .execute();
}

export async function countWaiting(connection: Connection): Promise<{ waiting: number; oldestAt: Date | null }> {
  return connection
    .selectFrom('outbox')
    .select((eb) => [eb.fn.countAll<number>().as('waiting'), eb.fn.min('created_at').as('oldestAt')])
    .where('delivered_at', 'is', null)
    .where('failed_at', 'is', null)
    .executeTakeFirstOrThrow();
}

export async function deleteEndedJobs(connection: Connection, before: Date): Promise<number> {
  const { numDeletedRows } = await connection
    .deleteFrom('outbox')
    .where((eb) => eb.or([eb('delivered_at', '<', before), eb('failed_at', '<', before)]))
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
