import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { messageTo, openSandboxHouse, signInAs, takeSuggestion } from '#test/browser/steps.ts';
import { complaintsOf, launchChromium } from '#test/support/chromium.ts';
import { operatorNamed } from '#test/support/console.ts';
import type { House } from '#test/support/house.ts';
import { appCode } from '#test/support/second-factor.ts';

/** Set to a folder to look at the pages. */
const SHOTS = process.env.SCREENSHOTS;
const EMAIL = 'aibek@example.test';

describe('a foreign citizen in a real browser', function () {
  this.timeout(420_000);
  let house: House;
  let browser: Browser;

  before(async function () {
    browser = await launchChromium(this);
    house = await openSandboxHouse();
  });
  after(async () => {
    await browser?.close();
    await house?.close();
  });

  it('F2 to F11, F15: from the language to an approved profile and into the university, on a phone', async () => {
    const phone = await contextOf('ky', { width: 375, height: 800 });
    const complaints = complaintsOf(phone);
    const page = await phone.newPage();
    await page.goto('/demo/university/login');
    await page.click('#register-link');
    await page.click('#foreign-link');
    await look(page, 'start-first');
    await page.click('#language button[value=en]');
    await page.waitForSelector('details#language');
    await look(page, 'start');
    await page.click('#camera-allow');
    await page.waitForSelector('#camera-refused:not([hidden])');
    await page.click('#register-link');
    await look(page, 'snils');
    await page.click('#has-snils-no');
    await page.click('#snils-submit');
    await page.click('#passport-submit');
    await look(page, 'passport-errors');
    await page.selectOption('#country', { label: 'KGZ Kyrgyzstan' });
    await page.fill('#passport-series', 'ac');
    await page.fill('#passport-number', '7654321');
    await page.fill('#passport-expiry', '01052036');
    await page.fill('#last-name', 'Asanov');
    await page.fill('#first-name', 'Aibek');
    await page.fill('#birth-date', '04041992');
    await page.selectOption('#gender', 'male');
    await page.selectOption('#stay', 'visa_free');
    await look(page, 'passport');
    await page.click('#passport-submit');
    await page.waitForSelector('#captcha');
    await look(page, 'email');
    await page.fill('#email', EMAIL);
    await page.fill('#captcha', 'sandbox');
    await page.check('#agree');
    await page.click('#registration-submit');
    await page.waitForSelector('#resend');
    await look(page, 'check-email');
    await page.goto((await messageTo(house, EMAIL)).links[0]!);
    await page.click('#confirm-email-submit');
    await takeSuggestion(page);
    await page.waitForSelector('#foreign-login');
    assert.match(await page.innerText('#foreign-login'), /KGZAC765432192/);
    await look(page, 'done');
    await page.click('#continue');
    await page.click('#consent-submit');
    await page.waitForSelector('#claims');
    await page.goto('/account/review');
    await look(page, 'review-draft');
    await page.click('#review-submit');
    await page.waitForSelector('[data-status=submitted]');

    const desk = await contextOf('ru', { width: 1280, height: 900 });
    const reviewer = await desk.newPage();
    await enter(reviewer, 'reviewer');
    await reviewer.click('nav a[href="/console/reviews"]');
    await look(reviewer, 'queue');
    await reviewer.click('#queue li:last-child button');
    await reviewer.waitForSelector('#review');
    await reviewer.click('#decision-submit');
    await reviewer.waitForSelector('#error-summary');
    await look(reviewer, 'profile');
    await reviewer.check('#decision');
    await reviewer.click('#decision-submit');
    await reviewer.waitForSelector('#review-approved');
    await look(reviewer, 'decided');
    await desk.close();

    await page.reload();
    await page.waitForSelector('[data-status=approved]');
    await look(page, 'review-approved');
    await page.goto('/demo/university/login');
    await page.waitForSelector('#claims');
    assert.match(await page.content(), /urn:esia:acr:standard/);
    assert.deepEqual(complaints, []);
    await phone.close();
  });

  it('F5: a finger draws the lock of the phone’s page, and so do the keys', async () => {
    const phone = await contextOf('en', { width: 375, height: 800 });
    const page = await phone.newPage();
    await page.goto('/gosscan');
    await page.click('#app-lock summary');
    await swipe(page, 'pattern', '1592');
    assert.equal(await page.inputValue('#pattern'), '1592');
    await look(page, 'lock-set');
    await page.focus('[data-for=pattern-repeat] [data-node="1"]');
    for (const key of ['Enter', '5', '9', '2']) await page.keyboard.press(key);
    await page.click('#lock-submit');
    await page.waitForSelector('#lock-remove');
    house.clock.advance(11 * 60_000);
    await page.goto('/gosscan');
    await page.waitForSelector('#locked');
    await look(page, 'locked');
    await swipe(page, 'pattern', '1592');
    await page.click('#unlock-submit');
    await page.waitForSelector('#lock-remove');
    await phone.close();
  });

  async function swipe(page: Page, field: string, nodes: string): Promise<void> {
    for (const [i, node] of [...nodes].entries()) {
      await page.locator(`[data-for=${field}] [data-node="${node}"]`).scrollIntoViewIfNeeded();
      const box = (await page.locator(`[data-for=${field}] [data-node="${node}"]`).boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      if (i === 0) await page.mouse.down();
    }
    await page.mouse.up();
  }

  async function contextOf(locale: string, viewport: { width: number; height: number }): Promise<BrowserContext> {
    const context = await browser.newContext({ baseURL: house.origin, locale, viewport, reducedMotion: 'reduce' });
    context.setDefaultTimeout(60_000);
    return context;
  }

  async function enter(page: Page, operator: string): Promise<void> {
    await page.goto('/');
    await page.click('#language button[value=ru]');
    await page.goto('/console');
    await signInAs(page, operator);
    await page.fill('#code', appCode(operatorNamed(operator).totpSecret));
    await page.click('#code-submit');
    await page.waitForSelector('#console-home');
  }

  async function look(page: Page, name: string): Promise<void> {
    const before = page.viewportSize()!;
    for (const width of [320, 375, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(excess <= 0, `${name} is ${excess} px too wide at ${width}`);
      if (SHOTS && width !== 320) await page.screenshot({ path: `${SHOTS}/${name}-${width}.png`, fullPage: true });
    }
    await page.setViewportSize(before);
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const { axe: tool } = window as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
      return (await tool.run()).violations.map(({ id }) => id);
    });
    assert.deepEqual(found, [], name);
  }
});
