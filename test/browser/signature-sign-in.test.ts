import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { InChromium } from '#test/browser/in-chromium.ts';
import { signInAs } from '#test/browser/steps.ts';

describe('L12, L13: an electronic signature in a real browser', function () {
  this.timeout(300_000);
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

  for (const [what, answers] of [
    ['found', true],
    ['not found', false],
  ] as const)
    it(`L12: CryptoPro’s plug-in is ${what}, said in words`, async () => {
      const page = await visit(true);
      if (answers)
        await page.addInitScript(() =>
          addEventListener('message', ({ data }) => {
            if (data === 'cadesplugin_echo_request') postMessage('cadesplugin_loaded', location.origin);
          }),
        );
      await page.goto('/demo/university/login');
      await page.click('#other-ways-link');
      await page.click('#signature-link');
      await page.waitForSelector('#plugin-cryptopro:visible');
      assert.equal(await page.innerText('#plugin-cryptopro'), what);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/plugin-${what}.png`, fullPage: true });
    });

  it('L12: without script there is a list to go through', async () => {
    const page = await visit(false);
    await page.goto('/demo/university/login');
    await page.click('#other-ways-link');
    await page.click('#signature-link');
    assert.equal(await page.isVisible('#plugin-cryptopro'), false);
    assert.match(await page.innerText('#op-page'), /Gosplugin/);
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
