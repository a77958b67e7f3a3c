import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type RawBuilder } from 'kysely';
import type { House } from '#test/support/house.ts';

/** Until every event that is there has its link. */
export async function sealAll({ services: { auditChain, auditVerification } }: House): Promise<void> {
  for (let i = 0; i < 100; i++) {
    await auditChain.seal();
    const { waiting, broken } = await auditVerification.verify();
    if (broken || waiting === 0) return;
    await sleep(20);
  }
  throw new Error('the audit log is not sealed');
}

/** As whoever rules over the database would, past every trigger. */
export async function asSuperuser({ services: { db } }: House, statement: RawBuilder<unknown>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`set local session_replication_role = replica`.execute(transaction);
    await statement.execute(transaction);
  });
}

/** The log takes everything but this kind of event, while the work is done. */
export async function withFullLog(house: House, event: string, work: () => Promise<unknown>): Promise<void> {
  const { db } = house.services;
  await sql`alter table audit_events add constraint audit_full check (event <> ${sql.lit(event)}) not valid`.execute(
    db,
  );
  try {
    await work();
  } finally {
    await sql`alter table audit_events drop constraint audit_full`.execute(db);
  }
}
