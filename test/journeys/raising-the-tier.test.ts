import assert from 'node:assert/strict';
import { has, hrefOf, textOf } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { boris, settle } from '#test/support/people.ts';
import { Climber } from '#test/support/proving.ts';
import { RelyingParty } from '#test/support/relying-party.ts';

const DAY = 86_400_000;

describe('from simplified through standard to confirmed', () => {
  let house: House;
  let climber: Climber;

  before(async () => {
    house = await House.open();
  });
  after(() => house.close());
  afterEach(() => house.clock.reset());

  it('R3, R9, R13: a client asks for more, and the person comes back to it with more', async () => {
    climber = new Climber(house, await settle(house, boris));
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
  });

  it('R14: a client that refuses letters explains it', async () => {
    const picky = await RelyingParty.register(house, { minimum_tier: 'confirmed', refused_methods: ['mail'] });
    const page = await climber.browser.open((await picky.request({ scope: 'openid' })).url.href);
    assert.ok(has(page, 'tier-upgrade') && has(page, 'refused-mail'), textOf(page));
    const ways = await climber.browser.open(hrefOf(page, 'tier-verify'));
    assert.ok(has(ways, 'ways') || has(ways, 'confirmed'), textOf(ways));
  });

  it('says every change to the person', async () => {
    const messages = await house.messages('+79000000002');
    const subjects = messages.map(({ text }) => text.split(':')[1]!.trim().slice(0, 20)).reverse();
    assert.equal(subjects.length, 4, JSON.stringify(subjects));
    assert.equal((await climber.letters()).length, 1);
    assert.ok(DAY);
  });
});
