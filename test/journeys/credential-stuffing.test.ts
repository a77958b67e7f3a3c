import assert from 'node:assert/strict';
import { Browser, has, textOf, type View } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { anna, settle, type Person } from '#test/support/people.ts';
import { solvedOn } from '#test/support/puzzles.ts';
import { RelyingParty } from '#test/support/relying-party.ts';

const passwords = {
  stuffingFailures: 8,
  guessesPerAddressPerMinute: 10_000,
  guessesPerNetworkPerMinute: 10_000,
};

describe('credential stuffing', () => {
  let house: House;
  let person: Person;
  let university: RelyingParty;
  let lines: string[];

  beforeEach(async () => {
    lines = [];
    const log = { write: (line: string) => void lines.push(line) };
    house = await House.open({ instances: 2, settings: { passwords }, log });
    person = await settle(house, anna);
    university = await RelyingParty.register(house);
  });
  afterEach(() => house.close());

  it('C4: one guess at each of many accounts raises an alarm, and strangers answer a captcha while it lasts', async () => {
    const home = new Browser(house.origin);
    await university.signIn(home, person);
    await guessAtMany(12);
    assert.ok(lines.some((line) => line.includes('"alarm":"credential_stuffing"')));
    const pages = await Promise.all([1, 2].map(async () => (await fetch(`${house.origin}/metrics`)).text()));
    assert.match(pages.join(), /openesia_alarms_total\{alarm="credential_stuffing"\} [1-9]/);
    house.clock.advance(1500);

    const stranger = new Browser(house.origin);
    const page = await open(stranger);
    assert.ok(has(page, 'captcha'));
    const unanswered = await submit(stranger, page, { password: person.password });
    assert.equal(unanswered.status, 422);
    assert.ok(has(unanswered, 'captcha-error'));
    const wrong = await submit(stranger, unanswered, { password: 'Wrong-Guess-1!', captcha: 'sandbox' });
    assert.match(textOf(wrong), /did not match|do not match|not right|password/i);
    assert.ok(has(wrong, 'captcha'));
    const inside = await submit(stranger, wrong, { password: person.password, captcha: 'sandbox' });
    assert.match(inside.url, /callback\?code=/);

    const again = new Browser(house.origin);
    again.setCookie('device', home.cookie('device')!);
    again.setCookie('device.sig', home.cookie('device.sig')!);
    const known = await open(again);
    assert.ok(!has(known, 'captcha'), 'a device that the account knows is not asked');
    assert.match((await submit(again, known, { password: person.password })).url, /callback\?code=/);
  });

  it('C4: a stranger’s browser works in place of the captcha; a known one does neither', async () => {
    const home = new Browser(house.origin);
    await university.signIn(home, person);
    await guessAtMany(12);
    house.clock.advance(1500);
    const stranger = new Browser(house.origin);
    const page = await open(stranger);
    assert.ok(has(page, 'captcha'), 'for browsers without script');
    const worked = solvedOn(page);
    const wrong = await submit(stranger, page, { password: 'Wrong-Guess-1!', ...worked });
    assert.equal(wrong.status, 422);
    assert.doesNotMatch(textOf(wrong), /automatic check/, 'the work was done');
    const replayed = await submit(stranger, wrong, { password: person.password, ...worked });
    assert.equal(replayed.status, 422, 'work counts once');
    assert.match(textOf(replayed), /automatic check did not work/);
    assert.doesNotMatch(replayed.html, /data-puzzle/, 'and who failed reads the picture');
    const anew = await open(stranger);
    const elsewhere = new Browser(house.origin);
    const stolen = await submit(elsewhere, await open(elsewhere), { password: person.password, ...solvedOn(anew) });
    assert.equal(stolen.status, 422, 'of another browser');
    const last = await open(stranger);
    const inside = await submit(stranger, last, { password: person.password, ...solvedOn(last) });
    assert.match(inside.url, /callback\?code=/);

    const again = new Browser(house.origin);
    for (const name of ['device', 'device.sig']) again.setCookie(name, home.cookie(name)!);
    const known = await open(again);
    assert.ok(!has(known, 'captcha'));
    assert.doesNotMatch(known.html, /puzzle/);
  });

  it('C4: a device known to another account is a stranger', async () => {
    const home = new Browser(house.origin);
    await university.signIn(home, person);
    await guessAtMany(12);
    house.clock.advance(1500);
    const browser = new Browser(house.origin);
    for (const name of ['device', 'device.sig']) browser.setCookie(name, home.cookie(name)!);
    const page = await open(browser);
    const asked = await browser.submit(
      page,
      { login: '+79120000999', password: 'Guess-1234!' },
      { form: 'login-submit' },
    );
    assert.equal(asked.status, 422);
    assert.ok(has(asked, 'captcha-error'));
  });

  it('C4: a forged address changes nothing, and the alarm ends', async () => {
    await guessAtMany(12, (i) => ({ 'x-forwarded-for': `203.0.113.${i}`, forwarded: `for=203.0.113.${i}` }));
    house.clock.advance(1500);
    assert.ok(has(await open(new Browser(house.origin)), 'captcha'));
    house.clock.advance(16 * 60_000);
    assert.ok(!has(await open(new Browser(house.origin)), 'captcha'));
  });

  it('C4: below the threshold nobody is asked', async () => {
    await guessAtMany(6);
    house.clock.advance(1500);
    assert.ok(!has(await open(new Browser(house.origin)), 'captcha'));
  });

  async function guessAtMany(
    count: number,
    headers: (i: number) => Record<string, string> = () => ({}),
  ): Promise<void> {
    const attacker = new Browser(house.origin);
    const page = await open(attacker);
    for (let i = 0; i < count; i++) {
      attacker.headers = { ...attacker.headers, ...headers(i) };
      const login = `victim${i}@example.test`;
      await attacker.submit(page, { login, password: 'Guess-1234!', captcha: 'x' }, { form: 'login-submit' });
    }
  }

  async function open(browser: Browser): Promise<View> {
    return browser.open((await university.request()).url.href);
  }

  async function submit(browser: Browser, view: View, values: Record<string, string>): Promise<View> {
    return browser.submit(view, { login: person.login, ...values }, { form: 'login-submit' });
  }
});
