import type { Clock } from '#src/platform/clock.ts';
import type { Database } from '#src/platform/storage/database.ts';
import { deleteExpired, expiringRows } from '#src/platform/storage/expired-rows.ts';

/** Small enough that no row stays locked for long. */
const BATCH = 5000;

/** Removes what has expired, batch by batch. Several instances may run it at once. Answers how many rows went. */
export async function purgeExpired({ db, clock }: { db: Database; clock: Clock }): Promise<number> {
  let removed = 0;
  for (const rows of expiringRows) {
    let batch: number;
    do {
      batch = await deleteExpired(db, rows, clock.now(), BATCH);
      removed += batch;
    } while (batch === BATCH);
  }
  return removed;
}
