import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { accountSignInPath } from '#src/protocols/oidc/account-client.ts';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import { Browser, has, hrefOf, textOf, type View } from '#test/support/browser.ts';
import { accountIdOf, atWork } from '#test/support/console.ts';
import { House } from '#test/support/house.ts';
import { settle } from '#test/support/people.ts';
import { par } from '#test/support/protocol.ts';

const OFFICE = 'msk-tverskaya';
/** Standard people of the sandbox. */
const olga = { document: 'rf_passport', 'document-number': '9924 600014' };
const pavel = { document: 'snils', 'document-number': '000-000-615 25' };

describe('a clerk and a person with papers', () => {
  let house: House;
  let clerk: Browser;

  beforeEach(async () => {
    house = await House.open({ instances: 2 });
    await house.services.sandbox!.people.settle();
    clerk = await atWork(house, 'clerk');
  });
  afterEach(() => house.close());

  async function find(values: Record<string, string | undefined>, browser = clerk): Promise<View> {
    const page = await browser.open('/console/visits');
    return browser.submit(page, { purpose: 'confirm', ...values }, { form: 'find-submit' });
  }

  /** Up to the last question. */
  async function upToConfirmation(who = olga): Promise<View> {
    const visit = await find(who);
    assert.ok(has(visit, 'visit'), textOf(visit).slice(0, 600));
    const papers = await clerk.open(hrefOf(visit, 'matches'));
    return clerk.submit(papers, { 'identity-paper': 'rf_passport', snils: 'seen' }, { form: 'papers-submit' });
  }

  const events = async (person: string) => {
    const rows = house.services.db
      .selectFrom('audit_events')
      .selectAll()
      .where('account_id', '=', await accountIdOf(house, person));
    return rows.orderBy('id').execute();
  };
  const tierOf = async (person: string) =>
    tierFrom((await house.services.accounts.find(await accountIdOf(house, person)))!.evidence);

  it('R12, S3: found, compared, papers, confirmed: in five screens', async () => {
    const before = (await events('olga')).length;
    const confirmation = await upToConfirmation();
    assert.match(textOf(confirmation), /Passport, SNILS/);
    const done = await clerk.submit(confirmation, {}, { form: 'confirm-submit' });
    assert.ok(has(done, 'visit-confirmed'), textOf(done));
    assert.equal(await tierOf('olga'), 'confirmed');

    const clerkId = await accountIdOf(house, 'clerk');
    const written = (await events('olga')).slice(before);
    assert.deepEqual(
      written.map(({ event }) => event),
      ['record_viewed', 'papers_seen', 'identity_confirmed'],
    );
    for (const { event, details } of written) {
      assert.equal(details.operator, clerkId, event);
      assert.ok(JSON.stringify(details).includes(OFFICE), event);
    }
    assert.ok((await house.messages('olga@example.test')).length > 0);
  });

  it('R12: the person sees in words who looked, where and why, and no name of ours', async () => {
    const visit = await find(olga);
    await clerk.submit(visit, {}, { form: 'unmask' });
    const citizen = new Browser(house.origin);
    const history = await citizen.open(accountSignInPath('/account/history', { sandbox_person: 'olga' }));
    assert.match(
      textOf(history),
      /сотрудник центра обслуживания, Москва, ул. Тверская, 19. Зачем: подтверждение личности по документам/,
    );
    assert.match(textOf(history), /Номера документов смотрел сотрудник центра/);
    assert.ok(!history.html.includes(await accountIdOf(house, 'clerk')) && !/Климова/.test(history.html));
  });

  it('K5: numbers are covered until they are asked for, which is written down once', async () => {
    const visit = await find(olga);
    assert.doesNotMatch(visit.html, /9924600014|00000061424/);
    const shown = await clerk.submit(visit, {}, { form: 'unmask' });
    assert.match(shown.html, /9924600014/);
    assert.ok(!has(shown, 'unmask'));
    assert.equal((await events('olga')).filter(({ event }) => event === 'record_unmasked').length, 1);
  });

  it('K5: without a reason, a document or a right number nobody is searched for', async () => {
    const cases = [{ purpose: undefined }, { document: 'phone' }, { 'document-number': '' }, { purpose: 'curious' }];
    for (const wrong of cases) assert.equal((await find({ ...olga, ...wrong })).status, 422, JSON.stringify(wrong));
    for (const number of ['9924600', '99246000l4', '0024600014'])
      assert.equal((await find({ ...olga, 'document-number': number })).status, 422, number);
    assert.equal((await find({ ...pavel, 'document-number': '000-000-615 26' })).status, 422);
    assert.deepEqual(
      (await events('olga')).filter(({ event }) => event === 'record_viewed'),
      [],
    );
  });

  it('R12: in words, and without showing anybody: nobody, not checked, already confirmed, the clerk’s own record', async () => {
    const person = {
      profile: { birthdate: '1990-01-01' },
      contacts: [{ kind: 'phone', value: '+79000004001' }],
    } as const;
    const { id } = await settle(house, { ...person, contacts: [...person.contacts] });
    const { identities, db } = house.services;
    await db.transaction().execute(async (transaction) => {
      const held = (await identities.hold(transaction, id))!;
      const documents = [{ kind: 'rf_passport', value: '4510700001' }];
      await identities.replace(transaction, held, { profile: held.profile, documents });
    });
    const cases = [
      ['4510799999', /There is no account with this document/],
      ['4510700001', /not checked yet/],
      ['9924600802', /already confirmed/],
      ['9924600801', /This is your own record/],
    ] as const;
    for (const [number, words] of cases) {
      const view = await find({ document: 'rf_passport', 'document-number': number });
      assert.equal(view.status, 422, number);
      assert.match(textOf(view), words);
    }
  });

  it('K2, R12: a second account of the clerk is the clerk’s own record too', async () => {
    await settle(house, {
      profile: { familyName: 'Климова', givenName: 'Ирина', middleName: 'Львовна', birthdate: '1984-03-08' },
      contacts: [{ kind: 'phone', value: '+79000004002' }],
      evidence: ['registry'],
      documents: { rf_passport: '4510700002' },
    });
    const view = await find({ document: 'rf_passport', 'document-number': '4510700002' });
    assert.match(textOf(view), /This is your own record/);
  });

  it('G4: a document that is proven to be somebody else’s ends in conflict, and nobody learns whose', async () => {
    const { checks, accounts } = house.services;
    const { id } = await settle(house, { contacts: [{ kind: 'phone', value: '+79000004003' }] });
    const { profile } = (await accounts.find(id))!;
    for (const each of house.all) each.sandbox!.controls.registry.simulation.outcome = 'silent';
    const documents = [
      { kind: 'rf_passport', value: '4510700003' },
      { kind: 'snils', value: '00000061424' },
    ];
    await checks.submit(id, () => ({ profile, documents }), { language: 'ru' });
    const { id: check } = await house.services.db
      .selectFrom('checks')
      .select('id')
      .where('account_id', '=', id)
      .executeTakeFirstOrThrow();
    assert.equal(await checks.takeAnswer(check, { status: 'passed' }), 'conflict');
    const view = await find({ document: 'rf_passport', 'document-number': '4510700003' });
    assert.match(textOf(view), /already confirmed in another account/);
    assert.doesNotMatch(textOf(view), /Лебедева/);
    const queue = await (await atWork(house, 'security')).open('/console/conflicts');
    const { oid } = (await accounts.find(id))!;
    assert.match(textOf(queue), new RegExp(`Account ${oid}`));
    assert.doesNotMatch(textOf(queue), /Лебедева/);
  });

  it('P21: one identity document and the SNILS, where there is one, or it does not go on', async () => {
    const visit = await find(olga);
    const papers = await clerk.open(hrefOf(visit, 'matches'));
    for (const seen of [{}, { 'identity-paper': 'rf_passport' }, { 'identity-paper': 'inn', snils: 'seen' }]) {
      const view = await clerk.submit(papers, { 'identity-paper': undefined, ...seen }, { form: 'papers-submit' });
      assert.equal(view.status, 422, JSON.stringify(seen));
    }
    const early = await clerk.open(hrefOf(visit, 'matches').replace('/papers', '/confirmation'));
    assert.ok(has(early, 'papers-submit'));
    assert.equal(await tierOf('olga'), 'standard');
  });

  it('refused when it does not match; nothing is proven', async () => {
    const visit = await find(olga);
    const done = await clerk.submit(visit, {}, { form: 'differs' });
    assert.ok(has(done, 'visit-refused'));
    assert.equal(await tierOf('olga'), 'standard');
    assert.equal((await events('olga')).at(-1)!.event, 'visit_refused');
  });

  it('a question is answered by looking, and nothing can be confirmed', async () => {
    const visit = await find({ ...olga, purpose: 'question' });
    assert.ok(has(visit, 'visit-end') && !has(visit, 'matches'));
    const papers = await clerk.open(`${new URL(visit.url).pathname}/papers`);
    assert.ok(has(papers, 'visit-end'));
  });

  it('G2: data changed between comparing and confirming are not confirmed', async () => {
    const confirmation = await upToConfirmation();
    const { identities, db } = house.services;
    const accountId = await accountIdOf(house, 'olga');
    await db.transaction().execute(async (transaction) => {
      const held = (await identities.hold(transaction, accountId))!;
      const profile = { ...held.profile, familyName: 'Другова' };
      await identities.replace(transaction, held, { profile, documents: held.documents });
    });
    const view = await clerk.submit(confirmation, {}, { form: 'confirm-submit' });
    assert.equal(view.status, 422);
    assert.match(textOf(view), /The data changed/);
    assert.equal(await tierOf('olga'), 'simplified');
  });

  it('K1: another office, another clerk and a later hour do not find the visit', async () => {
    const visit = await find(olga);
    const { pathname } = new URL(visit.url);
    const other = await atWork(house, 'clerk-2');
    for (const path of ['', '/papers', '/confirmation'])
      assert.equal((await other.open(pathname + path)).status, 404, path);
    const accountId = await accountIdOf(house, 'clerk');
    assert.equal(
      await house.services.visits.find({ accountId, office: 'spb-nevsky' }, pathname.split('/').at(-1)!),
      undefined,
    );
    for (let i = 0; i < 5; i++) {
      house.clock.advance(13 * 60_000);
      await clerk.open('/console');
    }
    assert.equal((await clerk.open(pathname)).status, 404);
  });

  it('K7: a clerk whose role ended between two presses confirms nobody', async () => {
    const confirmation = await upToConfirmation();
    const id = new URL(confirmation.url).pathname.split('/').at(-2)!;
    const accountId = await accountIdOf(house, 'clerk');
    const [role] = await house.services.operators.rolesOf(accountId);
    await house.services.operators.end(role!.id);
    const view = await clerk.submit(confirmation, {}, { form: 'confirm-submit' });
    assert.ok(has(view, 'login-submit'));
    assert.equal(await house.services.visits.confirm({ accountId, office: OFFICE }, id), 'refused');
    assert.equal(await tierOf('olga'), 'standard');
  });

  it('G4: pressed ten times on two instances, confirmed once', async () => {
    const confirmation = await upToConfirmation();
    const id = new URL(confirmation.url).pathname.split('/').at(-2)!;
    const who = { accountId: await accountIdOf(house, 'clerk'), office: OFFICE };
    const verdicts = await par(10, (i) => house.all[i % 2]!.visits.confirm(who, id));
    assert.equal(verdicts.filter((one) => one === 'confirmed').length, 1);
    const proofs = (await house.services.identities.evidence(await accountIdOf(house, 'olga'))).map(
      ({ method }) => method,
    );
    assert.deepEqual(proofs.sort(), ['in_person', 'registry']);
  });

  it('K4: where the log cannot be written nothing happens', async () => {
    const confirmation = await upToConfirmation();
    const { db } = house.services;
    await sql`alter table audit_events add constraint audit_full check (event <> 'identity_confirmed') not valid`.execute(
      db,
    );
    const view = await clerk.submit(confirmation, {}, { form: 'confirm-submit' });
    await sql`alter table audit_events drop constraint audit_full`.execute(db);
    assert.equal(view.status, 500);
    assert.equal(await tierOf('olga'), 'standard');
  });
});

describe('how much a clerk may look', () => {
  let house: House;

  before(async () => {
    house = await House.open({ settings: { operators: { looksPerHour: 2, searchesPerHour: 5 } } });
    await house.services.sandbox!.people.settle();
  });
  after(() => house.close());

  it('K5: stops at the limit of records and of searches, and goes on after an hour', async () => {
    const { visits } = house.services;
    const clerk = { accountId: await accountIdOf(house, 'clerk'), office: OFFICE };
    const look = (value: string) => visits.open(clerk, { kind: 'rf_passport', value }, 'confirm');
    for (const number of ['9924600014', '9924600015']) assert.ok(typeof (await look(number)) === 'object');
    assert.equal(await look('9924600016'), 'too_many');
    assert.equal(await look('9900000000'), 'nobody');
    await look('9900000001');
    assert.equal(await look('9900000002'), 'too_many');
    const looks = await house.services.audit.history(await accountIdOf(house, 'raisa'));
    assert.ok(!looks.some(({ event }) => event === 'record_viewed'));
    house.clock.advance(61 * 60_000);
    assert.ok(typeof (await look('9924600016')) === 'object');
  });
});
