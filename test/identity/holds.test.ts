import assert from 'node:assert/strict';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import { annaOnPaper, issueTo } from '#test/support/certificates.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { House } from '#test/support/house.ts';
import { anna, settle } from '#test/support/people.ts';

const HOUR = 3_600_000;
const english = { language: 'en' } as const;
const passport = {
  country: 'UZB',
  series: 'AB',
  number: '1234567',
  familyName: 'KARIMOVA',
  givenName: 'ANNA',
  gender: 'female',
  birthdate: '1990-04-12',
  expiresAt: '2039-01-01',
  stayStatus: 'visa',
} as const;

for (const database of databaseKinds)
  describe(`E6, decision 11: what is held after a recovery, whoever asks for it, on ${database}`, () => {
    let house: House;
    let id: string;
    let letterCode: string;

    before(async () => {
      house = await House.open({ database });
    });
    after(() => house.close());
    beforeEach(async () => {
      const { db, identities, letters } = house.services;
      for (const table of ['documents', 'contacts', 'certificates', 'budgets'] as const)
        await db.deleteFrom(table).execute();
      const profile = { ...anna.profile, address: { formatted: '170100, Тверь, ул. Садовая, д. 5' } };
      ({ id } = await settle(house, { ...anna, profile, evidence: ['registry'] }));
      await letters.order(id, 'ru');
      await house.settleOutbox();
      letterCode = (await house.services.inbox.list()).find(({ channel }) => channel === 'letter')!.code!;
      assert.ok((await identities.evidence(id)).length > 0);
      house.clock.advance(25 * HOUR);
      await db.transaction().execute((transaction) => house.services.holds.place(transaction, id, 'recovery'));
    });
    afterEach(() => house.clock.reset());

    async function signed(purpose: 'confirm' | 'bind') {
      const { signedTexts, sandbox } = house.services;
      const scope = { purpose, browser: 'a browser', accountId: id };
      const text = await signedTexts.issue(scope, { headline: 'It is me' });
      const serial = await issueTo(house, annaOnPaper);
      const typed = (await sandbox!.authority.sign(serial, (await signedTexts.find(text, scope))!))!;
      return [scope, { text, typed, address: '203.0.113.7' }] as const;
    }

    /** With what each answers once nothing is held any more. */
    const acts: Record<string, [() => Promise<unknown>, unknown]> = {
      'a contact is changed': [
        () => house.services.contactChanges.apply(id, { kind: 'email', value: 'new@example.test' }, 'ru'),
        undefined,
      ],
      'documents are sent for checking': [
        () => house.services.checks.submit(id, () => ({ profile: { ...anna.profile, familyName: 'Сова', givenName: 'Анна' },
          documents: [{ kind: 'rf_passport', value: '4510123456' }] }), english), // prettier-ignore
        'queued',
      ],
      'a foreign profile is sent for review': [() => house.services.reviews.submit(id, passport, 'ru'), 'submitted'],
      'a letter is ordered': [() => house.services.letters.order(id, 'ru'), 'sent'],
      'the code of an earlier letter is entered': [() => house.services.letters.enter(id, letterCode), 'confirmed'],
      'a signature confirms': [
        async () => house.services.signatureProofs.confirm(...(await signed('confirm'))),
        'confirmed',
      ],
      'a certificate is bound': [
        async () => house.services.certificateBindings.bind(...(await signed('bind'))),
        'bound',
      ],
      'papers are seen at an office': [
        () =>
          house.services.confirmations.confirm(id, { method: 'in_person', by: 'office:test' }, () =>
            Promise.resolve(true),
          ),
        'confirmed',
      ],
    };

    for (const [what, [act, later]] of Object.entries(acts))
      it(`E6: ${what}: refused by the service itself for 72 hours, and done after them`, async () => {
        house.clock.advance(72 * HOUR - 60_000);
        const before = await everything();
        await assert.rejects(act, /held/);
        assert.deepEqual(await everything(), before, 'nothing is changed');
        house.clock.advance(60_000);
        assert.deepEqual(await act(), later);
      });

    it('E6: an act under way while the recovery ends waits for it, and is refused', async () => {
      const { db, identities, holds, letters } = house.services;
      house.clock.advance(73 * HOUR);
      let act: Promise<unknown> | undefined;
      await db.transaction().execute(async (transaction) => {
        await identities.hold(transaction, id);
        act = letters.order(id, 'ru').catch((error: Error) => error.message);
        await holds.place(transaction, id, 'recovery');
      });
      assert.match(String(await act), /held/);
    });

    it('E6, R12: a clerk is told why, and a visit opened before the recovery confirms nobody', async () => {
      const { visits, db, operators } = house.services;
      const clerk = await settle(house, {
        profile: { familyName: 'Климова', givenName: 'Ирина', birthdate: '1984-03-08' },
        contacts: [{ kind: 'phone', value: '+79000004444' }],
      });
      const office = 'msk-tverskaya';
      await db.transaction().execute((t) => operators.give(t, { accountId: clerk.id, role: 'clerk', office }));
      const atWork = { accountId: clerk.id, office };
      const document = { kind: 'rf_passport', value: '4510123456' };
      assert.equal(await visits.open(atWork, document, 'confirm'), 'held');
      house.clock.advance(73 * HOUR);
      const visit = (await visits.open(atWork, document, 'confirm')) as { id: string };
      assert.ok(await visits.recordPapers(atWork, visit.id, ['rf_passport', 'snils']));
      await db.transaction().execute((transaction) => house.services.holds.place(transaction, id, 'recovery'));
      await assert.rejects(visits.confirm(atWork, visit.id), /held/);
      assert.equal(tierFrom((await house.services.accounts.find(id))!.evidence), 'standard');
    });

    /** Everything of the account that the acts could change. */
    async function everything() {
      const { accounts, identities, accountCertificates, checks, reviews, letters } = house.services;
      return {
        account: await accounts.find(id),
        contacts: await accounts.contacts(id),
        documents: await identities.documents(id),
        certificates: await accountCertificates.list(id),
        check: await checks.progress(id),
        review: await reviews.latest(id),
        letter: await letters.onTheWay(id),
      };
    }
  });
