import assert from 'node:assert/strict';
import { sql, type RawBuilder } from 'kysely';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import { asSuperuser, sealAll } from '#test/support/audit.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { House } from '#test/support/house.ts';
import { par } from '#test/support/protocol.ts';

const ACCOUNT = '019aa000-0000-7000-8000-000000000001';

for (const database of databaseKinds)
  describe(`the chain of the audit log, on ${database}`, () => {
    let house: House;

    beforeEach(async () => {
      house = await House.open({ database, instances: 2 });
      for (let i = 0; i < 6; i++) await house.services.audit.record(auditEvent.securityChanged(ACCOUNT, `change-${i}`));
      await sealAll(house);
    });
    afterEach(() => house.close());

    const verify = (known?: { seq: number; hash: string }) => house.services.auditVerification.verify(known);
    const eventAt = async (seq: number) =>
      (await house.services.db.selectFrom('audit_seals').selectAll().where('seq', '=', seq).executeTakeFirstOrThrow())
        .event_id;

    it('K4: an untouched log verifies, with its head', async () => {
      const { broken, sealed, head, waiting } = await verify();
      assert.deepEqual([broken, waiting], [undefined, 0]);
      assert.ok(sealed >= 6);
      assert.equal(head!.seq, sealed);
      assert.equal((await verify(head)).broken, undefined);
    });

    it('K4: nobody changes, removes or empties, with whatever statement', async () => {
      const { db } = house.services;
      for (const statement of [
        sql`update audit_events set event = 'x'`,
        sql`delete from audit_events`,
        sql`truncate audit_events`,
        sql`update audit_seals set hash = '\\x00'`,
        sql`delete from audit_seals`,
        sql`truncate audit_seals`,
      ])
        await assert.rejects(statement.execute(db), /append-only/);
      assert.equal((await verify()).broken, undefined);
    });

    const tampering: [string, (id: number) => RawBuilder<unknown>, string][] = [
      ['its kind', (id) => sql`update audit_events set event = 'signed_in' where id = ${id}`, 'changed'],
      [
        'its time, by a microsecond',
        (id) => sql`update audit_events set at = at + interval '1 microsecond' where id = ${id}`,
        'changed',
      ],
      ['whose it is', (id) => sql`update audit_events set account_id = null where id = ${id}`, 'changed'],
      ['its client', (id) => sql`update audit_events set client_id = 'x' where id = ${id}`, 'changed'],
      ['a detail', (id) => sql`update audit_events set details = '{"change":"none"}' where id = ${id}`, 'changed'],
      ['its link', (id) => sql`update audit_seals set hash = sha256('x') where event_id = ${id}`, 'changed'],
      ['when it was sealed', (id) => sql`update audit_seals set sealed_at = now() where event_id = ${id}`, 'changed'],
      ['nothing is left of it', (id) => sql`delete from audit_events where id = ${id}`, 'removed'],
      ['its link is gone', (id) => sql`delete from audit_seals where event_id = ${id}`, 'link_removed'],
    ];
    for (const [what, statement, problem] of tampering)
      it(`K4: a superuser’s hand is named: ${what}`, async () => {
        const eventId = await eventAt(3);
        await asSuperuser(house, statement(eventId));
        const { broken, sealed } = await verify();
        assert.deepEqual([broken!.problem, broken!.seq, sealed], [problem, 3, 2]);
        if (problem !== 'link_removed') assert.equal(broken!.eventId, eventId);
      });

    it('K4: an event put between others is named, also when it is put first', async () => {
      const { seq } = (await verify()).head!;
      await sql`select nextval(pg_get_serial_sequence('audit_events', 'id'))`.execute(house.services.db);
      await house.services.audit.record(auditEvent.securityChanged(ACCOUNT, 'after'));
      await sealAll(house);
      const hole = (await eventAt(seq + 1)) - 1;
      for (const id of [hole, 0]) {
        await sql`insert into audit_events (id, at, event, details) overriding system value
          values (${id}, now(), 'role_given', '{}')`.execute(house.services.db);
        await sealAll(house);
        const { broken } = await verify();
        assert.deepEqual([broken!.problem, broken!.eventId], ['inserted', id]);
      }
    });

    it('K4: links made anew without the key do not hold', async () => {
      await asSuperuser(
        house,
        sql`update audit_seals set hash = sha256(hash || (select details::text::bytea from audit_events where id = event_id))`,
      );
      assert.deepEqual((await verify()).broken!.seq, 1);
    });

    it('K4: an end cut off is seen by the head that was kept, and is not sealed over', async () => {
      const { head } = await verify();
      await Promise.all(house.all.map(({ auditChain }) => auditChain.seal()));
      await asSuperuser(house, sql`delete from audit_seals where seq > 3`);
      await house.services.audit.record(auditEvent.securityChanged(ACCOUNT, 'later'));
      for (let i = 0; i < 10; i++) await Promise.all(house.all.map(({ auditChain }) => auditChain.seal()));
      assert.equal((await verify(head)).broken!.problem, 'cut');
      assert.equal((await verify()).sealed, 3);
      const alarms = house.services.db.selectFrom('audit_events').select('details').where('event', '=', 'alarm_raised');
      assert.equal((await alarms.execute())[0]!.details.alarm, 'audit_chain');
    });

    it('K4: two instances that seal at once make one chain', async () => {
      await Promise.all([
        ...Array.from({ length: 30 }, (_, i) =>
          house.all[i % 2]!.audit.record(auditEvent.securityChanged(ACCOUNT, `many-${i}`)),
        ),
        par(20, (i) => house.all[i % 2]!.auditChain.seal()),
      ]);
      await sealAll(house);
      const { broken, sealed, head } = await verify();
      assert.equal(broken, undefined);
      assert.ok(sealed >= 36);
      const { rows } = await sql<{ count: number }>`select count(*) from audit_events`.execute(house.services.db);
      assert.equal(head!.seq, rows[0]!.count);
    });

    if (database === 'postgres')
      it('an event whose transaction takes long is waited for, not passed over', async () => {
        const { db, audit, auditChain } = house.services;
        const { seq } = (await verify()).head!;
        await db.transaction().execute(async (transaction) => {
          await audit.record(auditEvent.securityChanged(ACCOUNT, 'slow'), transaction);
          await audit.record(auditEvent.securityChanged(ACCOUNT, 'quick'));
          for (let i = 0; i < 5; i++) assert.equal(await auditChain.seal(), 0);
        });
        await sealAll(house);
        const { broken, head } = await verify();
        assert.deepEqual([broken, head!.seq], [undefined, seq + 2]);
      });
  });
