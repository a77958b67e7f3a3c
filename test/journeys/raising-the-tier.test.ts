import assert from 'node:assert/strict';
import { Browser, has, hrefOf, textOf } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { anna, boris, settle } from '#test/support/people.ts';
import { Climber, home, papers } from '#test/support/proving.ts';
import { textOfPdf } from '#test/support/pdf.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { otherThan } from '#test/support/registering.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;

describe('raising the tier', () => {
  let house: House;
  let climber: Climber;
  let count = 0;

  before(async () => {
    house = await House.open({ settings: { passwords: { guessesPerAddressPerMinute: 1000 } } });
  });
  after(() => house.close());
  beforeEach(async () => {
    house.clock.reset();
    house.services.sandbox!.controls.registry.simulation = { outcome: 'pass', wrong: ['passport-number'], delayMs: 0 };
    await house.services.db.deleteFrom('documents').execute();
    climber = new Climber(house, await settle(house, newcomer()));
  });
  afterEach(() => house.clock.reset());

  function newcomer() {
    return { ...boris, contacts: [{ kind: 'phone' as const, value: `+790000003${String(++count).padStart(2, '0')}` }] };
  }

  it('R3, R9, R13, R14: a client asks for more, and the person comes back to it with more', async () => {
    const { browser, person } = climber;
    const broker = await RelyingParty.register(house, { minimum_tier: 'confirmed', client_name: 'Broker' });
    const request = await broker.request({ scope: 'openid' });
    const login = await browser.open(request.url.href);
    const asked = await browser.submit(login, person as never, { form: 'login-submit' });
    assert.ok(has(asked, 'tier-upgrade') && has(asked, 'tier-verify'), textOf(asked));

    const form = await browser.open(hrefOf(asked, 'tier-verify'));
    assert.ok(has(form, 'documents-submit'), textOf(form));
    await climber.sendPapers();
    await house.settleOutbox();
    const standard = await browser.open('/account/documents');
    assert.match(standard.html, /data-status="passed"/);
    assert.ok(has(standard, 'way-back') && has(standard, 'confirm-link'));
    assert.ok(has(await browser.open(hrefOf(standard, 'way-back')), 'tier-upgrade'), 'not enough yet');

    const code = await climber.orderLetter();
    const done = await climber.enterLetterCode(code);
    assert.ok(has(done, 'confirmed'), textOf(done));
    const consent = await browser.open(hrefOf(done, 'way-back'));
    assert.ok(has(consent, 'consent-submit'), textOf(consent));
    const back = await browser.submit(consent, {}, { form: 'consent-submit' });
    const tokens = await broker.exchange(back.url, request);
    assert.equal(tokens.claims()!.acr, 'urn:esia:acr:confirmed');

    const messages = await house.messages(climber.person.login);
    assert.equal(messages.length, 6, 'new device, received, checked, address, letter sent, confirmed');

    const picky = await RelyingParty.register(house, { minimum_tier: 'confirmed', refused_methods: ['mail'] });
    const page = await browser.open((await picky.request({ scope: 'openid' })).url.href);
    assert.ok(has(page, 'tier-upgrade') && has(page, 'refused-mail'), textOf(page));
    assert.match(textOf(page), /by letter, but .* does not accept that way|письмом, но .* такой способ не принимает/);
    const later = await browser.open(hrefOf(page, 'tier-later'));
    assert.equal(new URL(later.url).searchParams.get('error'), 'unmet_authentication_requirements');
  });

  it('goes back to the client itself when its request is long over', async () => {
    const { browser, person } = climber;
    const uri = 'https://university.example/start';
    const rp = await RelyingParty.register(house, { minimum_tier: 'standard', client_uri: uri });
    const asked = await browser.submit(await browser.open((await rp.request()).url.href), person as never, {
      form: 'login-submit',
    });
    await browser.open(hrefOf(asked, 'tier-verify'));
    await climber.sendPapers();
    await house.settleOutbox();
    house.clock.advance(DAY);
    assert.equal(hrefOf(await climber.open('/account/documents'), 'way-back'), uri);
  });

  it('R10: queued, checking, failed with the field named, corrected, passed', async () => {
    const { registry } = house.services.sandbox!.controls;
    registry.simulation = { outcome: 'fail', wrong: ['passport-number'], delayMs: 10 * DAY };
    await climber.sendPapers();
    assert.match((await climber.checkStatus())!, /queued|checking/);
    await house.services.outbox.deliverDue();
    assert.equal(await climber.checkStatus(), 'checking');
    assert.match((await climber.open('/account/documents')).html, /data-status="checking"/);
    house.clock.advance(10 * DAY + MINUTE);
    await house.services.outbox.deliverDue();
    assert.equal(await climber.checkStatus(), 'failed');
    const page = await climber.open('/account/documents');
    assert.ok(has(page, 'correct') && /Number|Номер/.test(textOf(page)));
    const form = await climber.open('/account/documents/edit');
    assert.match(form.html, /id="passport-number"[^>]*aria-invalid="true"/);
    registry.simulation = { outcome: 'pass', wrong: [], delayMs: 0 };
    await climber.sendPapers({ 'passport-number': '654321' });
    await house.settleOutbox();
    assert.equal(await climber.tier(), 'standard');
  });

  it('R10: ends on day fifteen, and a late answer still counts while the data are the same', async () => {
    house.services.sandbox!.controls.registry.simulation.outcome = 'silent';
    await climber.sendPapers();
    await house.services.outbox.deliverDue();
    house.clock.advance(15 * DAY - MINUTE);
    assert.equal(await house.services.checks.endOverdue(), 0);
    house.clock.advance(2 * MINUTE);
    await house.services.checks.endOverdue();
    assert.equal(await climber.checkStatus(), 'overdue');
    const { id } = await latestCheck();
    assert.equal(await house.services.checks.takeAnswer(id, { status: 'failed', wrong: [] }), 'ignored');
    assert.equal(await house.services.checks.takeAnswer(id, { status: 'passed' }), 'passed');
    assert.equal(await climber.tier(), 'standard');
  });

  it('a registry that is down is asked again and again', async () => {
    const { registry } = house.services.sandbox!.controls;
    registry.simulation.outcome = 'down';
    await climber.sendPapers();
    for (let i = 0; i < 20; i++) {
      await house.services.outbox.deliverDue();
      house.clock.advance(61 * MINUTE);
    }
    assert.equal(await climber.checkStatus(), 'checking');
    registry.simulation.outcome = 'pass';
    await house.services.outbox.deliverDue();
    assert.equal(await climber.tier(), 'standard');
  });

  for (const [field, typed, code] of [
    ['last-name', 'Ivanov', 'Кириллицей'],
    ['last-name', 'Ивaнов', 'буквы'],
    ['birth-date', '31.02.1988', 'календаре'],
    ['passport-series', '28О8', 'похожая буква'],
    ['passport-date', '20.07.2001', '14 лет'],
    ['passport-code', '699-001', 'кода'],
    ['passport-issuer', 'OBД', 'кириллицей'],
    ['snils', '112-233-445 96', 'опечатка'],
    ['inn', '500100732250', 'опечатка'],
    ['gender', '', 'пол'],
    ['citizenship', 'other', 'паспорт России'],
    ['birth-place', '', 'Заполните'],
  ] as const) {
    it(`refuses ${field} «${typed}» in words, keeps what was typed, and asks nobody`, async () => {
      const view = await climber.sendPapers({ [field]: typed });
      assert.equal(view.status, 422);
      assert.match(view.html, new RegExp(`id="${field}"[^>]*aria-invalid="true"`));
      assert.match(textOf(view).toLowerCase(), new RegExp(code.toLowerCase()));
      assert.match(view.html, /value="ОВД Заволжского|value="гор\. Тверь"/);
      assert.equal(await climber.checkStatus(), undefined);
    });
  }

  it('G1, F6: no form raises the tier', async () => {
    house.services.sandbox!.controls.registry.simulation.outcome = 'silent';
    await climber.sendPapers({
      tier: 'confirmed',
      evidence: 'in_person',
      status: 'passed',
      verified: 'true',
      method: 'mail',
    });
    assert.equal(await climber.tier(), 'simplified');
    for (const path of ['/account/confirm/letter', '/account/confirm/letter/order', '/account/confirm']) {
      const body = new URLSearchParams({
        csrf: await formToken(climber),
        code: '1234123412341234',
        method: 'in_person',
      });
      await climber.browser.request('POST', path, body);
    }
    assert.equal(await climber.tier(), 'simplified');
    await climber.open('/account/confirm?tier=confirmed');
    assert.equal(await climber.tier(), 'simplified');
  });

  it('G1: evidence that is deleted counts no more', async () => {
    await climber.becomeStandard();
    await house.services.db.deleteFrom('evidence').where('account_id', '=', climber.person.id).execute();
    assert.equal(await climber.tier(), 'simplified');
  });

  for (const [field, typed] of [
    ['last-name', 'Петров'],
    ['first-name', 'Роман'],
    ['birth-date', '06.06.1988'],
    ['passport-number', '123457'],
    ['snils', '112-233-446 96'],
  ] as const) {
    it(`G3: changing ${field} lowers trust at once`, async () => {
      await climber.becomeStandard();
      await climber.enterLetterCode(await climber.orderLetter());
      assert.equal(await climber.tier(), 'confirmed');
      house.services.sandbox!.controls.registry.simulation.outcome = 'silent';
      const view = await climber.sendPapers({ [field]: typed });
      assert.equal(view.status, 200, textOf(view));
      assert.equal(await climber.tier(), 'simplified');
    });
  }

  it('an address, an INN or nothing changed lowers nothing', async () => {
    await climber.becomeStandard({ inn: '' });
    house.services.sandbox!.controls.registry.simulation.outcome = 'silent';
    await climber.sendPapers();
    await climber.browser.submit(await climber.open('/account/addresses'), home, { form: 'address-submit' });
    await climber.sendPapers();
    assert.equal(await climber.tier(), 'standard');
  });

  it('G2: an approval for the passport before is worth nothing for the one after', async () => {
    house.services.sandbox!.controls.registry.simulation.outcome = 'silent';
    await climber.sendPapers();
    const { id } = await latestCheck();
    await climber.sendPapers({ 'passport-number': '777777' });
    assert.equal(await house.services.checks.takeAnswer(id, { status: 'passed' }), 'ignored');
    assert.equal(await climber.tier(), 'simplified');
  });

  it('the button pressed twice starts one check', async () => {
    house.services.sandbox!.controls.registry.simulation.outcome = 'silent';
    await climber.sendPapers();
    await climber.sendPapers();
    const rows = await house.services.db
      .selectFrom('checks')
      .select('status')
      .where('account_id', '=', climber.person.id)
      .execute();
    assert.equal(rows.length, 1);
  });

  it('R13: thirty days, then the code is dead', async () => {
    await climber.becomeStandard();
    const code = await climber.orderLetter();
    house.clock.advance(30 * DAY);
    assert.equal(await house.services.letters.enter(climber.person.id, code), 'expired');
    house.clock.reset();
    house.clock.advance(30 * DAY - MINUTE);
    assert.equal(await house.services.letters.enter(climber.person.id, code), 'confirmed');
  });

  it('R13: one letter in twenty-four hours, and a new one kills the old code', async () => {
    await climber.becomeStandard();
    const first = await climber.orderLetter();
    const page = await climber.open('/account/confirm/letter');
    assert.ok(has(page, 'letter-pause') && !has(page, 'letter-order'));
    assert.equal(await house.services.letters.order(climber.person.id, 'ru'), 'too_soon');
    house.clock.advance(DAY + MINUTE);
    const second = await climber.orderLetter();
    assert.notEqual(first, second);
    assert.equal(await house.services.letters.enter(climber.person.id, first), 'wrong');
    assert.equal(await house.services.letters.enter(climber.person.id, second), 'confirmed');
    assert.equal(await house.services.letters.enter(climber.person.id, second), 'expired', 'once');
  });

  it('R13: the inbox has the letter as it is printed, with the same code', async () => {
    await climber.becomeStandard();
    const code = await climber.orderLetter();
    const inbox = await climber.browser.open('/sandbox/inbox');
    const link = /href="(\/sandbox\/inbox\/[^"]+\/letter\.pdf)"/.exec(inbox.html)![1]!;
    const answer = await fetch(`${house.origin}${link}`);
    assert.equal(answer.headers.get('content-type'), 'application/pdf');
    assert.match(answer.headers.get('content-disposition')!, /attachment/);
    assert.match(answer.headers.get('cache-control')!, /no-store/);
    assert.ok(textOfPdf(Buffer.from(await answer.arrayBuffer())).includes(code));
    const listed = (await (await fetch(`${house.origin}/sandbox/api/inbox`)).json()) as { pdf?: string }[];
    assert.ok(listed.some(({ pdf }) => pdf === link));
    for (const id of ['x', '019a0000-0000-7000-8000-000000000001'])
      assert.equal((await fetch(`${house.origin}/sandbox/inbox/${id}/letter.pdf`)).status, 404);
  });

  it('G5: five tries in ten minutes, then even the right code waits', async () => {
    await climber.becomeStandard();
    const code = await climber.orderLetter();
    const wrong = (i: number) => code.slice(0, 15) + otherThan(code.slice(-4), i).slice(-4);
    for (let i = 1; i <= 5; i++) {
      const view = await climber.enterLetterCode(wrong(i));
      assert.equal(view.status, 422);
    }
    const sixth = await climber.enterLetterCode(code);
    assert.equal(sixth.status, 422);
    assert.match(textOf(sixth), /ten minutes|десять минут/);
    house.clock.advance(10 * MINUTE + 1000);
    assert.ok(has(await climber.enterLetterCode(code), 'confirmed'));
  });

  it('G5: another address, another name or another person’s code: void', async () => {
    await climber.becomeStandard();
    const code = await climber.orderLetter();
    await climber.browser.submit(
      await climber.open('/account/addresses'),
      { ...home, street: 'ул. Новая, д. 1' },
      { form: 'address-submit' },
    );
    assert.equal(await house.services.letters.enter(climber.person.id, code), 'void');
    assert.equal(await climber.tier(), 'standard');
    const other = new Climber(house, await settle(house, newcomer()));
    assert.equal(await house.services.letters.enter(other.person.id, code), 'expired');
  });

  it('a letter needs checked documents', async () => {
    await climber.browser.submit(await climber.open('/account/addresses'), home, { form: 'address-submit' });
    assert.equal(await house.services.letters.order(climber.person.id, 'ru'), 'not_standard');
    assert.match((await climber.open('/account/confirm/letter')).url, /\/account\/documents/);
  });

  it('G4: the second person with one SNILS learns nothing but where to go', async () => {
    await settle(house, { ...anna, documents: { rf_passport: '4510123456', snils: '11223344595' } });
    await climber.sendPapers();
    await house.settleOutbox();
    assert.equal(await climber.checkStatus(), 'conflict');
    assert.equal(await climber.tier(), 'simplified');
    const page = textOf(await climber.open('/account/documents'));
    assert.doesNotMatch(page, /Петрова|Анна|anna@|already|другой человек/);
    await house.services.db.deleteFrom('contacts').where('account_id', '!=', climber.person.id).execute();
  });

  it('nobody sees the pages of others, nor without signing in', async () => {
    for (const path of ['', '/edit'])
      assert.ok(has(await new Browser(house.origin).open(`/account/documents${path}`), 'login-submit'));
    for (const path of ['/account/confirm', '/account/confirm/letter', '/account/addresses'])
      assert.ok(has(await new Browser(house.origin).open(path), 'login-submit'));
    assert.ok(papers.snils);
  });

  async function latestCheck() {
    return house.services.db
      .selectFrom('checks')
      .select('id')
      .where('account_id', '=', climber.person.id)
      .orderBy('created_at', 'desc')
      .executeTakeFirstOrThrow();
  }
});

async function formToken(climber: Climber): Promise<string> {
  const { html } = await climber.open('/account/addresses');
  return /name="csrf" value="([^"]+)"/.exec(html)![1]!;
}
