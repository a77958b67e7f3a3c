import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { Browser, has, textOf, type View } from '#test/support/browser.ts';
import { accountIdOf, atWork } from '#test/support/console.ts';
import { House } from '#test/support/house.ts';
import { PASSWORD, settle } from '#test/support/people.ts';
import { par } from '#test/support/protocol.ts';
import { Desk, linkTo, openActivation, OWN_PASSWORD, setPassword, signsIn } from '#test/support/restoring.ts';

const HOUR = 3600_000;
const NEW = '+79000007777';

describe('a service centre gives an account back', () => {
  let house: House;
  let desk: Desk;
  let next = 0;

  before(async () => {
    house = await House.open({
      instances: 2,
      settings: {
        operators: { looksPerHour: 500, searchesPerHour: 500 },
        codes: { sendsPerDay: 500, sendsPerTenMinutes: 500, resendSeconds: 0, sendsPerAddress: 5000 },
      },
    });
    await house.services.sandbox!.people.settle();
  });
  beforeEach(async () => {
    desk = new Desk(house, await atWork(house, 'clerk'));
  });
  after(() => house.close());

  /** Checked or confirmed, with a phone and an address that are lost. */
  async function somebody(tier: 'standard' | 'confirmed' = 'standard', documents?: Record<string, string>) {
    const number = String(100 + next++);
    const [passport, snils] = [`4510777${number}`, snilsOf(750_000_000 + next * 13)];
    const [phone, email] = [`+79000071${number}`, `lost${number}@example.test`];
    const person = await settle(house, {
      profile: { familyName: 'Зимина', givenName: 'Лариса', birthdate: '1970-02-03' },
      contacts: [
        { kind: 'phone', value: phone },
        { kind: 'email', value: email },
      ],
      evidence: tier === 'confirmed' ? ['registry', 'in_person'] : ['registry'],
      documents: documents ?? { rf_passport: passport, snils },
    });
    const contact = `+79000073${number}`;
    return { ...person, passport, snils, phone, email, contact };
  }

  type Somebody = Awaited<ReturnType<typeof somebody>>;

  /** Up to the link in the person's hands. */
  async function sent(person: Somebody, values: Record<string, string> = {}) {
    const done = await desk.giveBack(person, person.contact, values);
    assert.ok(has(done, 'visit-restoration_sent'), textOf(done).slice(0, 500));
    return openActivation(house, person.contact);
  }

  async function approve(clerk: string): Promise<View> {
    const browser = await atWork(house, clerk);
    const list = await browser.open('/console/restorations');
    const form = /action="([^"]+\/approval)"/.exec(list.html);
    if (!form) return list;
    const hash = /name="hash" value="([^"]+)"/.exec(list.html)![1]!;
    const csrf = /name="csrf" value="([^"]+)"/.exec(list.html)![1]!;
    return browser.request('POST', form[1]!, new URLSearchParams({ csrf, hash }));
  }

  const eventsOf = async (id: string) => (await house.services.audit.history(id)).map(({ event }) => event).reverse();

  it('P19, P21, S3: in six screens; the person sets the password and is back', async () => {
    const person = await somebody();
    const before = desk.clerk.visited.length;
    const { browser, view } = await sent(person);
    const screens = new Set(
      desk.clerk.visited.slice(before).map((url) => new URL(url).pathname.replaceAll(/[\w-]{36,}/g, ':')),
    );
    assert.ok(screens.size <= 6, [...screens].join(' '));
    const end = await setPassword(browser, view);
    assert.ok(has(end, 'login-submit'), textOf(end).slice(0, 300));
    assert.match(end.html, new RegExp(`value="[^"]*${person.contact.slice(-4)}|${person.contact.replace('+', '\\+')}`));
    assert.deepEqual(await eventsOf(person.id), [
      'record_viewed',
      'papers_seen',
      'restoration_sent',
      'restoration_completed',
      'all_sessions_ended',
    ]);
    assert.ok(await signsIn(house, { login: person.contact, password: OWN_PASSWORD }));
    assert.ok(!(await signsIn(house, { login: person.contact, password: PASSWORD })));
  });

  it('E8: no page or message of the clerk’s holds a password or the activation', async () => {
    const person = await somebody();
    const done = await desk.giveBack(person, person.contact);
    const link = (await linkTo(house, person.contact, '/activation/'))!;
    assert.ok(!done.html.includes(link.split('/').at(-1)!));
    for (const view of [done, await desk.clerk.open('/console/restorations'), await desk.clerk.open('/console/visits')])
      assert.ok(!/type="password"|new-password/.test(view.html), view.url);
    const id = new URL(done.url).pathname.split('/').at(-1)!;
    const csrf = /name="csrf" value="([^"]+)"/.exec(done.html)![1]!;
    for (const path of ['password', 'activation', 'new-password'])
      for (const area of ['visits', 'restore']) {
        const body = new URLSearchParams({ csrf, 'new-password': OWN_PASSWORD, 'new-password-repeat': OWN_PASSWORD });
        const answer = await desk.clerk.request('POST', `/console/${area}/${id}/${path}`, body);
        assert.equal(answer.status, 404, `${area} ${path}`);
      }
    assert.ok(await signsIn(house, person), 'the old password stands until the person acts');
  });

  it('C1: the same rules at this door; the person’s own data are known here too', async () => {
    const { browser, view } = await sent(await somebody());
    for (const password of ['Quiet-Harbour-xx', 'Zimina-Lucky-52', 'Password-1', `A1-${'kfmw29 xe'.repeat(15)}`]) {
      const refused = await setPassword(browser, view, password);
      assert.equal(refused.status, 422, password);
      assert.ok(has(refused, 'error-summary'));
    }
  });

  it('E8: an activation is used once; looking does not use it', async () => {
    const person = await somebody();
    const { browser, view, link } = await sent(person);
    await par(3, () => new Browser(house.origin).open(link));
    await new Browser(house.origin).request('HEAD', link);
    await setPassword(browser, view);
    const other = new Browser(house.origin);
    assert.equal((await other.open(link)).status, 410);
    assert.equal(
      (
        await browser.submit(
          view,
          { 'new-password': 'Other-Lantern-82', 'new-password-repeat': 'Other-Lantern-82' },
          { form: 'password-submit' },
        )
      ).status,
      410,
    );
    assert.ok(await signsIn(house, { login: person.phone, password: OWN_PASSWORD }));
  });

  it('E8: pressed ten times at once on two instances, one password is set', async () => {
    const person = await somebody();
    const { link } = await sent(person);
    const tries = await Promise.all(
      Array.from({ length: 10 }, async (_, i) => {
        const browser = new Browser(house.origin);
        return { browser, view: await browser.open(link), password: `Loud-Lantern-9${i}x` };
      }),
    );
    const ends = await Promise.all(tries.map(({ browser, view, password }) => setPassword(browser, view, password)));
    assert.equal(ends.filter((end) => has(end, 'login-submit')).length, 1);
    assert.equal(ends.filter(({ status }) => status === 410).length, 9);
    const events = await eventsOf(person.id);
    assert.equal(events.filter((event) => event === 'restoration_completed').length, 1);
  });

  it('E8: after 24 hours the activation opens nothing', async () => {
    const person = await somebody();
    const { browser, view, link } = await sent(person);
    house.clock.advance(24 * HOUR + 1000);
    assert.equal((await browser.open(link)).status, 410);
    assert.equal((await setPassword(browser, view)).status, 410);
    assert.ok(await signsIn(house, person));
  });

  it('E8, P21: without both papers it does not go on, and wrong numbers are counted', async () => {
    const person = await somebody();
    const visit = await desk.find(person);
    const id = new URL(visit.url).pathname.split('/').at(-1)!;
    assert.ok(!has(visit, 'unmask') && !visit.html.includes(person.passport));
    const early = await desk.clerk.open(`/console/restore/${id}/contact`);
    assert.ok(has(early, 'papers-submit'));
    const forged = new URLSearchParams({
      csrf: /name="csrf" value="([^"]+)"/.exec(early.html)![1]!,
      contact: person.contact,
      reason: 'stolen',
    });
    const skipped = await desk.clerk.request('POST', `/console/restore/${id}/contact`, forged);
    assert.notEqual(
      new URL(skipped.headers.get('location') ?? early.url, house.origin).pathname.includes('/code/'),
      true,
    );
    assert.equal(await house.lastMessage(person.contact), undefined);
    for (const wrong of [
      { passport: '', snils: person.snils },
      { passport: person.passport, snils: '' },
      { passport: person.passport, snils: snilsOf(760_000_001) },
    ])
      assert.equal((await desk.typeNumbers(early, wrong)).status, 422);
    for (let i = 0; i < 4; i++) await desk.typeNumbers(early, { passport: '4510777999', snils: person.snils });
    assert.equal((await desk.typeNumbers(early, person)).status, 429);
    assert.ok(!(await eventsOf(person.id)).includes('papers_seen'));
  });

  it('P19: an account without two checked papers is not given back; nor the clerk’s own', async () => {
    const one = await somebody('standard', { rf_passport: '4510778001' });
    assert.match(textOf(await desk.find({ passport: '4510778001' })), /no two checked documents/);
    assert.ok(one.id);
    assert.match(textOf(await desk.find({ passport: '9924600801' })), /your own record/);
  });

  it('E8: every old contact is told at once, and stops it before: the link is dead, the password stays', async () => {
    const person = await somebody();
    const { browser, view, link } = await sent(person);
    for (const contact of [person.phone, person.email])
      assert.ok(await linkTo(house, contact, '/restoration/stop/'), contact);
    const owner = new Browser(house.origin);
    const stop = await owner.open((await linkTo(house, person.phone, '/restoration/stop/'))!);
    assert.equal((await browser.open(link)).status, 200, 'looking stops nothing');
    assert.ok(has(await owner.submit(stop, {}, { form: 'stop-submit' }), 'restoration-stopped'));
    assert.equal((await setPassword(browser, view)).status, 410);
    assert.ok(await signsIn(house, person));
    assert.equal((await owner.submit(stop, {}, { form: 'stop-submit' })).status, 410);
  });

  it('E8, E6: stopped after: the password opens nothing, contact and factors are as before', async () => {
    const person = await somebody();
    const { factors, db, accounts } = house.services;
    await db
      .transaction()
      .execute((transaction) => factors.add(transaction, person.id, { kind: 'totp', secret: 'JBSWY3DPEHPK3PXP' }));
    const { browser, view } = await sent(person, { 'lost-totp': 'lost' });
    await setPassword(browser, view);
    assert.equal((await factors.list(person.id)).length, 0);
    assert.match((await house.lastMessage(person.email))!.text, /второй шаг входа отключён/);
    const owner = new Browser(house.origin);
    const stop = await owner.open((await linkTo(house, person.email, '/restoration/stop/'))!);
    await owner.submit(stop, {}, { form: 'stop-submit' });
    assert.ok(!(await signsIn(house, { login: person.phone, password: OWN_PASSWORD })));
    assert.deepEqual(
      (await factors.list(person.id)).map(({ kind }) => kind),
      ['totp'],
    );
    assert.ok(!(await accounts.contacts(person.id)).some(({ value }) => value === person.contact));
  });

  it('E6: 72 hours of hold; the old contact stays proven until then, and then makes room', async () => {
    const person = await somebody();
    const { browser, view } = await sent(person);
    const { accounts, holds, contactChanges } = house.services;
    assert.ok(await holds.find(person.id), 'begins with the link');
    house.clock.advance(2 * HOUR);
    await setPassword(browser, view);
    const proven = async () =>
      (await accounts.contacts(person.id))
        .filter(({ verified }) => verified)
        .map(({ value }) => value)
        .sort();
    assert.deepEqual(await proven(), [person.contact, person.email, person.phone].sort());
    house.clock.advance(71 * HOUR);
    await contactChanges.applyDue();
    assert.ok(await holds.find(person.id));
    assert.equal((await proven()).length, 3);
    house.clock.advance(HOUR + 1000);
    await contactChanges.applyDue();
    assert.equal(await holds.find(person.id), undefined);
    assert.deepEqual(await proven(), [person.contact, person.email].sort());
  });

  it('E5: sessions, devices and codes die with the new password; factors that were not lost stay', async () => {
    const person = await somebody();
    const { factors, db, sessions } = house.services;
    await db.transaction().execute((transaction) => factors.add(transaction, person.id, { kind: 'sms' }));
    const { browser, view } = await sent(person);
    const { generation } = (await house.services.accounts.find(person.id))!;
    await setPassword(browser, view);
    assert.equal((await house.services.accounts.find(person.id))!.generation, generation + 1);
    assert.equal((await sessions.list(person.id)).length, 0);
    assert.deepEqual(
      (await factors.list(person.id)).map(({ kind }) => kind),
      ['sms'],
    );
  });

  it('E8, K2: a confirmed account takes a second clerk of the office, who is somebody else', async () => {
    const person = await somebody('confirmed');
    const done = await desk.giveBack(person, person.contact);
    assert.ok(has(done, 'visit-restoration_asked'), textOf(done).slice(0, 400));
    assert.ok(await linkTo(house, person.phone, '/restoration/stop/'), 'told before anybody agrees');
    assert.equal(await linkTo(house, person.contact, '/activation/'), undefined);
    const { restoreRequests } = house.services;
    const first = { accountId: await accountIdOf(house, 'clerk'), office: 'msk-tverskaya' };
    const [waiting] = await restoreRequests.waiting(first);
    assert.ok(
      !/approval"/.test((await desk.clerk.open('/console/restorations')).html),
      'no button for the one who asks',
    );
    assert.equal(await restoreRequests.approve(first, waiting!.id, waiting!.payloadHash), 'own_request');
    assert.ok(has(await approve('clerk-2'), 'nothing-waits'), 'another office');
    const second = { accountId: await accountIdOf(house, 'clerk-3'), office: 'msk-tverskaya' };
    assert.equal(await restoreRequests.approve(second, waiting!.id, '0'.repeat(64)), 'changed');
    assert.equal(await linkTo(house, person.contact, '/activation/'), undefined);
    assert.equal((await approve('clerk-3')).status, 303);
    const { browser, view } = await openActivation(house, person.contact);
    await setPassword(browser, view);
    assert.ok(await signsIn(house, { login: person.phone, password: OWN_PASSWORD }));
    const { accounts } = house.services;
    assert.ok((await accounts.find(person.id))!.evidence.includes('in_person'), 'the tier stays');
  });

  it('E8, K2: a request that was stopped, withdrawn, older than 24 hours or of changed data is not approved', async () => {
    const { restoreRequests, identities, db } = house.services;
    const first = { accountId: await accountIdOf(house, 'clerk'), office: 'msk-tverskaya' };
    const second = { accountId: await accountIdOf(house, 'clerk-3'), office: 'msk-tverskaya' };
    const ask = async () => {
      const person = await somebody('confirmed');
      await desk.giveBack(person, person.contact);
      const waiting = (await restoreRequests.waiting(first)).find(({ payload }) => payload.accountId === person.id)!;
      return { person, attempt: () => restoreRequests.approve(second, waiting.id, waiting.payloadHash), waiting };
    };
    const stopped = await ask();
    const owner = new Browser(house.origin);
    const stop = await owner.open((await linkTo(house, stopped.person.phone, '/restoration/stop/'))!);
    await owner.submit(stop, {}, { form: 'stop-submit' });
    assert.equal(await stopped.attempt(), 'over');
    const withdrawn = await ask();
    assert.equal(await restoreRequests.refuse(first, withdrawn.waiting.id), undefined);
    assert.equal(await withdrawn.attempt(), 'over');
    const changed = await ask();
    await db.transaction().execute(async (transaction) => {
      const held = (await identities.hold(transaction, changed.person.id))!;
      await identities.replace(transaction, held, {
        profile: { ...held.profile, familyName: 'Иная' },
        documents: held.documents,
      });
    });
    assert.equal(await changed.attempt(), 'over');
    const late = await ask();
    house.clock.advance(24 * HOUR + 1000);
    assert.equal(await late.attempt(), 'over');
    for (const { person } of [stopped, withdrawn, changed, late])
      assert.equal(await linkTo(house, person.contact, '/activation/'), undefined);
  });

  it('K2: approved ten times on two instances, one activation goes out', async () => {
    const person = await somebody('confirmed');
    await desk.giveBack(person, person.contact);
    const second = { accountId: await accountIdOf(house, 'clerk-3'), office: 'msk-tverskaya' };
    const waiting = (await house.services.restoreRequests.waiting(second)).find(
      ({ payload }) => payload.accountId === person.id,
    )!;
    const verdicts = await par(10, (i) =>
      house.all[i % 2]!.restoreRequests.approve(second, waiting.id, waiting.payloadHash),
    );
    assert.equal(verdicts.filter((one) => one === undefined).length, 1);
    const links = (await house.messages(person.contact)).flatMap((message) => message.links);
    assert.equal(links.filter((link) => link.includes('/activation/')).length, 1);
  });

  it('a newer restoration ends the one before, and a contact of somebody else’s passes to who answers there', async () => {
    const person = await somebody();
    const earlier = await sent(person);
    const other = await somebody();
    const done = await desk.giveBack(person, other.phone);
    assert.ok(has(done, 'visit-restoration_sent'));
    assert.equal((await earlier.browser.open(earlier.link)).status, 410);
    const { browser, view } = await openActivation(house, other.phone);
    await setPassword(browser, view);
    assert.equal(await house.services.accounts.findIdByContact({ kind: 'phone', value: other.phone }), person.id);
  });

  it('K4: where the log cannot be written no activation goes out and no password is set', async () => {
    const person = await somebody();
    const { db } = house.services;
    const refuse = (event: string) =>
      sql`alter table audit_events add constraint audit_full check (event <> ${sql.lit(event)}) not valid`.execute(db);
    const allow = () => sql`alter table audit_events drop constraint audit_full`.execute(db);
    const code = await desk.enterContact(await desk.upToContact(person), { contact: person.contact });
    await refuse('restoration_sent');
    assert.equal((await desk.enterCode(code, person.contact)).status, 500);
    await allow();
    assert.equal(await linkTo(house, person.contact, '/activation/'), undefined);
    const { browser, view } = await sent(person);
    await refuse('restoration_completed');
    assert.equal((await setPassword(browser, view)).status, 500);
    await allow();
    assert.ok(await signsIn(house, person));
  });

  it('a wrong code, a missing reason or a wrong contact goes nowhere', async () => {
    const person = await somebody();
    const contact = await desk.upToContact(person);
    for (const values of [{ contact: '' }, { contact: 'nobody' }, { contact: NEW, reason: undefined }])
      assert.equal((await desk.enterContact(contact, values)).status, 422, JSON.stringify(values));
    const code = await desk.enterContact(contact, { contact: person.contact });
    const right = (await house.lastMessage(person.contact))!.code!;
    const wrong = right === '000000' ? '000001' : '000000';
    assert.equal((await desk.clerk.submit(code, { code: wrong }, { form: 'code-submit' })).status, 422);
    const stranger = new Desk(house, await atWork(house, 'clerk-3'));
    assert.equal((await stranger.clerk.open(new URL(code.url).pathname)).status, 404);
  });
});

/** A right SNILS for nine digits. */
function snilsOf(number: number): string {
  const digits = String(number);
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (9 - i), 0);
  return digits + String((sum % 101) % 100).padStart(2, '0');
}
