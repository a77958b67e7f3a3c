import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import { adminApi } from '#test/support/admin.ts';
import { asSuperuser, sealAll, withFullLog } from '#test/support/audit.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { House } from '#test/support/house.ts';
import { anna, boris, PASSWORD, settle, type Person } from '#test/support/people.ts';

const shown = { name: 'University', purpose: '' };

for (const database of databaseKinds)
  describe(`what is not written down does not happen, on ${database}`, () => {
    let house: House;
    let person: Person;

    before(async () => {
      house = await House.open({ database });
      person = await settle(house, anna);
    });
    after(() => house.close());

    const refused = (event: string, act: () => Promise<unknown>) =>
      withFullLog(house, event, () => assert.rejects(act(), /audit_full/));

    it('K4: a consent', async () => {
      const { consents } = house.services;
      const allowance = { scopes: ['openid'], claims: [], resources: {} };
      const client = { client_id: 'UNI', redirect_uris: ['https://uni.example/callback'] };
      assert.equal((await adminApi(house).post('/clients', client)).status, 201);
      await refused('consent_granted', () => consents.grant(person.id, 'UNI', shown, allowance));
      const kept = house.services.db.selectFrom('consents').selectAll().where('account_id', '=', person.id);
      assert.deepEqual(await kept.execute(), []);
    });

    it('K4: a changed password', async () => {
      const { securitySettings, hasher, db } = house.services;
      const stored = () => db.selectFrom('passwords').selectAll().where('account_id', '=', person.id).execute();
      const before = await stored();
      const hash = await hasher.hash(`${PASSWORD}x`);
      await refused('security_changed', () => securitySettings.changePassword(person.id, hash));
      assert.deepEqual(await stored(), before);
    });

    it('K4: a confirmed identity', async () => {
      const { confirmations, accounts } = house.services;
      const other = await settle(house, { ...boris, evidence: ['registry'], documents: { snils: '00000061525' } });
      const by = { method: 'mail', by: 'letter' } as const;
      await refused('identity_confirmed', () => confirmations.confirm(other.id, by, async () => true));
      assert.notEqual(tierFrom((await accounts.find(other.id))!.evidence), 'confirmed');
    });

    it('K4: a role', async () => {
      const { operators } = house.services;
      const role = { accountId: person.id, role: 'clerk', office: 'arz-lenina' } as const;
      await refused('role_given', () => operators.giveAsOwner(role));
      assert.deepEqual(await operators.rolesOf(person.id), []);
    });

    it('K4: a changed contact', async () => {
      const { contactChanges, accounts } = house.services;
      const contact = { kind: 'phone', value: '+79000000077' } as const;
      await refused('contact_changed', () => contactChanges.apply(person.id, contact, 'en'));
      assert.ok(!(await accounts.contacts(person.id)).some(({ value }) => value === contact.value));
    });

    it('A3: the log is searched by person, kind and time, page by page, and the person sees that somebody looked', async () => {
      const { audit, accounts, clock, operators } = house.services;
      const { oid } = (await accounts.find(person.id))!;
      assert.equal(await operators.giveAsOwner({ accountId: person.id, role: 'support' }), undefined);
      const api = adminApi(house);
      const events = async (query: string) => (await api.get(`/audit/events?${query}`)).json.events as any[];
      const [given] = await events('event=role_given');
      assert.deepEqual([given.account, given.details], [oid, { role: 'support' }]);
      assert.ok(!JSON.stringify(await events('')).includes(person.id), 'people are numbers here');
      assert.ok((await events(`account=${oid}`)).length > 0);
      assert.deepEqual(await events('account=999999'), []);
      assert.deepEqual((await audit.history(person.id))[0]!.details, { by: 'owner', purpose: 'audit' });
      const later = new Date(clock.now().getTime() + 60_000).toISOString();
      assert.deepEqual(await events(`from=${later}`), []);
      assert.ok((await events(`to=${later}`)).length > 1);
      const first = (await api.get('/audit/events?limit=1')).json;
      const second = (await api.get(first.next.replace('/admin/api/v1', ''))).json;
      assert.ok(second.events[0].id < first.events[0].id);
      assert.equal((await api.get('/audit/events?from=yesterday')).status, 400);
    });

    it('A3, K4: the admin API says whether the chain holds', async () => {
      await sealAll(house);
      const api = adminApi(house);
      const { json } = await api.get('/audit/chain');
      assert.equal(json.intact, true);
      assert.equal((await api.get(`/audit/chain?head=${json.head}`)).json.intact, true);
      assert.equal((await api.get('/audit/chain?head=x')).status, 400);
      assert.match(
        await fetch(`${house.origin}/metrics`).then((answer) => answer.text()),
        /openesia_audit_sealed [1-9]/,
      );
      await asSuperuser(
        house,
        sql`delete from audit_events where id = (select event_id from audit_seals where seq = 2)`,
      );
      const { broken } = (await api.get('/audit/chain')).json;
      assert.deepEqual([broken.problem, broken.seq], ['removed', 2]);
    });
  });
