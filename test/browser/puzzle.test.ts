import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { openSandboxHouse } from '#test/browser/steps.ts';
import { complaintsOf, launchChromium } from '#test/support/chromium.ts';
import type { House } from '#test/support/house.ts';
import { anna, settle, type Person } from '#test/support/people.ts';

describe('C4: signing in while many guess, in a real browser', function () {
  this.timeout(300_000);
  let house: House;
  let browser: Browser;
  let person: Person;

  before(async function () {
    browser = await launchChromium(this);
    house = await openSandboxHouse();
    const contacts = [{ kind: 'phone', value: '+79000000099' } as const];
    person = await settle(house, { ...anna, contacts, documents: {} });
    const { budgets, config } = house.services;
    const windowSeconds = config.passwords.stuffingAlarmMinutes * 60;
    await budgets.take({ name: 'stuffing-alarm', limit: 1, windowSeconds }, '');
  });
  after(async () => {
    await browser?.close();
    await house?.close();
  });

  for (const [width, javaScriptEnabled] of [
    [375, true],
    [1280, true],
    [375, false],
  ] as const)
    it(`a stranger ${javaScriptEnabled ? 'sees no picture' : 'without script reads the picture'}, ${width} px wide`, async () => {
      const context = await browser.newContext({
        baseURL: house.origin,
        viewport: { width, height: 800 },
        javaScriptEnabled,
      });
      const complaints = complaintsOf(context);
      const page = await context.newPage();
      await page.goto('/demo/university/login');
      assert.equal(await page.isVisible('#captcha'), !javaScriptEnabled);
      assert.equal(await page.isVisible('#puzzle-status'), javaScriptEnabled);
      if (process.env.SHOTS)
        await page.screenshot({
          path: `${process.env.SHOTS}/puzzle-${width}-${javaScriptEnabled}.png`,
          fullPage: true,
        });
      await page.fill('#login', person.login);
      await page.fill('#password', person.password);
      if (!javaScriptEnabled) await page.fill('#captcha', 'sandbox');
      await page.click('#login-submit');
      await page.waitForSelector('#consent-submit');
      assert.deepEqual(complaints, []);
      await context.close();
    });
});
