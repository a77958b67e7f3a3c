import type { Page } from 'playwright-core';
import { InChromium } from '#test/browser/in-chromium.ts';
import { signInAs } from '#test/browser/steps.ts';

describe('L12, L13: an electronic signature in a real browser', function () {
  this.timeout(90_000);
  const chromium = new InChromium();

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
    return chromium.visit({ viewport, javaScriptEnabled });
  }
});
