import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { Browser, has, hrefOf, textOf } from '#test/support/browser.ts';
import { approvalPost, linkOf, lookAndWait, numberOn, offeredOn, phoneOf, showQr } from '#test/support/qr.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { settle, type Person } from '#test/support/people.ts';
import { appCode, claimsAfter, enrol, enterCode } from '#test/support/second-factor.ts';

const MINUTE = 60_000;
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36';

describe('L9 to L11: signing in on a computer from the phone', () => {
  let house: House;
  let university: RelyingParty;
  let next = 0;

  beforeEach(async () => {
    house = await House.open({ instances: 2 });
    university = await RelyingParty.register(house);
  });
  afterEach(() => house.close());

  async function somebody(): Promise<Person> {
    const value = `+79000040${String(next++).padStart(3, '0')}`;
    return settle(house, { contacts: [{ kind: 'phone', value }] });
  }

  function computer(): Browser {
    const browser = new Browser(house.origin);
    browser.headers['user-agent'] = WINDOWS;
    return browser;
  }

  it('L11: the phone shows what is asked and where, and the number from the computer lets in', async () => {
    const phone = await phoneOf(house, await somebody());
    const desk = computer();
    const { link, number, request } = await showQr(university, desk);
    const asked = await lookAndWait(house, phone, link);
    assert.match(textOf(asked), /University.*Chrome · Windows/);
    assert.ok(has(asked, 'qr-new-place'));
    assert.equal(offeredOn(asked).length, 3);
    assert.ok(offeredOn(asked).includes(number));
    assert.ok(has(await phone.submit(asked, { number }, { form: 'qr-approve' }), 'qr-end-approved'));
    const uid = new URL(desk.visited.at(-1)!).pathname;
    const claims = await claimsAfter(university, desk, await desk.open(uid), request);
    assert.deepEqual([claims.acr, claims.amr], ['urn:esia:acr:simplified', ['pwd']]);
    assert.ok(has(await phone.open(link), 'qr-end-over'), 'once');
  });

  it('L4: phones do not see it', async () => {
    const browser = await phoneOf(house, await somebody());
    const page = await browser.open((await university.request({ prompt: 'login' })).url.href);
    const ways = await browser.open(hrefOf(page, 'other-ways-link'));
    assert.ok(!has(ways, 'qr-start'));
    assert.match((await browser.open(`${new URL(page.url).pathname}/qr`)).url, /other-ways$/);
  });

  it('H1: without a number or with a wrong one it is refused, the numbers change, and three mistakes kill it', async () => {
    const phone = await phoneOf(house, await somebody());
    const desk = computer();
    const { link, view } = await showQr(university, desk);
    let page = await lookAndWait(house, phone, link);
    assert.equal((await phone.submit(page, {}, { form: 'qr-approve' })).status, 422);
    for (let i = 0; i < 3; i++) {
      const shown = numberOn(await desk.open(view.url));
      const wrong = offeredOn(await phone.open(link)).find((one) => one !== shown)!;
      page = await phone.submit(await phone.open(link), { number: wrong }, { form: 'qr-approve' });
      assert.ok(has(page, i < 2 ? 'number-error' : 'qr-end-over'), textOf(page));
    }
    assert.ok(has(await desk.open(view.url), 'qr-dead'));
  });

  it('H1: a new computer has to be looked at for ten seconds; a known one not', async () => {
    const person = await somebody();
    const phone = await phoneOf(house, person);
    const desk = computer();
    const first = await showQr(university, desk);
    const asked = await phone.open(first.link);
    const early = await phone.submit(asked, { number: first.number }, { form: 'qr-approve' });
    assert.equal(early.status, 422);
    house.clock.advance(11_000);
    await phone.submit(asked, { number: first.number }, { form: 'qr-approve' });
    await desk.open(first.view.url);
    const second = await showQr(university, desk, { prompt: 'login' });
    const again = await phone.open(second.link);
    assert.ok(!has(again, 'qr-new-place'));
    assert.ok(has(await phone.submit(again, { number: second.number }, { form: 'qr-approve' }), 'qr-end-approved'));
  });

  it('H2, L10: another browser gets nothing; after two minutes and after a refresh the code is dead', async () => {
    const phone = await phoneOf(house, await somebody());
    const desk = computer();
    const { link, view, number } = await showQr(university, desk);
    const page = await lookAndWait(house, phone, link);
    await phone.submit(page, { number }, { form: 'qr-approve' });
    const thief = computer();
    await thief.open((await university.request()).url.href);
    thief.setCookie('qr', desk.cookie('qr')!);
    thief.setCookie('qr.sig', desk.cookie('qr.sig')!);
    const own = new URL(thief.visited.at(-1)!).pathname;
    assert.ok(has(await thief.open(`${own}/qr`), 'qr-over'));
    assert.ok(has(await desk.open(view.url), 'consent-submit'));

    const other = computer();
    const old = await showQr(university, other);
    const fresh = await other.submit(old.view, {}, { form: 'qr-refresh' });
    assert.ok(has(fresh, 'qr-number'));
    assert.ok(has(await phone.open(old.link), 'qr-end-over'), 'refreshed');
    const late = await lookAndWait(house, phone, linkOf(other, fresh));
    house.clock.advance(2 * MINUTE);
    assert.ok(has(await phone.submit(late, { number: numberOn(fresh) }, { form: 'qr-approve' }), 'qr-end-over'));
    assert.ok(has(await other.open(fresh.url), 'qr-over'));
  });

  it('H3: the link alone does nothing; a form of another site is refused; a stale phone signs in first', async () => {
    const person = await somebody();
    const phone = await phoneOf(house, person);
    const desk = computer();
    const { link, view, number } = await showQr(university, desk);
    const page = await lookAndWait(house, phone, link);
    assert.ok(has(await desk.open(view.url), 'qr-number'));
    const { url, body } = approvalPost(page, number);
    body.delete('csrf');
    assert.equal((await phone.request('POST', url, body)).status, 403);
    const stranger = new Browser(house.origin);
    assert.ok(has(await stranger.open(link), 'login-submit'));
    house.clock.advance(21 * MINUTE);
    const { link: later } = await showQr(university, computer());
    const asked = await phone.open(later);
    assert.ok(has(asked, 'login-submit'), textOf(asked));
    const back = await phone.submit(
      asked,
      { login: person.login, password: person.password },
      { form: 'login-submit' },
    );
    assert.ok(has(back, 'qr-approve'), textOf(back));
  });

  it('H4: what the phone has proven is what the computer gets', async () => {
    const person = await somebody();
    await enrol(house, person, 'totp');
    const phone = await phoneOf(house, person);
    const desk = computer();
    const { link, view, number, request } = await showQr(university, desk);
    const asked = await phone.open(link);
    const page = await enterCode(
      phone,
      asked.url.includes('/qr/') ? await phone.open('/account') : await passAgain(),
      appCode(),
    );
    assert.ok(has(page, 'qr-approve'), textOf(page));
    house.clock.advance(11_000);
    await phone.submit(page, { number }, { form: 'qr-approve' });
    const claims = await claimsAfter(university, desk, await desk.open(view.url), request);
    assert.deepEqual([claims.acr, claims.amr], ['urn:esia:acr:simplified:mfa', ['pwd', 'otp', 'mfa']]);

    async function passAgain() {
      const { login, password } = person;
      return has(asked, 'login-submit') ? phone.submit(asked, { login, password }, { form: 'login-submit' }) : asked;
    }
  });

  it('H4: a refusal is shown on the computer, told and recorded; twenty codes in ten minutes are enough', async () => {
    const person = await somebody();
    const phone = await phoneOf(house, person);
    const desk = computer();
    const { link, view } = await showQr(university, desk);
    assert.ok(has(await phone.submit(await phone.open(link), {}, { form: 'qr-deny' }), 'qr-end-denied'));
    let page = await desk.open(view.url);
    assert.ok(has(page, 'qr-denied'));
    const notice = (await house.messages(person.login)).find(({ text }) => /запрещён вход/.test(text));
    assert.ok(notice && notice.links.length > 0, 'the owner can say that it was not them');
    const events = await house.services.db
      .selectFrom('audit_events')
      .select('details')
      .where('event', '=', 'qr_answered')
      .execute();
    assert.deepEqual(
      events.map(({ details }) => details.answer),
      ['denied'],
    );
    for (let i = 1; i < 20; i++) page = await desk.submit(page, {}, { form: 'qr-refresh' });
    assert.ok(has(page, 'qr-number'));
    assert.equal((await desk.submit(page, {}, { form: 'qr-refresh' })).status, 429);
  });

  it('L9: GosScan may use the camera, and nothing else', async () => {
    const page = await new Browser(house.origin).open('/gosscan');
    assert.match(page.headers.get('permissions-policy')!, /camera=\(self\), microphone=\(\)/);
    const [, manifest] = /rel="manifest" href="([^"]+)"/.exec(page.html)!;
    const answer = await fetch(new URL(manifest!, house.origin));
    assert.match(answer.headers.get('content-type')!, /^application\/manifest\+json/);
    assert.equal(((await answer.json()) as { name: string }).name, 'GosScan');
  });
});
