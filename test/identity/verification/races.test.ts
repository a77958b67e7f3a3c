import assert from 'node:assert/strict';
import { databaseKinds } from '#test/support/databases.ts';
import { House } from '#test/support/house.ts';
import { settle, type Person } from '#test/support/people.ts';
import { par } from '#test/support/protocol.ts';

const SNILS = '11223344595';

for (const database of databaseKinds)
  describe(`races of proofs, two instances on ${database}`, () => {
    let house: House;
    let count = 0;

    before(async () => {
      house = await House.open({ database, instances: 2 });
      for (const { sandbox } of house.all) sandbox!.controls.registry.simulation.outcome = 'silent';
    });
    after(() => house.close());

    async function somebody(): Promise<Person> {
      const value = `+7900000${String(4000 + ++count)}`;
      return settle(house, {
        profile: {
          familyName: 'Ким',
          givenName: 'Ева',
          birthdate: '1990-01-01',
          address: { formatted: `дом ${count}` },
        },
        contacts: [{ kind: 'phone', value }],
      });
    }

    function services(i: number) {
      return house.all[i % 2]!;
    }

    /** With her own passport, and the SNILS given. */
    async function submit({ id }: Person, snils = SNILS, passport = `45101${String(10_000 + count)}`, i = 0) {
      const { accounts, checks } = services(i);
      const { profile } = (await accounts.find(id))!;
      const documents = [
        { kind: 'rf_passport', value: passport },
        { kind: 'snils', value: snils },
      ];
      await checks.submit(id, () => ({ profile, documents }), { language: 'ru' });
      return latest(id);
    }

    async function latest(accountId: string) {
      const rows = house.services.db.selectFrom('checks').selectAll().where('account_id', '=', accountId);
      return rows.orderBy('created_at', 'desc').orderBy('id', 'desc').executeTakeFirstOrThrow();
    }

    async function evidenceOf(accountId: string) {
      return house.services.db.selectFrom('evidence').select('method').where('account_id', '=', accountId).execute();
    }

    afterEach(async () => {
      await house.services.db.deleteFrom('documents').execute();
    });

    it('G2: one approval delivered twenty times makes one proof', async () => {
      const person = await somebody();
      const { id } = await submit(person);
      const verdicts = await par(20, (i) => services(i).checks.takeAnswer(id, { status: 'passed' }));
      assert.equal(verdicts.filter((one) => one === 'passed').length, 1);
      assert.equal((await evidenceOf(person.id)).length, 1);
    });

    it('G2: approval of passport A while the profile becomes B never proves B', async () => {
      for (let round = 0; round < 6; round++) {
        const person = await somebody();
        const { id } = await submit(person, SNILS, '4510200001');
        await Promise.all([
          services(round).checks.takeAnswer(id, { status: 'passed' }),
          submit(person, SNILS, '4510200002', round + 1),
        ]);
        const account = (await house.services.accounts.find(person.id))!;
        const documents = await house.services.identities.documents(person.id);
        assert.equal(documents.find(({ kind }) => kind === 'rf_passport')!.value, '4510200002');
        assert.deepEqual(account.evidence, []);
        assert.equal(documents.find(({ kind }) => kind === 'rf_passport')!.verified, false);
        await house.services.db.deleteFrom('documents').execute();
      }
    });

    it('the same papers sent ten times at once are one check', async () => {
      const person = await somebody();
      await par(10, (i) => submit(person, SNILS, '4510300001', i));
      const rows = await house.services.db
        .selectFrom('checks')
        .select('id')
        .where('account_id', '=', person.id)
        .execute();
      assert.equal(rows.length, 1);
    });

    it('G4: two people right for one SNILS at the same instant: one has it, the other is told nothing', async () => {
      for (let round = 0; round < 4; round++) {
        const [one, two] = [await somebody(), await somebody()];
        const checks = [await submit(one, SNILS, '4510400001'), await submit(two, SNILS, '4510400002')];
        const verdicts = await Promise.all(
          checks.map(({ id }, i) => services(i).checks.takeAnswer(id, { status: 'passed' })),
        );
        assert.deepEqual(verdicts.toSorted(), ['conflict', 'passed']);
        const loser = verdicts.indexOf('conflict') === 0 ? one : two;
        assert.deepEqual(await evidenceOf(loser.id), []);
        const messages = await house.messages(loser.login);
        assert.doesNotMatch(messages[0]!.text, /Ким|11223344595|4510400/);
        await house.services.db.deleteFrom('documents').execute();
      }
    });

    it('G4: by office and by letter at the same instant', async () => {
      const [one, two] = [await somebody(), await somebody()];
      await submit(one, SNILS, '4510500001');
      await submit(two, SNILS, '4510500002');
      const yes = () => Promise.resolve(true);
      const verdicts = await Promise.all([
        services(0).confirmations.confirm(one.id, { method: 'in_person', by: 'office' }, yes),
        services(1).confirmations.confirm(two.id, { method: 'mail', by: 'letter' }, yes),
      ]);
      assert.deepEqual(verdicts.toSorted(), ['confirmed', 'conflict']);
    });

    it('a letter’s code confirms once, and ten orders at once print one letter', async () => {
      const person = await somebody();
      const { id } = await submit(person);
      await house.services.checks.takeAnswer(id, { status: 'passed' });
      const orders = await par(10, (i) => services(i).letters.order(person.id, 'ru'));
      assert.equal(orders.filter((one) => one === 'sent').length, 1);
      await house.settleOutbox();
      const letter = (await house.services.inbox.list()).find(({ channel }) => channel === 'letter')!;
      const verdicts = await par(5, (i) => services(i).letters.enter(person.id, letter.code!));
      assert.equal(verdicts.filter((one) => one === 'confirmed').length, 1);
      assert.deepEqual((await evidenceOf(person.id)).map(({ method }) => method).sort(), ['mail', 'registry']);
    });
  });
