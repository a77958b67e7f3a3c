import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openSandboxHouse, signInAs } from '#test/browser/steps.ts';
import { complaintsOf, launchChromium } from '#test/support/chromium.ts';
import type { House } from '#test/support/house.ts';

describe('L12, L13: an electronic signature in a real browser', function () {
  this.timeout(90_000);
  let house: House;
  let browser: Browser;
  const contexts: { context: BrowserContext; complaints: string[] }[] = [];

  before(async function () {
    browser = await launchChromium(this);
    house = await openSandboxHouse();
  });
  after(async () => {
    await browser?.close();
    await house?.close();
  });
  afterEach(async () => {
    const complaints = contexts.flatMap((one) => one.complaints);
    await Promise.all(contexts.splice(0).map(({ context }) => context.close()));
    assert.deepEqual(complaints, [], 'the browser complained');
  });

  for (const javaScriptEnabled of [true, false])
    it(`a certificate of the sandbox is made, added and signed in with, ${javaScriptEnabled ? 'with' : 'without'} script`, async () => {
      const page = await visit(javaScriptEnabled);
      await page.goto('/sandbox/certificates');
      await page.selectOption('#person', 'anna');
      await page.selectOption('#key', 'gost256');
      await page.click('#certificate-make');
      await page.waitForSelector('#certificates');
      await page.goto('/account/security/certificate');
      await signInAs(page, 'anna');
      await page.waitForSelector('#need-person');
      await sign(page, javaScriptEnabled);
      await page.waitForSelector('#certificates form button');
      const computer = await visit(javaScriptEnabled);
      await computer.goto('/demo/university/login');
      await computer.click('#other-ways-link');
      await computer.click('#signature-link');
      await sign(computer, javaScriptEnabled);
      await computer.waitForSelector('#consent-submit, #claims');
      await page.goto('/account/security/certificate');
      await page.goto('/account/security');
      await page.click('#certificates form button');
    });

  /** Through the page of the sandbox that signs; with script the signature comes back as a file. */
  async function sign(page: Page, asFile: boolean): Promise<void> {
    const [place] = await Promise.all([page.context().waitForEvent('page'), page.click('#sign-here')]);
    await place.click('#sign-submit');
    const signature = await place.innerText('#signed');
    await place.close();
    if (asFile) {
      const buffer = Buffer.from(signature, 'base64');
      await page.setInputFiles('#signature-file', {
        name: 'challenge.sig',
        mimeType: 'application/octet-stream',
        buffer,
      });
      await page.waitForFunction(() => document.querySelector<HTMLTextAreaElement>('#signature')!.value !== '');
    } else await page.fill('#signature', signature);
    await page.click('#signature-submit');
  }

  async function visit(javaScriptEnabled: boolean): Promise<Page> {
    const viewport = { width: 1280, height: 900 };
    const context = await browser.newContext({ baseURL: house.origin, locale: 'en', viewport, javaScriptEnabled });
    contexts.push({ context, complaints: complaintsOf(context) });
    return context.newPage();
  }
});
