import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { InChromium } from '#test/browser/in-chromium.ts';
import { enterCode, fillRegistration, signIn, signInAs, takeSuggestion } from '#test/browser/steps.ts';
import { operatorNamed } from '#test/support/console.ts';
import { textOfPdf } from '#test/support/pdf.ts';
import { home, papers } from '#test/support/proving.ts';
import { appCode } from '#test/support/second-factor.ts';

/** Set to a folder to look at the pages. */
const SHOTS = process.env.SCREENSHOTS;
const WIDTHS = [1280, 390];

interface Climber {
  phone: string;
  snils: string;
  passport: string;
}

describe('the whole climb of a new person, in a real browser', function () {
  this.timeout(420_000);
  const chromium = new InChromium();
  let newcomer: { phone: string; password: string };

  it('R1, R9, R12: from a phone number over a clerk’s desk into the broker', async () => {
    const person = { phone: '+79120000031', snils: '087-654-303 00', passport: '123461' };
    const page = await standard(person);
    await page.click('#confirm-link');
    await look(page, 'ways');
    await page.click('#centres-link');
    await look(page, 'service-centres');

    const clerk = await chromium.visit({ locale: 'ru' });
    await clerk.goto('/console');
    await signInAs(clerk, 'clerk');
    await clerk.fill('#code', appCode(operatorNamed('clerk').totpSecret));
    await clerk.click('#code-submit');
    await clerk.click('nav a[href="/console/visits"]');
    await clerk.fill('#document-number', `2808 ${person.passport}`);
    await clerk.check('#purpose');
    await clerk.click('#find-submit');
    await clerk.click('#matches');
    await clerk.check('#identity-paper');
    await clerk.check('#snils');
    await clerk.click('#papers-submit');
    await clerk.click('#confirm-submit');
    await clerk.waitForSelector('#visit-confirmed');

    await page.goto('/account/confirm');
    await look(page, 'confirmed-in-person');
    await intoTheBroker(page, person);
    await page.goto('/account/history');
    await look(page, 'history-after-the-visit');
  });

  it('R13, R14: by the code of a printed letter; the broker does not take that, and says why', async () => {
    const page = await standard({ phone: '+79120000032', snils: '087-654-304 01', passport: '123462' });
    await page.click('#confirm-link');
    assert.equal(await page.locator('#refused-mail').count(), 1, 'said before the letter is ordered');
    await page.click('#letter-link');
    for (const [field, value] of Object.entries(home)) await page.fill(`#${field}`, value);
    await look(page, 'address');
    await page.click('#address-submit');
    await page.goto('/account/confirm/letter');
    await look(page, 'letter');
    await page.click('#letter-order');
    await page.waitForSelector('#code');
    await look(page, 'letter-on-the-way');
    await page.fill('#code', await codeOnPaper());
    await page.click('#code-submit');
    await page.waitForSelector('#refused-proofs');
    await look(page, 'confirmed-by-letter');
    await page.goto('/demo/broker/login');
    await page.waitForSelector('#tier-upgrade #refused-mail');
    await look(page, 'letter-refused-by-the-broker');
    await page.click('#tier-verify');
    await page.waitForSelector('#ways');
    assert.equal(await page.locator('#letter-link').count(), 0);
    assert.equal(await page.locator('#signature-link, #centres-link').count(), 2);
    await look(page, 'ways-after-the-letter');

    await makeCertificate('087-654-304 01');
    await page.goto('/account/confirm');
    await page.click('#signature-link');
    await sign(page);
    await intoTheBroker(page, { snils: '087-654-304 01' });
  });

  it('R15: by a signature with a certificate of the sandbox, into the broker', async () => {
    const person = { phone: '+79120000033', snils: '087-654-305 02', passport: '123463' };
    const page = await standard(person);
    await makeCertificate(person.snils);

    await page.click('#confirm-link');
    await page.click('#signature-link');
    await look(page, 'signature');
    await sign(page);
    await page.waitForSelector('#confirmed');
    await look(page, 'confirmed-by-signature');
    await intoTheBroker(page, person);
  });

  it('R10, R13: the clock of the sandbox shows the fifteen days, the day between letters and the thirty days', async () => {
    const { registry } = chromium.house.services.sandbox!.controls;
    const page = await climbing({ phone: '+79120000034', snils: '087-654-306 03', passport: '123464' }, 'silent');
    await page.waitForSelector('#check-status[data-status=checking]');
    await look(page, 'checking');
    await moveClock('P14D');
    await signInAgain(page, '/account/documents');
    assert.equal(await page.locator('#check-status[data-status=checking]').count(), 1, 'on day fourteen it goes on');
    await moveClock('P1DT1M');
    await signInAgain(page, '/account/documents');
    await page.waitForSelector('#check-status[data-status=overdue]');
    await look(page, 'overdue');
    registry.simulation = { outcome: 'pass', wrong: ['passport-number'], delayMs: 0 };
    await page.click('#correct');
    await page.click('#documents-submit');
    await chromium.house.settleOutbox();
    await page.goto('/account/addresses');
    for (const [field, value] of Object.entries(home)) await page.fill(`#${field}`, value);
    await page.click('#address-submit');
    await page.goto('/account/confirm/letter');
    await page.click('#letter-order');
    await page.waitForSelector('#letter-pause');
    assert.equal(await page.locator('#letter-order').count(), 0, 'no second letter today');
    const first = await codeOnPaper();
    await moveClock('P1DT1M');
    await signInAgain(page, '/account/confirm/letter');
    await page.waitForSelector('#letter-order');
    assert.equal(await page.locator('#code').count(), 1, 'the first code is still good');
    await look(page, 'letter-after-a-day');
    await moveClock('P30D');
    await signInAgain(page, '/account/confirm/letter');
    assert.equal(await page.locator('#code').count(), 0, 'after thirty days no code is asked for');
    await page.click('#letter-order');
    await page.fill('#code', first);
    await page.click('#code-submit');
    await page.waitForSelector('#error-summary');
    await look(page, 'letter-of-another-month');
    chromium.house.clock.reset();
  });

  /** As a developer of a client does it; what the jobs would do then is done at once. */
  async function moveClock(advance: string): Promise<void> {
    const answer = await fetch(`${chromium.house.origin}/sandbox/api/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ advance }),
    });
    assert.equal(answer.status, 200);
    await chromium.house.services.checks.endOverdue();
  }

  /** Days later nobody is signed in any more. */
  async function signInAgain(page: Page, path: string): Promise<void> {
    await page.goto(path);
    if ((await page.locator('#login-submit').count()) === 0) return;
    await signIn(page, newcomer.phone, newcomer.password);
    await page.waitForURL(`**${path}`);
  }

  /** Somebody new who wanted to the broker: registered by phone, documents checked. */
  async function standard(person: Climber): Promise<Page> {
    const page = await climbing(person);
    await page.waitForSelector('#check-status[data-status=passed]');
    await look(page, 'standard');
    return page;
  }

  /** Up to the page that says how the check goes, with what the registry will answer. */
  async function climbing({ phone, snils, passport }: Climber, outcome: 'pass' | 'silent' = 'pass'): Promise<Page> {
    const { registry } = chromium.house.services.sandbox!.controls;
    registry.simulation = { outcome, wrong: ['passport-number'], delayMs: 0 };
    const page = await chromium.visit({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
    await page.goto('/');
    await page.click('#language button[value=ru]');
    await page.goto('/demo/broker');
    await page.click('#login-with-esia');
    await page.click('#register-link');
    await fillRegistration(page, { phone });
    await enterCode(page, chromium.house, phone);
    newcomer = { phone, password: await takeSuggestion(page) };
    await page.click('#continue');
    await page.waitForSelector('#tier-upgrade');
    await look(page, 'asked-by-the-broker');
    await page.click('#tier-verify');
    const { 'middle-name': _, inn: __, gender: ___, citizenship, ...typed } = papers;
    const own = { ...typed, 'last-name': 'Соколова', 'first-name': 'Мария', snils, 'passport-number': passport };
    for (const [field, value] of Object.entries(own)) await page.fill(`#${field}`, value);
    await page.selectOption('#gender', 'female');
    await page.selectOption('#citizenship', citizenship);
    await look(page, 'documents-form');
    await page.click('#documents-submit');
    await chromium.house.settleOutbox();
    await page.goto('/account/documents');
    return page;
  }

  async function makeCertificate(snils: string): Promise<void> {
    const page = await chromium.visit();
    await page.goto('/sandbox/certificates');
    await page.selectOption('#person', '');
    await page.fill('#surname', 'Соколова');
    await page.fill('#given-name', 'Мария');
    await page.fill('#snils', snils);
    await page.selectOption('#key', 'gost256');
    await page.click('#certificate-make');
    await page.waitForSelector('#certificates');
  }

  /** On the page of the sandbox that signs, with the newest certificate. */
  async function sign(page: Page): Promise<void> {
    const [place] = await Promise.all([page.context().waitForEvent('page'), page.click('#sign-here')]);
    await place.click('#sign-submit');
    await page.fill('#signature', await place.innerText('#signed'));
    await place.close();
    await page.click('#signature-submit');
    await page.waitForSelector('#confirmed');
  }

  async function intoTheBroker(page: Page, { snils }: Pick<Climber, 'snils'>): Promise<void> {
    await page.click('#way-back');
    await page.waitForSelector('#consent-submit');
    await look(page, 'consent-of-the-broker');
    await page.click('#consent-submit');
    await page.waitForURL('**/demo/broker');
    assert.equal(await page.innerText('#acr'), 'urn:esia:acr:confirmed');
    const learned = (await page.innerText('#claims')).replace(/\D/g, '');
    assert.ok(learned.includes(snils.replace(/\D/g, '')), learned);
    await look(page, 'in-the-broker');
  }

  /** As somebody reads it who has the paper in their hands. */
  async function codeOnPaper(): Promise<string> {
    await chromium.house.settleOutbox();
    const post = await chromium.visit();
    await post.goto('/sandbox/inbox');
    await look(post, 'inbox-with-letter');
    const [download] = await Promise.all([post.waitForEvent('download'), post.click('a[href$="letter.pdf"]')]);
    const page = textOfPdf(await readFile(await download.path()));
    return /^\d{4}(-\d{4}){3}$/m.exec(page)![0];
  }

  async function look(page: Page, name: string): Promise<void> {
    const size = page.viewportSize()!;
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 844 });
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(excess <= 0, `${name} is ${excess} px too wide at ${width}`);
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-${width}.png`, fullPage: true });
    }
    await page.setViewportSize(size);
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const { axe: tool } = window as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
      return (await tool.run()).violations.map(({ id }) => id);
    });
    assert.deepEqual(found, [], name);
  }
});
