import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import { has, textOf, type Browser, type View } from '#test/support/browser.ts';
import { atWork } from '#test/support/console.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { House } from '#test/support/house.ts';
import { settle } from '#test/support/people.ts';
import { openActivation, OWN_PASSWORD, setPassword, signsIn } from '#test/support/restoring.ts';
import { codeTo } from '#test/support/second-factor.ts';

const papers = {
  'last-name': 'Новикова',
  'first-name': 'Дарья',
  'birth-date': '01.02.1999',
  'passport-series': '4519',
  'passport-date': '20.04.2019',
  'passport-code': '770-001',
  agree: 'yes',
};

for (const database of databaseKinds)
  describe(`a service centre creates an account, on ${database}`, () => {
    let house: House;
    let clerk: Browser;
    let next = 0;

    before(async () => {
      house = await House.open({ database, instances: 2 });
      await house.services.sandbox!.people.settle();
      clerk = await atWork(house, 'clerk');
    });
    after(() => house.close());

    const passport = () => String(880_001 + next);
    const phone = () => `+7900000${String(9100 + next)}`;
    beforeEach(() => next++);

    async function fill(values: Record<string, string | undefined> = {}): Promise<View> {
      const form = await clerk.open('/console/creations');
      const typed = { ...papers, 'passport-number': passport(), contact: phone(), ...values };
      return clerk.submit(form, typed, { form: 'create-submit' });
    }

    const enterCode = async (view: View, contact = phone()) =>
      clerk.submit(view, { code: await codeTo(house, contact) }, { form: 'code-submit' });
    const idOf = (value = phone()) => house.services.accounts.findIdByContact({ kind: 'phone', value });
    const tierOf = async (id: string) => tierFrom((await house.services.accounts.find(id))!.evidence);

    it('P19, P21: without SNILS; confirmed in person once the registry agrees; the person sets the password', async () => {
      for (const each of house.all) each.sandbox!.controls.registry.simulation.outcome = 'pass';
      const done = await enterCode(await fill());
      assert.ok(has(done, 'person-created'), textOf(done).slice(0, 400));
      const id = (await idOf())!;
      assert.equal((await house.services.accounts.agreements(id)).length, 2);
      const { browser, view } = await openActivation(house, phone());
      await setPassword(browser, view);
      assert.ok(await signsIn(house, { login: phone(), password: OWN_PASSWORD }));
      assert.equal(await house.services.holds.find(id), undefined);
      for (let i = 0; i < 20 && (await tierOf(id)) === 'simplified'; i++) {
        house.clock.advance(20_000);
        await house.settleOutbox();
      }
      assert.equal(await tierOf(id), 'standard', 'nobody is confirmed by a clerk alone');
      await Promise.all(house.all.map((each) => each.visits.confirmSeen()));
      assert.equal(await tierOf(id), 'confirmed');
      const methods = (await house.services.identities.evidence(id)).map(({ method }) => method).sort();
      assert.deepEqual(methods, ['in_person', 'registry']);
    });

    it('P19: data that changed since the clerk saw them are not confirmed', async () => {
      for (const each of house.all) each.sandbox!.controls.registry.simulation.outcome = 'silent';
      await enterCode(await fill());
      const id = (await idOf())!;
      const { identities, db, visits } = house.services;
      await db.transaction().execute(async (transaction) => {
        const held = (await identities.hold(transaction, id))!;
        const profile = { ...held.profile, familyName: 'Иная' };
        await identities.replace(transaction, held, { profile, documents: held.documents });
        await identities.prove(transaction, id, 'registry', 'test');
      });
      await visits.confirmSeen();
      assert.equal(await tierOf(id), 'standard');
    });

    it('G4: known papers and a known contact lead to the account that is there, and show nothing of it', async () => {
      const contact = `+7900000${9500 + next}`;
      await settle(house, {
        profile: { familyName: 'Секретова', givenName: 'Раиса' },
        contacts: [{ kind: 'phone', value: contact }],
        evidence: ['registry'],
        documents: { rf_passport: `4519${passport()}`, snils: '11223344595' },
      });
      for (const values of [{}, { 'passport-number': '889999', snils: '112-233-445 95' }]) {
        const view = await fill(values);
        assert.equal(view.status, 422);
        assert.match(textOf(view), /There is an account with these papers/);
        assert.doesNotMatch(view.html, /Секретова/);
      }
      const code = await fill({ 'passport-number': '889998', contact });
      assert.ok(has(code, 'code-submit'), 'not said before the code');
      const view = await enterCode(code, contact);
      assert.equal(view.status, 422);
      assert.match(textOf(view), /This contact has an account already/);
      assert.doesNotMatch(view.html, /Секретова/);
    });

    it('P21: without papers, contact or agreement nothing begins; another clerk does not find the draft', async () => {
      for (const missing of ['last-name', 'birth-date', 'passport-series', 'passport-number', 'contact', 'agree'])
        assert.equal((await fill({ [missing]: undefined })).status, 422, missing);
      assert.equal((await fill({ snils: '112-233-445 96' })).status, 422);
      const code = await fill();
      const other = await atWork(house, 'clerk-3');
      assert.equal((await other.open(new URL(code.url).pathname)).status, 404);
    });

    it('K4: where the log cannot be written there is no account', async () => {
      const code = await fill();
      const { db } = house.services;
      await sql`alter table audit_events add constraint audit_full check (event <> 'account_created') not valid`.execute(
        db,
      );
      const view = await enterCode(code);
      await sql`alter table audit_events drop constraint audit_full`.execute(db);
      assert.equal(view.status, 500);
      assert.equal(await idOf(), undefined);
    });
  });
