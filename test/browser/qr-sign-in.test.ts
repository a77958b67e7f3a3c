import type { Page } from 'playwright-core';
import { InChromium } from '#test/browser/in-chromium.ts';
import { signIn } from '#test/browser/steps.ts';
import { settle, type Person } from '#test/support/people.ts';

const ANDROID = 'Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36';

describe('L9 to L11: a computer and a phone in a real browser', function () {
  this.timeout(240_000);
  const chromium = new InChromium();
  let person: Person;

  before(async () => {
    person = await settle(chromium.house, { contacts: [{ kind: 'phone', value: '+79000043001' }] });
  });

  for (const javaScriptEnabled of [true, false])
    it(`the phone allows, and the computer goes on by itself, ${javaScriptEnabled ? 'with' : 'without'} script`, async () => {
      const phone = await signedInPhone();
      const desk = await chromium.visit({ javaScriptEnabled });
      const link = await showCode(desk);
      await phone.goto(link);
      const number = await desk.innerText('#qr-number');
      await phone.check(`input[name=number][value="${number}"]`);
      await phone.waitForSelector('#qr-approve:not([aria-disabled])', { timeout: 15_000 });
      await phone.click('#qr-approve');
      await phone.waitForSelector('#qr-end-approved');
      await desk.waitForSelector('#consent-submit, #claims', { timeout: 15_000 });
    });

  it('a refusal on the phone is shown on the computer', async () => {
    const phone = await signedInPhone();
    const desk = await chromium.visit();
    await phone.goto(await showCode(desk));
    await phone.click('#qr-deny');
    await phone.waitForSelector('#qr-end-denied');
    await desk.waitForSelector('#qr-denied');
  });

  /** Up to the picture; answers the link that it holds. */
  async function showCode(page: Page): Promise<string> {
    await page.goto('/demo/university/login');
    await page.click('#other-ways-link');
    await page.click('#qr-start');
    await page.waitForSelector('#qr-number');
    const cookies = await page.context().cookies(page.url());
    return `/qr/${cookies.find(({ name }) => name === 'qr')!.value}`;
  }

  async function signedInPhone(): Promise<Page> {
    const page = await chromium.visit({ userAgent: ANDROID, viewport: { width: 390, height: 844 } });
    await page.goto('/account');
    await signIn(page, person.login, person.password);
    await page.waitForSelector('#sign-out');
    return page;
  }
});
