import assert from 'node:assert/strict';
import { deleteAccounts } from '#src/jobs/delete-accounts.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import { Browser, formIn, has, hrefOf, textOf, type View } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { callback, redeem, silently, userinfo } from '#test/support/protocol.ts';
import { Climber, home } from '#test/support/proving.ts';
import { codeSentTo, dump, linkSentTo, manyMessages, otherThan } from '#test/support/registering.ts';
import { RelyingParty } from '#test/support/relying-party.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const [OLD, NEW, EMAIL] = ['+79000000001', '+79000000071', 'anna@example.test'];

describe('the personal account', () => {
  let house: House;
  let person: Person;
  let climber: Climber;

  before(async () => {
    house = await House.open({ settings: { codes: manyMessages, passwords: { guessesPerAddressPerMinute: 1000 } } });
  });
  after(() => house.close());
  beforeEach(async () => {
    for (const table of ['contacts', 'documents'] as const) await house.services.db.deleteFrom(table).execute();
    person = await settle(house, anna);
    climber = new Climber(house, person);
  });
  afterEach(() => house.clock.reset());

  async function begin(value: string, kind: 'phone' | 'email' = 'phone'): Promise<View> {
    return climber.browser.submit(
      await climber.open(`/account/contacts/${kind}`),
      { [kind]: value },
      { form: 'contact-submit' },
    );
  }

  async function enter(view: View, code: string): Promise<View> {
    return climber.browser.submit(view, { code }, { form: 'code-submit' });
  }

  async function phones(id = person.id) {
    const contacts = await house.services.accounts.contacts(id);
    return contacts.filter(({ kind }) => kind === 'phone');
  }

  describe('contacts', () => {
    it('P25: a new phone is confirmed on the new and the old one, and both are told', async () => {
      const first = await begin(NEW);
      assert.ok(has(first, 'step-new'), textOf(first));
      const second = await enter(first, await codeSentTo(house, NEW));
      assert.ok(has(second, 'step-old'), textOf(second));
      assert.doesNotMatch(textOf(second), /\+79000000001/);
      assert.deepEqual(await phones(), [{ kind: 'phone', value: OLD, verified: true }]);
      await enter(second, await codeSentTo(house, OLD));
      assert.deepEqual(await phones(), [{ kind: 'phone', value: NEW, verified: true }]);
      for (const to of [OLD, NEW, EMAIL]) assert.match((await house.lastMessage(to))!.text, /contact|контакт|почта/i);
      const { credentials } = house.services;
      assert.equal(await credentials.check({ login: OLD, password: person.password, address: '' }), undefined);
      assert.equal(await credentials.check({ login: NEW, password: person.password, address: '' }), person.id);
    });

    it('D5: codes are good for their step, account and browser only', async () => {
      const first = await begin(NEW);
      const code = await codeSentTo(house, NEW);
      const stranger = new Browser(house.origin);
      assert.notEqual((await stranger.open(first.url)).url, first.url);
      assert.equal((await enter(first, otherThan(code))).status, 422);
      const second = await enter(first, code);
      assert.equal((await enter(second, code)).status, 422, 'the code of the new one does not stand for the old one');
      assert.equal((await phones())[0]!.value, OLD);
    });

    it('when the old one is lost the change waits 72 hours', async () => {
      const second = await enter(await begin(NEW), await codeSentTo(house, NEW));
      await climber.browser.submit(second, {}, { form: 'wait-submit' });
      assert.ok(has(await climber.open('/account/contacts'), 'planned-phone'));
      house.clock.advance(72 * HOUR - 60_000);
      assert.equal(await house.services.contactChanges.applyDue(), 0);
      house.clock.advance(120_000);
      assert.equal(await house.services.contactChanges.applyDue(), 1);
      assert.deepEqual(await phones(), [{ kind: 'phone', value: NEW, verified: true }]);
    });

    it('the old one cancels it with a link that a scanner may open', async () => {
      const second = await enter(await begin(NEW), await codeSentTo(house, NEW));
      await climber.browser.submit(second, {}, { form: 'wait-submit' });
      const link = await linkSentTo(house, OLD);
      const anybody = new Browser(house.origin);
      const page = await anybody.open(link);
      await anybody.open(link);
      await anybody.submit(page, {}, { form: 'cancel-submit' });
      assert.equal((await anybody.open(link)).status, 410);
      house.clock.advance(73 * HOUR);
      assert.equal(await house.services.contactChanges.applyDue(), 0);
      assert.equal((await phones())[0]!.value, OLD);
    });

    it('nobody can wait without having proven the new one', async () => {
      const first = await begin(NEW);
      const body = new URLSearchParams({ csrf: formIn(first, 'code-submit').fields.csrf! });
      const answer = await climber.browser.request('POST', `${new URL(first.url).pathname}/wait`, body);
      assert.equal(answer.status, 409);
      assert.deepEqual(await house.services.contactChanges.planned(person.id), []);
    });

    it('E7: a number that passed on: the last owner loses it and is told elsewhere', async () => {
      const other = await settle(house, {
        contacts: [
          { kind: 'phone', value: NEW },
          { kind: 'email', value: 'other@example.test' },
        ],
      });
      const second = await enter(await begin(NEW), await codeSentTo(house, NEW));
      await enter(second, await codeSentTo(house, OLD));
      assert.deepEqual(await phones(other.id), [{ kind: 'phone', value: NEW, verified: false }]);
      assert.match((await house.lastMessage('other@example.test'))!.text, /another person|другой человек/);
    });

    it('E7: an old session signs in again first', async () => {
      await climber.open('/account');
      house.clock.advance(21 * 60_000);
      assert.ok(has(await climber.browser.open('/account/contacts/phone'), 'login-submit'));
    });

    it('refuses what is no contact, in words', async () => {
      const view = await begin('12345');
      assert.equal(view.status, 422);
      assert.match(view.html, /id="phone"[^>]*aria-invalid="true"/);
      assert.equal((await begin('nobody@', 'email')).status, 422);
      assert.equal((await begin('', 'email')).status, 422);
    });
  });

  describe('history', () => {
    it('S2, A3: says in plain words what happened, and who looked', async () => {
      await climber.open('/account');
      const look = { operator: person.id, by: 'clerk', office: 'arz-lenina', purpose: 'confirm' };
      await house.services.audit.record(auditEvent.recordViewed(person.id, look));
      const page = await climber.open('/account/history');
      assert.match(page.html, /data-event="signed_in"/);
      assert.match(textOf(page), /сотрудник центра обслуживания, Арзамас, ул. Ленина, 21/);
      assert.doesNotMatch(textOf(page), /signed_in|record_viewed/);
    });

    it('every event has words', async () => {
      const { translations } = house.services;
      const known = Object.values(auditEvent).map(
        (build) => (build as (...args: unknown[]) => { event: string })('a', ['b'], 'c').event,
      );
      const translator = translations.for('ru');
      const operatorsOnly = /^clients?_|_keys_|^account_deleted$|^(approval|ticket|alarm)_/;
      assert.deepEqual(
        known.filter((event) => !operatorsOnly.test(event) && !translator.has(`history.${event}`)),
        [],
      );
    });

    it('L16: «this wasn’t me» ends every other sign-in and tells every contact', async () => {
      const thief = new Climber(house, person);
      await thief.open('/account');
      const page = await climber.open('/account/history');
      const done = await climber.browser.submit(page, {}, { form: 1 });
      assert.ok(has(done, 'reported'), textOf(done));
      assert.ok(has(await thief.browser.open('/account'), 'login-submit'));
      assert.ok(has(await climber.browser.open('/account'), 'sign-out'));
      for (const to of [OLD, EMAIL]) assert.match((await house.lastMessage(to))!.text, /чужих|не вы|not you/);
    });

    it('another person’s event cannot be reported', async () => {
      const stranger = new Climber(house, await settle(house, { contacts: [{ kind: 'phone', value: NEW }] }));
      await stranger.open('/account');
      const own = await house.services.audit.history(person.id);
      const page = await stranger.open('/account/history');
      await stranger.browser.submit(page, { event: String(own[0]?.id ?? 1) }, { form: 1 });
      assert.ok((await house.services.audit.history(stranger.person.id)).every(({ event }) => event !== 'not_me'));
    });
  });

  it('L5: shows what each client was given and when, also after the permission is gone', async () => {
    const rp = await RelyingParty.register(house);
    const { code, verifier } = await callback(rp, climber.browser, person, { scope: 'openid email' });
    const tokens = (await redeem(rp, code, verifier)).json as { access_token: string };
    await userinfo(house, tokens);
    await house.services.consents.revoke(person.id, rp.clientId);
    const page = await climber.open('/account/consents');
    assert.ok(has(page, 'given'));
    assert.match(textOf(page), /University/);
    assert.doesNotMatch(textOf(page), /anna@example\.test/);
  });

  it('overview: the tier, what is next, and how well one can recover', async () => {
    const page = await climber.open('/account');
    assert.ok(has(page, 'recovery-strength') && !has(page, 'raise'));
    const boris = new Climber(house, await settle(house, { contacts: [{ kind: 'phone', value: NEW }] }));
    assert.ok(has(await boris.open('/account'), 'raise'));
  });

  it('R16: what was proven is read, not typed over; the way to change it says what that costs, and every change is told', async () => {
    const page = await climber.open('/account/documents');
    assert.doesNotMatch(page.html, /<input[^>]* name="(passport|snils|last-name|birth-date)/);
    assert.match(textOf(page), /4510123456/);
    const form = await climber.open(hrefOf(page, 'change'));
    assert.match(textOf(form), /уровень учётной записи временно снизится|level is lower|lower for a while/i);
    const seen = async () => (await house.messages(EMAIL)).length;
    let before = await seen();
    await climber.browser.submit(await climber.open('/account/addresses'), home, { form: 'address-submit' });
    assert.match((await house.lastMessage(EMAIL))!.text, /документы или адрес/);
    assert.equal(await seen(), before + 1);
    await climber.browser.submit(await climber.open('/account/addresses'), home, { form: 'address-submit' });
    assert.equal(await seen(), before + 1, 'nothing changed, nothing told');
    before = await seen();
    const own = {
      'last-name': 'Смирнова',
      'first-name': 'Анна',
      'middle-name': 'Сергеевна',
      'birth-date': '12.04.1990',
      gender: 'female',
      'passport-series': '45 10',
      'passport-date': '20.05.2010',
    };
    await climber.sendPapers(own);
    assert.ok((await seen()) > before, 'told that new papers are being checked');
    await house.settleOutbox();
    const { evidence } = (await house.services.accounts.find(person.id))!;
    assert.deepEqual(evidence, ['registry'], 'the clerk saw another name');
  });

  describe('all of it, and the end of it', () => {
    it('L6: an export holds everything and needs a fresh sign-in', async () => {
      const page = await climber.open('/account/data');
      assert.ok(has(page, 'agreements'));
      const file = await climber.browser.submit(page, {}, { form: 'export' });
      assert.match(file.headers.get('content-disposition')!, /attachment/);
      const data = JSON.parse(file.html);
      assert.equal(data.profile.familyName, 'Петрова');
      assert.equal(data.documents.length, 2);
      assert.equal(data.evidence.length, 2);
      for (const part of ['contacts', 'agreements', 'factors', 'devices', 'sessions', 'consents', 'given', 'history'])
        assert.ok(part in data, part);
      assert.doesNotMatch(file.html, /argon2/);
      house.clock.advance(21 * 60_000);
      const late = await climber.browser.submit(page, {}, { form: 'export' });
      assert.ok(has(late, 'login-submit'));
    });

    it('L6: deletion waits thirty days and can be taken back', async () => {
      await climber.open('/account');
      await climber.browser.submit(await climber.open('/account/data/delete'), {}, { form: 'delete-submit' });
      const page = await climber.open('/account/data');
      assert.ok(has(page, 'deletion-planned'));
      assert.match((await house.lastMessage(EMAIL))!.text, /delete|удал/);
      await climber.browser.submit(page, {}, { form: 'keep' });
      house.clock.advance(31 * DAY);
      assert.equal(await deleteAccounts(house.services), 0);
    });

    it('L6: then nothing of the person is left but a number', async () => {
      const rp = await RelyingParty.register(house);
      const { code, verifier } = await callback(rp, climber.browser, person, {
        scope: 'openid email offline_access',
        prompt: 'consent',
      });
      await redeem(rp, code, verifier);
      await climber.browser.submit(await climber.open('/account/data/delete'), {}, { form: 'delete-submit' });
      house.clock.advance(30 * DAY + 60_000);
      assert.equal(await deleteAccounts(house.services), 1);
      const account = (await house.services.accounts.find(person.id))!;
      assert.deepEqual([account.status, account.profile.familyName, account.evidence], ['deleted', '', []]);
      assert.equal((await silently(rp, climber.browser)).params.get('error'), 'login_required');
      for (const table of ['contacts', 'documents', 'evidence', 'passwords', 'consents', 'releases'] as const) {
        const rows = await house.services.db
          .selectFrom(table)
          .select('account_id')
          .where('account_id', '=', person.id)
          .execute();
        assert.deepEqual(rows, [], table);
      }
      assert.ok((await house.services.audit.history(person.id)).some(({ event }) => event === 'account_deleted'));
      house.clock.reset();
    });
  });

  it('L1: nothing of it is readable at rest', async () => {
    await climber.browser.submit(
      await climber.open('/account/addresses'),
      { 'postal-code': '170100', region: 'Тверская область', city: 'Тверь', street: 'ул. Канареечная, д. 77' },
      { form: 'address-submit' },
    );
    const text = await dump(house);
    for (const canary of ['Канареечная', 'Петрова', '4510123456', '11223344595'])
      assert.ok(!text.includes(canary) && !text.includes(Buffer.from(canary).toString('latin1')), canary);
  });
});
